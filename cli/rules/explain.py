"""`chot rules explain`: why a journey came out as it did, rule by rule."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, Moment, now_ms, told
from cli.rules.check import LANG
from cli.rules.files import FileError, read_rule_file
from cli.rules.sources import ANY_TIME_MS, FILE, SHIPPED, levels_of_server, pack_of_server
from cli.rules.tables import print_explanation
from rules import RuleError, RulePack, parse_pack_content, to_iso, verdict_to_json
from rules.authoring import Explanation, Sample, explain, parse_samples, with_effective_from


@click.command("explain")
@click.option("--pack", "pack_name", metavar="FILE|NAME", help="Tệp hoặc gói có sẵn / which pack.")
@click.option("--checkpoint", help="Gói đang dùng của chốt này / the pack in force there.")
@click.option(
    "--journey", "journey_file", type=FILE, required=True, help="Tệp hành trình / journey."
)
@click.option(
    "--case", "case_name", help="Chỉ hành trình mang tên này / only the one of this name."
)
@click.option("--at", "at_ms", type=Moment(), help="Thời điểm xét / at this time.")
@click.option("--json", "as_json", is_flag=True, help="Mỗi hành trình một dòng JSON / JSON lines.")
@LANG
@DATA
@told
def explain_journey(
    pack_name: str | None,
    checkpoint: str | None,
    journey_file: Path,
    case_name: str | None,
    at_ms: int | None,
    as_json: bool,
    lang: str,
    data: Path,
) -> None:
    """Giải thích kết luận của một hành trình / explain the verdict on a journey.

    Tệp hành trình là {journey, evidence?, external?, levels?, now?} hoặc một tệp hành trình mẫu;
    --at đứng trước giờ ghi trong tệp, không có cả hai thì là bây giờ.

    \b
    Ví dụ / examples:
      chot rules explain --pack hn.yaml --journey luot.yaml --at "16/10/2021 08:00"
      chot rules explain --checkpoint hd-ql6 --journey luot.json
    """
    if (pack_name is None) == (checkpoint is None):
        raise click.UsageError("Cần --pack hoặc --checkpoint / one of --pack and --checkpoint.")
    levels = None if checkpoint is None else levels_of_server(data, now_ms())
    samples = _journeys(journey_file, at_ms, levels)
    if case_name is not None:
        samples = [one for one in samples if one.name == case_name]
    if not samples:
        raise click.ClickException(f"{journey_file}: không có hành trình / no such journey.")
    for sample in samples:
        pack = _pack(pack_name, checkpoint, data, sample.now_ms)
        found = explain(sample.evidence, sample.journey, sample.external, sample.now_ms, pack)
        if as_json:
            click.echo(json.dumps(_to_json(sample, found, pack), ensure_ascii=False))
        else:
            print_explanation(sample, found, pack, lang)


def _journeys(path: Path, at_ms: int | None, levels: Any) -> list[Sample]:
    """The journeys of a file, one or many, all at `at_ms` where it is given."""
    read = read_rule_file(path)
    value = read.value
    if isinstance(value, dict) and "cases" not in value:
        case = {"name": path.stem, "evidence": value.get("evidence")}
        value = {name: item for name, item in value.items() if name != "evidence"}
        value["cases"] = [case]
    if isinstance(value, dict):
        if value.get("levels") is None:
            value = {**value, "levels": levels}
        if at_ms is not None:
            value = {**value, "now": to_iso(at_ms), "cases": _undated(value.get("cases"))}
    try:
        return list(parse_samples(value, SHIPPED, now_ms()).cases)
    except RuleError as error:
        raise FileError(path, f"{error.code} {error.at}", read.line_of(error.at)) from None


def _undated(cases: Any) -> Any:
    if not isinstance(cases, list):
        return cases
    return [{**one, "now": None} if isinstance(one, dict) else one for one in cases]


def _pack(name: str | None, checkpoint: str | None, data: Path, when_ms: int) -> RulePack:
    """The pack to judge by; one that a server has in force is not stale for who asks it."""
    if checkpoint is not None:
        pack = pack_of_server(data, checkpoint, now_ms())
        if pack is None:
            raise click.ClickException(f"Chốt '{checkpoint}' chưa có gói quy định / has no rules.")
        return replace(pack, confirmed_at_ms=max(when_ms, pack.issued_at_ms))
    assert name is not None
    path = Path(name)
    if not path.is_file() and name not in SHIPPED:
        raise click.UsageError(f"--pack: không có tệp hay gói / no such file or pack: {name}")
    try:
        read = read_rule_file(path).value if path.is_file() else SHIPPED[name]
        content = parse_pack_content(with_effective_from(read, ANY_TIME_MS))
    except RuleError as error:
        raise click.ClickException(f"{name}: {error.code} {error.at}") from None
    return RulePack(path.stem, 0, when_ms, content)


def _to_json(sample: Sample, found: Explanation, pack: RulePack) -> dict[str, Any]:
    reasons = pack.content.reasons()
    return {
        "name": sample.name,
        "now": to_iso(sample.now_ms),
        "pack": {"name": pack.name, "version": pack.version},
        **verdict_to_json(found.verdict),
        "texts": {
            code: {"vi": reasons[code].vi, "en": reasons[code].en} for code in found.verdict.reasons
        },
        "explained": [
            {
                "rule": one.rule.id,
                "state": one.state,
                "exempted_by": list(one.exempted_by),
                "error": one.error,
                "priority": one.rule.priority,
                "outcome": one.rule.outcome,
                "reason": one.rule.reason.code,
                "vi": one.rule.reason.vi,
                "en": one.rule.reason.en,
                "basis": {
                    "document": one.rule.basis.document,
                    "date": one.rule.basis.date,
                    "issuer": one.rule.basis.issuer,
                    "clause": one.rule.basis.clause,
                    "unconfirmed": one.rule.basis.unconfirmed,
                },
                "read": one.read,
            }
            for one in found.rules
        ],
    }
