"""One rule file looked at whole: its findings, its sample journeys, what it changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.rules.files import RuleFile, read_rule_file
from cli.rules.sources import journeys_of
from cli.rules.words import said
from rules import PackContent, Verdict, parse_pack_content, verdict_to_json
from rules.authoring import (
    Difference,
    Finding,
    Samples,
    Side,
    check_pack,
    differences,
    open_rules,
    verdict_on,
    with_effective_from,
)


@dataclass(frozen=True, slots=True)
class Examined:
    """A file and what was found.

    `content` is the file with every open start filled in by `when_ms`, the moment that the check
    is for; `pack` is what was tried on the journeys, None where it does not parse.
    """

    file: RuleFile
    content: Any
    when_ms: int
    pack: PackContent | None
    findings: tuple[Finding, ...]
    samples: Samples

    @property
    def is_refused(self) -> bool:
        """Whether anything found is an error."""
        return any(one.severity == "error" for one in self.findings)

    def verdicts(self) -> list[Verdict]:
        """What the pack says of each sample journey, in their order."""
        pack = self.pack
        return [] if pack is None else [verdict_on(one, pack) for one in self.samples.cases]

    def against(self, before: Side) -> Difference | None:
        """The difference to a pack; None where this one does not parse."""
        if self.pack is None:
            return None
        after = Side(parse_pack_content(self.content), self.when_ms)
        return differences(before, after, self.samples.cases, open_rules(self.file.value))


def examine(
    path: Path, journeys: tuple[Path, ...], now_ms: int, effective_ms: int | None = None
) -> Examined:
    """A rule file checked for the moment `effective_ms`, or that of its journeys, or now.

    Rules that leave open since when they hold count from then on, but are tried on journeys that
    take place before. Raises FileError.
    """
    file = read_rule_file(path)
    samples = journeys_of(path, journeys, now_ms)
    when_ms = samples.now_ms if effective_ms is None else effective_ms
    tried_ms = min([when_ms, *(sample.now_ms for sample in samples.cases)])
    pack, findings = check_pack(with_effective_from(file.value, tried_ms), samples.cases, when_ms)
    content = with_effective_from(file.value, when_ms)
    return Examined(file, content, when_ms, pack, findings, samples)


def to_json(one: Examined, difference: Difference | None) -> dict[str, Any]:
    """The machine-readable form of `chot rules check --json`."""
    return {
        "file": str(one.file.path),
        "ok": not one.is_refused,
        "rules": 0 if one.pack is None else len(one.pack.rules),
        "findings": [
            {
                "severity": finding.severity,
                "code": finding.code,
                "rule": finding.rule,
                "at": finding.at,
                "line": one.file.line_of(finding.at) if finding.at else None,
                "detail": finding.detail,
                "vi": said(finding, "vi"),
                "en": said(finding, "en"),
            }
            for finding in one.findings
        ],
        "journeys": [
            {
                "name": sample.name,
                "clause": sample.clause,
                **verdict_to_json(verdict),
                "expected": sample.expected
                and {"outcome": sample.expected[0], "reason": sample.expected[1]},
            }
            for sample, verdict in zip(one.samples.cases, one.verdicts(), strict=False)
        ],
        "difference": None if difference is None else _difference(difference),
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "added": list(difference.added),
        "removed": list(difference.removed),
        "changed": {id_: list(names) for id_, names in difference.changed.items()},
        "pack": list(difference.pack),
        "journeys": [
            {
                "name": one.name,
                "before": verdict_to_json(one.before),
                "after": verdict_to_json(one.after),
            }
            for one in difference.journeys
        ],
    }
