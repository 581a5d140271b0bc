"""Tables of `chot rules` for people: findings, sample journeys, what a pack changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import click

from cli.data import VIETNAM
from cli.rules.examine import Examined
from cli.rules.words import SEVERITIES, STATES, of, outcome_word, said
from rules import Json, RulePack, Verdict
from rules.authoring import Difference, Explanation, RuleTrace, Sample

Row = Sequence[str]
MAX_VALUE_CHARS = 80


def print_table(rows: Sequence[Row]) -> None:
    """Columns apart by two blanks, the last one as long as it is."""
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)]
        click.echo("  " + "  ".join([*cells, row[-1]]).rstrip())


def print_findings(examined: Examined, lang: str) -> None:
    """Errors first, with the line (YAML) or the place; unconfirmed bases in a list of their own."""
    rows = []
    for one in examined.findings:
        if one.code == "basis.unconfirmed":
            continue
        line = examined.file.line_of(one.at) if one.at else None
        word = "dòng" if lang == "vi" else "line"
        where = one.at if line is None else f"{word} {line}"
        rows.append((of(SEVERITIES[one.severity], lang), where, one.rule or "", said(one, lang)))
    print_table(rows)
    print_unconfirmed(examined, lang)


def print_unconfirmed(examined: Examined, lang: str) -> None:
    """The bases that nobody has confirmed, plainly."""
    found = [one for one in examined.findings if one.code == "basis.unconfirmed"]
    if found:
        title = "Căn cứ CHƯA XÁC NHẬN" if lang == "vi" else "UNCONFIRMED bases"
        click.echo(f"{title} ({len(found)}):")
        print_table([(one.rule or "", one.detail) for one in found])


def print_journeys(examined: Examined, lang: str) -> None:
    """What the pack says of each sample journey, `✗` where something else was expected."""
    verdicts = examined.verdicts()
    if not verdicts:
        return
    title = "Hành trình mẫu" if lang == "vi" else "Sample journeys"
    click.echo(f"{title} ({len(verdicts)}):")
    rows = []
    for sample, verdict in zip(examined.samples.cases, verdicts, strict=True):
        found = (verdict.outcome, verdict.reasons[0])
        mark = "·" if sample.expected is None else "✓" if sample.expected == found else "✗"
        rows.append((mark, *_verdict(verdict, lang), sample.name))
    print_table(rows)


def print_difference(difference: Difference, lang: str) -> None:
    """Rules added, removed and changed, and the journeys that come out otherwise."""
    if difference.is_empty:
        click.echo("Không thay đổi gì." if lang == "vi" else "Nothing changes.")
        return
    click.echo("Thay đổi so với gói đang so:" if lang == "vi" else "Changes against that pack:")
    print_table(
        [("+", id_, "thêm" if lang == "vi" else "added") for id_ in difference.added]
        + [("-", id_, "bỏ" if lang == "vi" else "removed") for id_ in difference.removed]
        + [("~", id_, ", ".join(names)) for id_, names in difference.changed.items()]
        + [("~", "", name) for name in difference.pack]
    )
    if difference.journeys:
        title = "Hành trình mẫu đổi kết luận" if lang == "vi" else "Sample journeys that change"
        click.echo(f"{title} ({len(difference.journeys)}):")
        print_table(
            [
                (" ".join(_verdict(one.before, lang)), "→", *_verdict(one.after, lang), one.name)
                for one in difference.journeys
            ]
        )


def print_explanation(sample: Sample, found: Explanation, pack: RulePack, lang: str) -> None:
    """The verdict with its reasons in both languages, then each rule that had a part in it."""
    reasons = pack.content.reasons()
    outcome = outcome_word(found.verdict.outcome, lang)
    click.echo(f"{sample.name} ({vietnamese_time(sample.now_ms)}): {outcome.upper()}")
    click.echo(f"  {pack.name} v{pack.version}")
    for code in found.verdict.reasons:
        click.echo(f"  · {code}: {reasons[code].vi} / {reasons[code].en}")
    for trace in found.rules:
        if trace.state in ("fired", "exempted", "failed"):
            _print_trace(trace, lang)
    quiet = [trace for trace in found.rules if trace.state not in ("fired", "exempted", "failed")]
    print_table([(one.rule.id, of(STATES[one.state], lang), _read(one)) for one in quiet])


def _print_trace(trace: RuleTrace, lang: str) -> None:
    rule, basis = trace.rule, trace.rule.basis
    state = " ".join([of(STATES[trace.state], lang), *trace.exempted_by, trace.error or ""]).strip()
    click.echo(f"  {rule.id} [{rule.priority}]: {state}")
    click.echo(f"    {outcome_word(rule.outcome, lang)}: {rule.reason.vi} / {rule.reason.en}")
    mark = "" if not basis.unconfirmed else " (CHƯA XÁC NHẬN)" if lang == "vi" else " (UNCONFIRMED)"
    click.echo(f"    {basis.document}, {basis.date}, {basis.issuer}: {basis.clause}{mark}")
    for path, value in trace.read.items():
        click.echo(f"    {path} = {_short(value)}")


def _read(trace: RuleTrace) -> str:
    return ", ".join(f"{path} = {_short(value)}" for path, value in trace.read.items())


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_VALUE_CHARS else f"{text[:MAX_VALUE_CHARS]}…"


def vietnamese_time(ms: int) -> str:
    """A moment as a person in Vietnam reads it."""
    return datetime.fromtimestamp(ms / 1000, VIETNAM).strftime("%d/%m/%Y %H:%M")


def _verdict(verdict: Verdict, lang: str) -> tuple[str, str]:
    return outcome_word(verdict.outcome, lang), verdict.reasons[0]
