"""A rule pack's content as typed values: who may pass, since when, on whose word.

A pack that does not parse is no pack: the tablet keeps the one it has, or says "rules_missing". A
rule without a legal basis is refused, so that an officer can always say why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rules.dates import parse_date, parse_instant
from rules.errors import RuleError
from rules.shape import Shape
from rules.signs import ASKING, Asking
from rules.validation import validate
from rules.values import MAX_SAFE_INTEGER, Json, checked

Outcome: TypeAlias = Literal["pass", "refer", "turn_back"]

OUTCOMES: tuple[Outcome, ...] = ("pass", "refer", "turn_back")
"""Mildest first: cho qua, kiểm tra thêm, quay đầu."""

Approval: TypeAlias = Literal["milder", "any", "none"]
APPROVALS: tuple[Approval, ...] = ("milder", "any", "none")
CHECKPOINT_CLASSES = ("city", "ward", "border", "market", "ring", "mobile")
DIRECTIONS = ("in", "out")
MAX_RULES = 500
MAX_CAPACITIES = 500
"""Checkpoints for which one pack says how many people fit behind them."""

MAX_PEOPLE_INSIDE = 1_000_000
MAX_AHEAD = 10
"""How often what holds where no rule fires may change in one pack."""

MAX_PACK_NODES = 500_000
MAX_PACK_DEPTH = 48
MAX_REASON_CHARS = 90
"""One line at 22 sp on a small tablet."""

DEFAULT_STALE_STOP_HOURS = 168

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,47}")
_PROVINCE = re.compile(r"[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code and the one line an officer reads, Vietnamese first."""

    code: str
    vi: str
    en: str


RULES_ERROR = Reason(
    "rules_error", "Quy định lỗi: hỏi chốt trưởng", "Rules failed: ask the lead officer"
)
RULES_MISSING = Reason(
    "rules_missing", "Máy chưa có quy định: hỏi chốt trưởng", "No rules here yet: ask the lead"
)
RULES_STALE = Reason(
    "rules_stale", "Quy định đã cũ: đồng bộ hoặc hỏi chốt trưởng", "Rules too old: sync or ask"
)
LIST_CHECK = Reason(
    "list_check", "Cần kiểm tra thêm: hỏi chốt trưởng", "Needs a further check: ask the lead"
)
BUILT_IN_REASONS = {
    reason.code: reason for reason in (RULES_ERROR, RULES_MISSING, RULES_STALE, LIST_CHECK)
}
"""What decide() says of itself; no pack may use these codes."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The text a rule rests on. `date` may be partial; `unconfirmed` is shown to who publishes."""

    document: str
    date: str
    issuer: str
    clause: str
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a rule holds; an empty tuple is everywhere."""

    provinces: tuple[str, ...]
    checkpoint_classes: tuple[str, ...]
    directions: tuple[str, ...]

    def covers(self, province: str, checkpoint_class: str, direction: str) -> bool:
        """Whether a crossing there, that way, is within the scope."""
        return (
            (not self.provinces or province in self.provinces)
            and (not self.checkpoint_classes or checkpoint_class in self.checkpoint_classes)
            and (not self.directions or direction in self.directions)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One condition, one outcome, one reason; in force from its start until before its end."""

    id: str
    scope: Scope
    effective_from_ms: int
    effective_to_ms: int | None
    condition: Json
    outcome: Outcome
    reason: Reason
    basis: Basis
    priority: int
    exempts: bool

    def is_in_force(self, now_ms: int) -> bool:
        """From its first millisecond until just before its end."""
        return self.effective_from_ms <= now_ms and (
            self.effective_to_ms is None or now_ms < self.effective_to_ms
        )


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What holds where no rule fires."""

    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, slots=True)
class PackContent:
    """All rules of one pack, by falling priority and then id."""

    rules: tuple[Rule, ...]
    otherwise: Otherwise
    stale_stop_hours: int
    otherwise_before: tuple[tuple[int, Otherwise], ...] = ()
    """What held where no rule fires, each until a moment (Unix ms), soonest first."""

    signs: Asking = "offer"
    """Whether people are asked for signs of illness: temperature and symptoms."""

    sampling_per_mille: int = 0
    """How many of a thousand green-lane vehicles that would pass are looked at all the same."""

    override_approval: Approval = "milder"
    """Which overrides a lead approves: those milder than the verdict, any, or none."""

    most_inside: tuple[tuple[str, int], ...] = ()
    """How many people may be inside a market or a closed area, by the checkpoint at its gate."""

    def otherwise_at(self, now_ms: int) -> Otherwise:
        """What holds at a moment where no rule fires: a pack may be published ahead of its time."""
        return next((one for until, one in self.otherwise_before if now_ms < until), self.otherwise)

    def reasons(self) -> dict[str, Reason]:
        """Every reason a verdict under this pack may carry, by code."""
        own = {rule.reason.code: rule.reason for rule in self.rules}
        rest = [self.otherwise, *(one for _, one in self.otherwise_before)]
        return {**BUILT_IN_REASONS, **own, **{one.reason.code: one.reason for one in rest}}


@dataclass(frozen=True, slots=True)
class RulePack:
    """A published pack. `confirmed_at_ms`: when a server last said that it is still the one."""

    name: str
    version: int
    issued_at_ms: int
    content: PackContent
    confirmed_at_ms: int | None = None

    def is_stale(self, now_ms: int) -> bool:
        """Past the configured stop since it was issued or last confirmed."""
        fresh_ms = max(self.issued_at_ms, self.confirmed_at_ms or self.issued_at_ms)
        return now_ms - fresh_ms > self.content.stale_stop_hours * 3_600_000


def parse_rule_pack(name: str, version: int, issued_at: str, content: object) -> RulePack:
    """A pack's verified payload as typed values; `issued_at` ISO 8601 with offset.

    Raises RuleError: "pack.field" and "pack.basis" with the place, "pack.limit", "pack.type",
    "pack.condition" (place inside the expression), "pack.reason" (one code, two texts).
    """
    if not name or not 0 <= version <= MAX_SAFE_INTEGER:
        raise RuleError("pack.field", "/version")
    return RulePack(name, version, parse_instant(issued_at), parse_pack_content(content))


def parse_pack_content(content: object) -> PackContent:
    """The `content` of a rule pack; errors as `parse_rule_pack`."""
    value = checked(content, "pack", max_nodes=MAX_PACK_NODES, max_depth=MAX_PACK_DEPTH)
    shape = Shape(value, "")
    rules = [
        _rule(Shape(item, f"/rules/{index}"))
        for index, item in enumerate(shape.items("rules", MAX_RULES))
    ]
    rest = shape.inner("otherwise")
    otherwise = Otherwise(_outcome(rest), _reason(rest))
    before = tuple(
        _otherwise_until(Shape(item, f"/otherwise_before/{index}"))
        for index, item in enumerate(shape.items("otherwise_before", MAX_AHEAD))
    )
    stale_stop_hours = shape.integer("stale_stop_hours", 1, 8760, DEFAULT_STALE_STOP_HOURS)
    _check_unique(rules, [otherwise, *(one for _, one in before)])
    rules.sort(key=lambda rule: (-rule.priority, rule.id))
    before = tuple(sorted(before, key=lambda one: one[0]))
    return PackContent(
        tuple(rules),
        otherwise,
        stale_stop_hours,
        before,
        signs=_signs(shape),
        sampling_per_mille=shape.integer("sampling_per_mille", 0, 1000, 0),
        override_approval=_approval(shape),
        most_inside=tuple(
            _capacity(Shape(item, f"/most_inside/{index}"))
            for index, item in enumerate(shape.items("most_inside", MAX_CAPACITIES))
        ),
    )


def _capacity(shape: Shape) -> tuple[str, int]:
    return shape.text("checkpoint", most_chars=64), shape.integer("people", 1, MAX_PEOPLE_INSIDE)


def _signs(shape: Shape) -> Asking:
    if not shape.has("signs"):
        return "offer"
    for asking in ASKING:
        if shape.value("signs") == asking:
            return asking
    raise shape.refused("signs")


def _approval(shape: Shape) -> Approval:
    if not shape.has("override_approval"):
        return "milder"
    for approval in APPROVALS:
        if shape.value("override_approval") == approval:
            return approval
    raise shape.refused("override_approval")


def _otherwise_until(shape: Shape) -> tuple[int, Otherwise]:
    return shape.instant("until"), Otherwise(_outcome(shape), _reason(shape))


def _rule(shape: Shape) -> Rule:
    rule = Rule(
        id=shape.text("id", like=_ID),
        scope=_scope(shape),
        effective_from_ms=shape.instant("effective_from"),
        effective_to_ms=shape.instant_or_none("effective_to"),
        condition=_condition(shape),
        outcome=_outcome(shape),
        reason=_reason(shape),
        basis=_basis(shape),
        priority=shape.integer("priority", -1000, 1000, 0),
        exempts=shape.flag("exempts"),
    )
    if rule.effective_to_ms is not None and rule.effective_to_ms <= rule.effective_from_ms:
        raise shape.refused("effective_to")
    return rule


def _scope(shape: Shape) -> Scope:
    scope = shape.inner("scope") if shape.has("scope") else Shape({}, shape.path("scope"))
    return Scope(
        _words(scope, "provinces", None),
        _words(scope, "checkpoint_classes", CHECKPOINT_CLASSES),
        _words(scope, "directions", DIRECTIONS),
    )


def _words(shape: Shape, name: str, known: tuple[str, ...] | None) -> tuple[str, ...]:
    """A misspelt word would silently match nothing, so it is refused."""
    words = []
    for word in shape.items(name, 100):
        if not isinstance(word, str):
            raise shape.refused(name)
        if _PROVINCE.fullmatch(word) is None if known is None else word not in known:
            raise shape.refused(name)
        words.append(word)
    return tuple(words)


def _condition(shape: Shape) -> Json:
    condition = shape.value("condition")
    try:
        issues = validate(condition)
    except RuleError:
        raise RuleError("pack.condition", shape.path("condition")) from None
    if issues:
        raise RuleError("pack.condition", shape.path("condition") + issues[0].at)
    return condition


def _outcome(shape: Shape) -> Outcome:
    for outcome in OUTCOMES:
        if shape.value("outcome") == outcome:
            return outcome
    raise shape.refused("outcome")


def _reason(shape: Shape) -> Reason:
    reason = shape.inner("reason")
    code = reason.text("code", like=_CODE)
    if code in BUILT_IN_REASONS:
        raise reason.refused("code")
    return Reason(
        code,
        reason.text("vi", most_chars=MAX_REASON_CHARS),
        reason.text("en", most_chars=MAX_REASON_CHARS),
    )


def _basis(shape: Shape) -> Basis:
    if not shape.has("basis"):
        raise RuleError("pack.basis", shape.path("basis"))
    basis = shape.inner("basis")
    date = basis.text("date")
    try:
        parse_date(date)
    except RuleError:
        raise basis.refused("date") from None
    return Basis(
        basis.text("document"),
        date,
        basis.text("issuer"),
        basis.text("clause"),
        basis.flag("unconfirmed"),
    )


def _check_unique(rules: list[Rule], rest: list[Otherwise]) -> None:
    ids: set[str] = set()
    reasons: dict[str, Reason] = {}
    for index, one in enumerate(rest):
        if reasons.setdefault(one.reason.code, one.reason) != one.reason:
            raise RuleError("pack.reason", f"/otherwise_before/{index - 1}/reason")
    for index, rule in enumerate(rules):
        if rule.id in ids:
            raise RuleError("pack.field", f"/rules/{index}/id")
        ids.add(rule.id)
        if reasons.setdefault(rule.reason.code, rule.reason) != rule.reason:
            raise RuleError("pack.reason", f"/rules/{index}/reason")
