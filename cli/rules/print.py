"""Tables of `chot rules` for people: findings, sample journeys, what a pack changes."""

from __future__ import annotations

from collections.abc import Sequence

import click

from cli.rules.examine import Examined
from cli.rules.words import SEVERITIES, of, outcome_word, said
from rules import Verdict
from rules.authoring import Difference

Row = Sequence[str]


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


def _verdict(verdict: Verdict, lang: str) -> tuple[str, str]:
    return outcome_word(verdict.outcome, lang), verdict.reasons[0]
