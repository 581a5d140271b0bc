"""The facts on our own card, as short claims. A card holds facts, never a colour.

claim  meaning                                                              at most
k      doses: [number, of, product, date]                                   8
u      tests: ["p" PCR | "r" rapid, "n" negative | "p" positive, sampled,   4
       resulted or null], both in epoch seconds
z      recoveries: [recovered on, valid until or null]                      4

Dates are whole ISO dates. The colour follows from these and from the rules in force.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from credentials.dates import MAX_EPOCH_S, instant_of_epoch_s, is_partial_date
from credentials.evidence import Dose, Facts, Recovery, Test

T = TypeVar("T")

MAX_DOSES = 8
MAX_TESTS = 4
MAX_RECOVERIES = 4
MAX_DOSE_NUMBER = 20
MAX_PRODUCT_CHARACTERS = 60
FACT_CLAIMS = ("k", "u", "z")

_DATE_CHARACTERS = 10
_SURROGATE = re.compile("[\ud800-\udfff]")


def card_facts(claims: Mapping[str, Any]) -> Facts | str:
    """The facts in these claims, or the short name of the first claim of another shape."""
    doses = _each(claims.get("k"), MAX_DOSES, _dose)
    if doses is None:
        return "k"
    tests = _each(claims.get("u"), MAX_TESTS, _test)
    if tests is None:
        return "u"
    recoveries = _each(claims.get("z"), MAX_RECOVERIES, _recovery)
    if recoveries is None:
        return "z"
    return Facts(doses, tests, recoveries)


def _each(value: object, limit: int, read: Callable[[list[Any]], T | None]) -> tuple[T, ...] | None:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > limit:
        return None
    found: list[T] = []
    for item in value:
        one = read(item) if isinstance(item, list) else None
        if one is None:
            return None
        found.append(one)
    return tuple(found)


def _dose(item: list[Any]) -> Dose | None:
    if len(item) != 4:
        return None
    number, of = (_integer(one, MAX_DOSE_NUMBER) for one in item[:2])
    product, date = item[2], _date(item[3])
    if not number or not of or date is None or not isinstance(product, str):
        return None
    if not 1 <= len(product) <= MAX_PRODUCT_CHARACTERS or _SURROGATE.search(product):
        return None
    return Dose(number, of, product, date)


def _test(item: list[Any]) -> Test | None:
    if len(item) != 4 or item[0] not in ("p", "r") or item[1] not in ("n", "p"):
        return None
    sampled_s = _integer(item[2], MAX_EPOCH_S)
    resulted_s = None if item[3] is None else _integer(item[3], MAX_EPOCH_S)
    if sampled_s is None or (resulted_s is None and item[3] is not None):
        return None
    return Test(
        "pcr" if item[0] == "p" else "rapid",
        "negative" if item[1] == "n" else "positive",
        instant_of_epoch_s(sampled_s),
        None if resulted_s is None else instant_of_epoch_s(resulted_s),
    )


def _recovery(item: list[Any]) -> Recovery | None:
    if len(item) != 2:
        return None
    recovered_at, valid_until = _date(item[0]), _date(item[1])
    if recovered_at is None or (valid_until is None and item[1] is not None):
        return None
    return Recovery(recovered_at, valid_until)


def _date(value: object) -> str | None:
    if not isinstance(value, str) or len(value) != _DATE_CHARACTERS or not is_partial_date(value):
        return None
    return value


def _integer(value: object, limit: int) -> int | None:
    """JSON has one kind of number: 1.0 and 1 are the same, as they are for JavaScript."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= limit:
        return None
    return value
