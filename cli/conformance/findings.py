"""What a judge says: a rule of sync/SPEC.md and what was seen, in words that an author knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["pass", "broken", "unseen"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that was broken; `at` is the event or field where it was seen.

    `request`: the last sync request that came before the judge said so, in few words.
    """

    rule: str
    vi: str
    en: str
    at: str = ""
    request: str = ""


class BrokenRuleError(Exception):
    """Ends a step: the other side broke a rule."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.rule} {finding.at}")
        self.finding = finding


class UnseenError(Exception):
    """Ends a step that the other side gave no occasion to judge."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


@dataclass(frozen=True, slots=True)
class Step:
    """What is tried: its name, the rules it is about, and a line for people."""

    name: str
    rules: tuple[str, ...]
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A step and what came of it; `findings` where it is broken, `why` where it was not seen."""

    step: Step
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    why: tuple[str, str] = ("", "")


def breaks(rule: str, vi: str, en: str, at: object = "") -> BrokenRuleError:
    """The error that says so."""
    return BrokenRuleError(Finding(rule, vi, en, str(at)))
