"""The pack `permits`: how often a document may be used, what is suspended, which goods go first.

content: {quotas: [{type|id, per_day, total}], suspended: {types: [{type, until, reference}],
companies: [{name, tax_code, until, reference}]}, priority: [{provinces, goods, perishable,
reference}], turned_back_hours}. Every list may be absent; `until` null is until further notice,
no province is all of them. A pack that does not parse is no pack.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rules.shape import Shape
from rules.values import Json, checked

PERMIT_TYPES = ("permit", "pass", "manifest")
"""The documents of our own that are about a journey; names as in Evidence.subject."""

MAX_QUOTAS = 2_000
MAX_SUSPENDED = 2_000
MAX_USES = 100_000
MAX_PRIORITIES = 200
MAX_WORDS = 63
MAX_NAME_CHARS = 120
DEFAULT_TURNED_BACK_HOURS = 24
MAX_TURNED_BACK_HOURS = 72
"""Tablets hold the refusals of neighbours for three days."""

LEAST_NAME_CHARS = 3
"""Letters and digits of a name's normal form: "A" would be in force against too many."""

MAX_NODES = MAX_QUOTAS * 6 + MAX_SUSPENDED * 12 + MAX_PRIORITIES * 120

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_GROUP = re.compile(r"[a-z][a-z_]{0,31}")
_PROVINCE = re.compile(r"[0-9]{2}")
_TAX_CODE = re.compile(r"[0-9]{10}(-?[0-9]{3})?")
_WRITTEN_TAX_CODE = re.compile(r"(?<![0-9])([0-9]{10})(?:-?([0-9]{3}))?(?![0-9])")
_MARKS = re.compile("[\u0300-\u036f]")
_WORDS = re.compile("[A-Z0-9]+")
_ASCII_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyzđĐ", "ABCDEFGHIJKLMNOPQRSTUVWXYZDD")
_SHORT = {
    "CTY": "CONGTY",
    "CP": "COPHAN",
    "TNHH": "TRACHNHIEMHUUHAN",
    "MTV": "MOTTHANHVIEN",
    "HTX": "HOPTACXA",
    "DNTN": "DOANHNGHIEPTUNHAN",
}


@dataclass(frozen=True, slots=True)
class Quota:
    """How often one document (`id`), or each of a type, may be used; None is without limit."""

    type: str | None
    id: str | None
    per_day: int | None
    total: int | None


@dataclass(frozen=True, slots=True)
class SuspendedType:
    """Documents of this type do not count before `until_ms` (None: until further notice)."""

    type: str
    until_ms: int | None
    reference: str


@dataclass(frozen=True, slots=True)
class SuspendedCompany:
    """Documents that name this company do not count; `normal` as `company_normal` makes it."""

    name: str
    normal: str
    tax_code: str | None
    until_ms: int | None
    reference: str


@dataclass(frozen=True, slots=True)
class Priority:
    """Goods of these groups, or all that spoil, go first in these provinces (none: everywhere)."""

    provinces: tuple[str, ...]
    goods: tuple[str, ...]
    perishable: bool
    reference: str


@dataclass(frozen=True, slots=True)
class PermitLists:
    """The content of a `permits` pack; a refusal counts for `turned_back_hours`."""

    quotas: tuple[Quota, ...] = ()
    types: tuple[SuspendedType, ...] = ()
    companies: tuple[SuspendedCompany, ...] = ()
    turned_back_hours: int = DEFAULT_TURNED_BACK_HOURS
    priorities: tuple[Priority, ...] = ()

    def quota_of(self, type_: str, id_: str | None) -> Quota | None:
        """What one document's own quota says, else its type's."""
        own = next((one for one in self.quotas if id_ is not None and one.id == id_), None)
        if own is not None:
            return own
        return next((one for one in self.quotas if one.id is None and one.type == type_), None)

    def is_type_suspended(self, type_: str, now_ms: int) -> bool:
        """Whether documents of a type do not count now."""
        return any(one.type == type_ and _runs(one.until_ms, now_ms) for one in self.types)

    def is_company_suspended(self, company: str, now_ms: int) -> bool:
        """Whether a company, as a document names it, is on the list now."""
        normal, codes = company_normal(company), tax_codes(company)
        return any(
            _runs(one.until_ms, now_ms) and (one.normal == normal or _has_code(codes, one.tax_code))
            for one in self.companies
        )


NO_LISTS = PermitLists()


def parse_permit_lists(content: object) -> PermitLists:
    """What a `permits` pack says. Raises RuleError("pack.field" | "pack.limit" | "pack.type")."""
    shape = Shape(checked(content, "pack", max_nodes=MAX_NODES), "")
    quotas = tuple(
        _quota(Shape(item, f"/quotas/{index}"))
        for index, item in enumerate(shape.items("quotas", MAX_QUOTAS))
    )
    if len({(one.type, one.id) for one in quotas}) != len(quotas):
        raise shape.refused("quotas")
    hours = shape.integer("turned_back_hours", 1, MAX_TURNED_BACK_HOURS, DEFAULT_TURNED_BACK_HOURS)
    priorities = tuple(
        _priority(Shape(item, f"/priority/{index}"))
        for index, item in enumerate(shape.items("priority", MAX_PRIORITIES))
    )
    if not shape.has("suspended"):
        return PermitLists(quotas, turned_back_hours=hours, priorities=priorities)
    suspended = shape.inner("suspended")
    types = tuple(
        _suspended_type(Shape(item, f"/suspended/types/{index}"))
        for index, item in enumerate(suspended.items("types", MAX_SUSPENDED))
    )
    companies = tuple(
        _company(Shape(item, f"/suspended/companies/{index}"))
        for index, item in enumerate(suspended.items("companies", MAX_SUSPENDED))
    )
    return PermitLists(quotas, types, companies, hours, priorities)


def company_normal(name: str) -> str:
    """A name without marks, case, punctuation and a tax code; usual short words written out."""
    bare = _MARKS.sub("", unicodedata.normalize("NFD", _WRITTEN_TAX_CODE.sub(" ", name)))
    words = _WORDS.findall(bare.translate(_ASCII_UPPER))
    return "".join(_SHORT.get(word, word) for word in words if word != "MST")


def tax_codes(text: str) -> tuple[str, ...]:
    """Every tax code written in a text: 10 digits, or 13 of a branch."""
    return tuple(main + (branch or "") for main, branch in _WRITTEN_TAX_CODE.findall(text))


def _has_code(codes: tuple[str, ...], suspended: str | None) -> bool:
    """A company's code covers its branches; a branch's covers itself."""
    return suspended is not None and any(
        one[: len(suspended)] == suspended for one in codes if len(one) >= len(suspended)
    )


def _runs(until_ms: int | None, now_ms: int) -> bool:
    return until_ms is None or now_ms < until_ms


def _quota(shape: Shape) -> Quota:
    id_ = shape.text("id", like=_ID) if shape.has("id") else None
    type_ = _type(shape) if shape.has("type") else None
    per_day, total = _uses(shape, "per_day"), _uses(shape, "total")
    if (type_ is None) == (id_ is None):
        raise shape.refused("type")
    if per_day is None and total is None:
        raise shape.refused("per_day")
    return Quota(type_, id_, per_day, total)


def _uses(shape: Shape, name: str) -> int | None:
    return shape.integer(name, 0, MAX_USES) if shape.has(name) else None


def _suspended_type(shape: Shape) -> SuspendedType:
    return SuspendedType(_type(shape), shape.instant_or_none("until"), shape.text("reference"))


def _company(shape: Shape) -> SuspendedCompany:
    name = shape.text("name", most_chars=MAX_NAME_CHARS)
    normal = company_normal(name)
    if len(normal) < LEAST_NAME_CHARS:
        raise shape.refused("name")
    tax_code = None
    if shape.has("tax_code"):
        tax_code = shape.text("tax_code", like=_TAX_CODE).replace("-", "")
    return SuspendedCompany(
        name, normal, tax_code, shape.instant_or_none("until"), shape.text("reference")
    )


def _type(shape: Shape) -> str:
    value: Json = shape.value("type")
    if not isinstance(value, str) or value not in PERMIT_TYPES:
        raise shape.refused("type")
    return value


def _priority(shape: Shape) -> Priority:
    goods, perishable = _words(shape, "goods", _GROUP), shape.flag("perishable")
    if not goods and not perishable:
        raise shape.refused("goods")
    provinces = _words(shape, "provinces", _PROVINCE)
    return Priority(provinces, goods, perishable, shape.text("reference"))


def _words(shape: Shape, name: str, like: re.Pattern[str]) -> tuple[str, ...]:
    words = [one for one in shape.items(name, MAX_WORDS) if isinstance(one, str)]
    if len(words) != len(shape.items(name, MAX_WORDS)) or not all(map(like.fullmatch, words)):
        raise shape.refused(name)
    return tuple(words)
