"""`chot report --server`: the report that a server counts, laid out here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cli.remote import Remote, another_version, ask
from server.reporting.document import Report
from server.reporting.frozen import from_json
from server.reporting.letterhead import Letterhead, LetterheadError, letterhead_of


def report_from(
    remote: Remote, at_ms: int | None, checkpoints: Sequence[str], n: int | None, area: str = ""
) -> tuple[Report, Letterhead]:
    """The report of a cut-off, None: the next; and whose letterhead it has. ClickException."""
    query: dict[str, Any] = {"at_ms": at_ms, "checkpoint": tuple(checkpoints), "as_of": n}
    if area:
        query["unit"] = area
    found = ask(remote, "/report", query)
    try:
        made = from_json(found["report"])
        return made, letterhead_of(found["letterhead"], made.unit)
    except (KeyError, TypeError, ValueError, LetterheadError):
        raise another_version(remote) from None
