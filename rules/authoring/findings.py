"""Everything wrong with a rule pack, at once and with the place, before anybody signs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from rules.authoring.members import misspelt_members
from rules.authoring.reach import shadowing, truths
from rules.authoring.samples import Sample, verdict_on
from rules.authoring.variables import PROVINCES, unknown_variables
from rules.decide import condition_data, fire, standing_of, where_of
from rules.errors import RuleError
from rules.pack import MAX_RULES, PackContent, Rule, parse_pack_content
from rules.validation import validate
from rules.values import Json

Severity: TypeAlias = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a pack.

    `error` refuses it. `at` is a JSON pointer into the content ("" where it is about journeys),
    `rule` the id where it is about one, `detail` what a sentence about the code needs.
    """

    severity: Severity
    code: str
    at: str
    rule: str | None = None
    detail: str = ""


def check_pack(
    content: Json, samples: Sequence[Sample], now_ms: int
) -> tuple[PackContent | None, tuple[Finding, ...]]:
    """The pack, None where it does not parse, and what there is to say about it.

    `now_ms` is when it is to hold. Codes: those of `parse_pack_content`; "rule.variable",
    "rule.member", "rule.never", "rule.fails", "rule.shadowed", "rule.past", "rule.province",
    "rule.overlap", "journey.outcome" refuse too; "rule.unsampled" and "journeys.none" warn;
    "basis.unconfirmed" notes.
    """
    malformed = tuple(_malformed(content))
    if malformed:
        return None, malformed
    pack = parse_pack_content(content)
    places = _places(content)
    found = [
        *_of_rules(pack.rules, places, now_ms),
        *_misspelt(content),
        *_of_journeys(pack, samples, places),
        *_unconfirmed(pack.rules, places),
    ]
    order = {"error": 0, "warning": 1, "note": 2}
    return pack, tuple(sorted(found, key=lambda one: order[one.severity]))


def _misspelt(content: Json) -> Iterator[Finding]:
    rules = content.get("rules") if isinstance(content, Mapping) else None
    for at, meant in misspelt_members(content):
        # A member that resembles none may be somebody's own note.
        severity: Severity = "warning" if meant is None else "error"
        said = at.rpartition("/")[2] + (f" → {meant}" if meant else "")
        yield Finding(severity, "rule.member", at, _id_at(rules, at), said)


def _malformed(content: Json) -> Iterator[Finding]:
    """What keeps a pack from parsing: the first fault of each rule, then of the whole."""
    rules = content.get("rules") if isinstance(content, Mapping) else None
    faults: list[tuple[str, str]] = []
    if isinstance(content, Mapping) and isinstance(rules, list) and len(rules) <= MAX_RULES:
        for index, rule in enumerate(rules):
            error = _refusal({**content, "rules": [rule]})
            if error is not None:
                faults.append((error.code, _moved(error.at, index)))
    if not faults:
        error = _refusal(content)
        if error is not None:
            faults.append((error.code, error.at))
    for code, at in dict.fromkeys(faults):
        yield Finding("error", code, at, _id_at(rules, at), _detail(content, code, at))


def _refusal(content: Json) -> RuleError | None:
    try:
        parse_pack_content(content)
    except RuleError as error:
        return error
    return None


def _moved(at: str, index: int) -> str:
    """A place in a pack of one rule, as a place in the whole."""
    return f"/rules/{index}{at.removeprefix('/rules/0')}" if at.startswith("/rules/0") else at


def _id_at(rules: Json, at: str) -> str | None:
    rule = _rule_at(rules, at)
    id_ = rule.get("id") if isinstance(rule, Mapping) else None
    return id_ if isinstance(id_, str) and id_ else None


def _rule_at(rules: Json, at: str) -> Json:
    steps = at.split("/")
    if not isinstance(rules, list) or steps[:2] != ["", "rules"] or len(steps) < 3:
        return None
    return rules[int(steps[2])]


def _detail(content: Json, code: str, at: str) -> str:
    """What the evaluator has against a condition; "number" where text or a list was needed."""
    if code == "pack.condition":
        condition = _value_at(content, at.partition("/condition")[0] + "/condition")
        try:
            return "; ".join(issue.message for issue in validate(condition)[:3])
        except RuleError as error:
            return error.code
    value = _value_at(content, at)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if code == "pack.field" and is_number else ""


def _value_at(content: Json, at: str) -> Json:
    """The value at a JSON pointer; None where there is none."""
    value = content
    for step in at.split("/")[1:]:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _places(content: Json) -> dict[str, str]:
    """Rule id → its place; a parsed pack is in another order."""
    rules = content.get("rules") if isinstance(content, Mapping) else None
    return {
        str(rule["id"]): f"/rules/{index}"
        for index, rule in enumerate(rules if isinstance(rules, list) else [])
        if isinstance(rule, dict)
    }


def _of_rules(rules: Sequence[Rule], places: Mapping[str, str], now_ms: int) -> Iterator[Finding]:
    exempting = [rule for rule in rules if rule.exempts]
    for rule in rules:
        at = places[rule.id]
        for unknown in unknown_variables(rule.condition):
            meant = f" → {unknown.meant}" if unknown.meant else ""
            where = f"{at}/condition{unknown.at}"
            yield Finding("error", "rule.variable", where, rule.id, f"{unknown.path}{meant}")
        possible = truths(rule)
        if True not in possible:
            code = "rule.never" if False in possible else "rule.fails"
            yield Finding("error", code, f"{at}/condition", rule.id)
        over = shadowing(rule, exempting) if True in possible else None
        if over is not None:
            yield Finding("error", "rule.shadowed", at, rule.id, over.id)
        if rule.effective_to_ms is not None and rule.effective_to_ms <= now_ms:
            yield Finding("error", "rule.past", f"{at}/effective_to", rule.id)
        strange = [one for one in rule.scope.provinces if one not in (PROVINCES or ())]
        if strange:
            where = f"{at}/scope/provinces"
            yield Finding("error", "rule.province", where, rule.id, ", ".join(strange))


def _of_journeys(
    pack: PackContent, samples: Sequence[Sample], places: Mapping[str, str]
) -> Iterator[Finding]:
    if not samples:
        yield Finding("warning", "journeys.none", "")
        return
    fired: set[str] = set()
    overlaps: dict[tuple[str, str], str] = {}
    for sample in samples:
        verdict = verdict_on(sample, pack)
        found = (verdict.outcome, verdict.reasons[0])
        if sample.expected is not None and sample.expected != found:
            said = f"{sample.name}: {' '.join(found)}, {' '.join(sample.expected)}"
            yield Finding("error", "journey.outcome", "", None, said)
        here, failed = _fired(pack.rules, sample)
        for id_ in failed:
            yield Finding("error", "rule.fails", f"{places[id_]}/condition", id_, sample.name)
        fired |= {*failed, *(rule.id for rule in here)}
        for first, second in combinations(standing_of(here), 2):
            if first.priority == second.priority and first.outcome != second.outcome:
                overlaps.setdefault((first.id, second.id), sample.name)
    for (one, other), name in overlaps.items():
        yield Finding("error", "rule.overlap", places[one], one, f"{other}: {name}")
    for rule in pack.rules:
        if rule.id not in fired:
            yield Finding("warning", "rule.unsampled", places[rule.id], rule.id)


def _fired(rules: Iterable[Rule], sample: Sample) -> tuple[list[Rule], tuple[str, ...]]:
    """Rules that fire on a journey, and ids of those that fail; none where it cannot be judged."""
    try:
        data = condition_data(sample.evidence, sample.journey, sample.external, sample.now_ms)
        return fire(rules, data, where_of(data["journey"]), sample.now_ms)
    except RuleError:
        return [], ()


def _unconfirmed(rules: Iterable[Rule], places: Mapping[str, str]) -> Iterator[Finding]:
    for rule in rules:
        basis = rule.basis
        if basis.unconfirmed:
            said = f"{basis.document} ({basis.date}), {basis.issuer}: {basis.clause}"
            yield Finding("note", "basis.unconfirmed", places[rule.id], rule.id, said)
