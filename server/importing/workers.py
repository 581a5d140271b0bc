"""Workers from their companies' lists: who gets a permit, whose is replaced, whose is taken back.

The server keeps nobody's name (docs/adr/0025-imports.md): keyed digests say whether a row was
issued already and whether it says the same.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rules.permit_lists import PermitLists
from rules.watchlist import watch_number
from server.importing.companies import CompanyNames
from server.importing.plan import Line, Plan, Read, rows_read
from server.issuing.columns import COLUMNS as DOCUMENT_COLUMNS
from server.issuing.columns import COMPANY, ID_NUMBER, NAME, TIMES, Column, required
from server.issuing.rows import Defaults, Draft, RowError, draft_of
from server.issuing.tables import Table
from server.issuing.values import folded
from server.store.reference_protocol import Company, WorkerPermit

USUAL_REASON = "Đi làm"
_TIMES = {one.name for one in TIMES}
_STATES = {
    "dang lam": "works", "di lam": "works", "works": "works", "nghi": "left", "nghi viec": "left",
    "thoi viec": "left", "left": "left",
}  # fmt: skip


def worker_state_of(text: str) -> str | None:
    return _STATES.get(folded(text))


STATE = Column("state", "Trạng thái", "", 20, worker_state_of, "worker_state", example="đang làm")
COLUMNS: tuple[Column, ...] = (
    replace(required(COMPANY), example="Công ty TNHH Mẫu"),
    replace(required(NAME), example="Lê Thị Thử"),
    replace(required(ID_NUMBER), example="001090000001"),
    *(
        replace(one, required=False)
        for one in DOCUMENT_COLUMNS["permit"]
        if one.name not in ("company", "name", "id_number")
    ),
    STATE,
)


@dataclass(frozen=True, slots=True)
class Worker:
    """One row that gets a permit; `old` is the permit that it replaces."""

    draft: Draft
    company: str
    person: bytes
    said: bytes
    old: WorkerPermit | None


@dataclass(frozen=True, slots=True)
class Held:
    """What rows are compared with. `key` makes digests; `replaces`: who is left out has left."""

    companies: Sequence[Company]
    lists: PermitLists
    permits: Sequence[WorkerPermit]
    key: bytes
    defaults: Defaults
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """The plan, and what it takes back: of people who left."""

    plan: Plan[Worker]
    gone: tuple[WorkerPermit, ...]


def workers_planned(table: Table, held: Held) -> tuple[WorkerPlan, list[RowError]]:
    """The plan of a file, or every error in it. Raises TableError for its headings."""
    errors: list[RowError] = []
    known = {(one.company, one.person): one for one in held.permits}
    lines: list[Line] = []
    put: list[Worker] = []
    gone: list[WorkerPermit] = []
    seen: dict[tuple[str, bytes], int] = {}
    names = CompanyNames(held.companies)
    suspended = lru_cache(maxsize=None)(lambda one: _is_suspended(one, held))
    same = 0
    for read in rows_read(table, COLUMNS, errors):
        company = _company(read, names, suspended, errors)
        if company is None or "id_number" not in read.cells:
            continue
        person = digest_of(held.key, "person", company.id, _number(read.cells["id_number"]))
        other = seen.setdefault((company.id, person), read.number)
        if other != read.number:
            errors.append(RowError(read.number, "id_number", "named_twice", {"other": other}))
            continue
        old = known.get((company.id, person))
        what = _named(read, company)
        if worker_state_of(read.cells.get("state", "")) == "left":
            if old is None:
                same += 1
            else:
                gone.append(old)
                lines.append(Line("remove", read.number, what))
            continue
        worker = _worker(read, company, person, old, held, errors)
        if worker is None:
            continue
        if old is not None and old.said == worker.said and old.expires_ms > held.defaults.now_ms:
            same += 1
            continue
        put.append(worker)
        lines.append(Line("add" if old is None else "change", read.number, what))
    if held.replaces:
        named = {company for company, _ in seen}
        called = {one.id: one.name for one in held.companies}
        for one in held.permits:
            if one.company in named and (one.company, one.person) not in seen:
                gone.append(one)
                lines.append(Line("remove", None, f"{called.get(one.company, '')} {one.permit}"))
    return WorkerPlan(Plan(tuple(lines), tuple(put), (), same), tuple(gone)), errors


def digest_of(key: bytes, what: str, *parts: str) -> bytes:
    """A keyed digest of some texts; without the key nobody can try numbers against it."""
    return hmac.new(key, json.dumps([what, *parts]).encode("utf-8"), "sha256").digest()


def _company(
    read: Read,
    names: CompanyNames,
    suspended: Callable[[Company], bool],
    errors: list[RowError],
) -> Company | None:
    text = read.cells.get("company", "")
    if not text:
        return None
    found = names.named(text)
    if found is None:
        errors.append(RowError(read.number, "company", "no_company", {"name": text}))
    elif suspended(found):
        errors.append(RowError(read.number, "company", "company_suspended", {"name": found.name}))
    else:
        return found
    return None


def _is_suspended(one: Company, held: Held) -> bool:
    return held.lists.is_company_suspended(f"{one.name} {one.tax_code}", held.defaults.now_ms)


def _worker(
    read: Read,
    company: Company,
    person: bytes,
    old: WorkerPermit | None,
    held: Held,
    errors: list[RowError],
) -> Worker | None:
    cells = {name: text for name, text in read.cells.items() if name != "state"}
    cells = {"reason": USUAL_REASON, **cells, "company": company.name}
    told: list[RowError] = []
    draft = draft_of("permit", read.number, cells, held.defaults, told)
    # What the columns say of a cell was told when the row was read; of times they say the length.
    errors.extend(one for one in told if one.column in _TIMES and one.code != "long")
    if draft is None:
        return None
    whole = json.dumps([draft.claims, draft.from_ms, draft.until_ms], sort_keys=True)
    return Worker(draft, company.id, person, digest_of(held.key, "said", whole), old)


def _number(text: str) -> str:
    return watch_number(text) or text.upper()


def _named(read: Read, company: Company) -> str:
    number = read.cells["id_number"]
    hidden = "*" * max(0, len(number) - 4) + number[-4:]
    return f"{read.cells.get('name', '')} {hidden} {company.name}"
