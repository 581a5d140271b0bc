"""Looking into the audit log: which entries somebody wants, the newest of them. A look is an entry.

For `chot audit` and `POST /audit`: both find the same.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from server.store.protocol import Store
from server.store.published import AuditEntry

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """from ≤ at ≤ to; `who`: a login or id; `what`: a kind, or a group ("export"); rest as said.

    `text` stands in what was done, subject, purpose, reference or details, in any case of letters.
    """

    from_ms: int | None = None
    to_ms: int | None = None
    who: str = ""
    what: str = ""
    about: str = ""
    text: str = ""

    def details(self) -> dict[str, Any]:
        """What the entry of this look keeps."""
        given = {
            "who": self.who,
            "what": self.what,
            "about": self.about,
            "from_ms": self.from_ms,
            "to_ms": self.to_ms,
        }
        return {name: value for name, value in given.items() if value}


def look_into_audit(
    store: Store, wanted: Wanted, last: int, by: str, now_ms: int
) -> list[tuple[int, AuditEntry]]:
    """Note the look of `by`; the newest `last` entries before it, oldest first.

    `who` of each is a login where there is one.
    """
    newest = store.audit(AuditEntry(now_ms, by, "audit", details=wanted.details()))
    users = store.users()
    logins = {one.id: one.login for one in users}
    names = {wanted.who, *(one.id for one in users if one.login == wanted.who)}
    found = deque(
        (
            (n, one)
            for n, one in _entries(store, newest)
            if (not wanted.who or one.who in names) and _is_wanted(one, wanted)
        ),
        maxlen=last,
    )
    return [(n, _by_login(one, logins)) for n, one in found]


def details_text(one: AuditEntry) -> str:
    """The details as one line; nothing where there are none."""
    return json.dumps(one.details, ensure_ascii=False, sort_keys=True) if one.details else ""


def _is_wanted(entry: AuditEntry, wanted: Wanted) -> bool:
    return (
        (wanted.from_ms is None or entry.at_ms >= wanted.from_ms)
        and (wanted.to_ms is None or entry.at_ms <= wanted.to_ms)
        and (
            not wanted.what or entry.what == wanted.what or entry.what.startswith(f"{wanted.what}.")
        )
        and (not wanted.about or entry.subject == wanted.about)
        and (not wanted.text or wanted.text.lower() in _all_text(entry).lower())
    )


def _entries(store: Store, newest: int) -> Iterator[tuple[int, AuditEntry]]:
    """All entries before `newest`, which is that of this look."""
    after = 0
    while some := store.audited(after, PAGE):
        yield from ((n, one) for n, one in some if n < newest)
        after = some[-1][0]


def _by_login(one: AuditEntry, logins: dict[str, str]) -> AuditEntry:
    return AuditEntry(
        one.at_ms, logins.get(one.who, one.who), one.what, one.subject, one.purpose,
        one.reference, one.details,
    )  # fmt: skip


def _all_text(one: AuditEntry) -> str:
    return " ".join((one.what, one.subject, one.purpose, one.reference, details_text(one)))
