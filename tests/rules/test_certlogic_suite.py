"""The CertLogic specification's own suites, read where they lie; skipped with a reason if absent.

Fourteen assertions carry the suites' own `skip` (`in` on null, `data` inside `reduce`). They run
too, apart: this evaluator answers them as expected, though no port need agree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rules.certlogic import evaluate, to_plain
from rules.validation import validate

SUITES = Path(__file__).parents[3] / "shared" / "vectors" / "certlogic"
ACTIVE_ASSERTIONS = 218
SKIPPED_ASSERTIONS = 14

pytestmark = pytest.mark.skipif(
    not SUITES.is_dir(), reason="CertLogic suites absent: ../shared/vectors/certlogic"
)


def assertions(*, skipped: bool) -> Iterator[tuple[str, Any, Any, Any]]:
    for path in sorted(SUITES.glob("testSuite/*.json")):
        suite = json.loads(path.read_text("utf-8"))
        for case in suite["cases"]:
            for index, assertion in enumerate(case["assertions"]):
                parts = (suite, case, assertion)
                if any(part.get("directive") == "skip" for part in parts) is not skipped:
                    continue
                expression = assertion.get("certLogicExpression", case.get("certLogicExpression"))
                name = f"{path.stem} · {case['name']} · {index}"
                yield name, expression, assertion["data"], assertion["expected"]


def same(left: object, right: object) -> bool:
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


@pytest.mark.parametrize(
    ("skipped", "count"), [(False, ACTIVE_ASSERTIONS), (True, SKIPPED_ASSERTIONS)]
)
def test_every_assertion_holds(skipped: bool, count: int) -> None:
    suite = list(assertions(skipped=skipped))
    failed = [
        name
        for name, expression, data, expected in suite
        if not same(to_plain(evaluate(expression, data)), expected)
    ]
    assert failed == []
    assert len(suite) == count


def test_validation_reports_the_issues_of_the_suite() -> None:
    cases = 0
    for path in sorted(SUITES.glob("validation-testSuite/*.json")):
        for case in json.loads(path.read_text("utf-8"))["cases"]:
            issues = validate(case["certLogicExpression"])
            found = [{"expr": issue.expr, "message": issue.message} for issue in issues]
            assert same(found, json.loads(json.dumps(case["issues"]).replace("42.0", "42")))
            cases += 1
    assert cases > 20
