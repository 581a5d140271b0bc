"""sync/SPEC.md and the tests: every rule has one that carries its number."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPEC = (ROOT / "sync" / "SPEC.md").read_text("utf-8")
RULE = re.compile(r"^- \*\*([A-Z]\d+)\*\* ", re.MULTILINE)
PYTHON_TEST = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)
IN_A_NAME = re.compile(r"(?<=_)([a-z]\d{1,2})(?=_)")
WEB_TEST = re.compile(
    r"""\b(?:it|test|describe)(?:\.each\(.*?\))?\(\s*["'`](.*?)["'`]""", re.DOTALL
)
IN_A_TITLE = re.compile(r"\b([A-Z]\d{1,2})\b")


def rules() -> list[str]:
    return RULE.findall(SPEC)


def numbers_in_tests() -> set[str]:
    """The numbers that names of tests carry, in both languages."""
    found: set[str] = set()
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in PYTHON_TEST.findall(path.read_text("utf-8")):
            found |= {one.upper() for one in IN_A_NAME.findall(name.replace("_", "__"))}
    for folder in ("shared", "tablet"):
        for path in sorted((ROOT / "web" / folder).rglob("*.test.ts*")):
            for title in WEB_TEST.findall(path.read_text("utf-8")):
                found |= set(IN_A_TITLE.findall(title))
    return found


def test_every_rule_has_a_test_that_carries_its_number() -> None:
    assert len(rules()) >= 80
    assert sorted(set(rules()) - numbers_in_tests()) == []


def test_no_number_is_given_twice() -> None:
    assert [rule for rule, times in Counter(rules()).items() if times > 1] == []


def test_no_test_carries_the_number_of_a_rule_that_is_not_there() -> None:
    letters = {rule[0] for rule in rules()}
    # F0 to F3 are also what health officers call contacts of the sick.
    unknown = {one for one in numbers_in_tests() - set(rules()) if one[0] in letters} - {"F0"}
    assert sorted(unknown) == []


def test_every_lesson_became_a_rule_that_is_there() -> None:
    table = SPEC.partition("## Where the rules come from")[2]
    lessons = dict(re.findall(r"^\| (\d+) [^|]+\| ([A-Z0-9, ]+) \|$", table, re.MULTILINE))
    assert [int(one) for one in lessons] == list(range(1, 24))
    named = {rule for text in lessons.values() for rule in text.split(", ")}
    assert sorted(named - set(rules())) == []


def test_every_paragraph_of_the_design_names_rules_that_are_there() -> None:
    table = SPEC.rpartition("| paragraph | rules |")[2]
    told = dict(re.findall(r"^\| ([a-z ]+) \| ([A-Z0-9, ]+) \|$", table, re.MULTILINE))
    assert len(told) == 8
    named = {rule for text in told.values() for rule in text.split(", ")}
    assert sorted(named - set(rules())) == []
