"""A test made or a sample taken at a checkpoint, with merge policies beside the fields (R7)."""

from __future__ import annotations

from marshmallow import fields

from schemas.shapes import (
    TEST_RESULTS,
    TEST_TYPES,
    Tolerant,
    record_id,
    text,
    word,
)

LATEST_AUTO = {"shows": "latest", "closes": "auto"}
LATEST_ASK = {"shows": "latest", "closes": "ask"}
FIRST_AUTO = {"shows": "first", "closes": "auto"}
RESULT_ASK = {"shows": "most_restrictive", "closes": "ask", "ranks": list(TEST_RESULTS)}


class QuickTest(Tolerant):
    """One test and what it showed; `crossing` and `item` say whose, where that is a crossing's.

    The result stands in the body, so that counts outlive the person part (SPEC G6); who it
    concerns never does. A `pending` result is amended by its own later one.
    """

    lane = text(32, metadata=LATEST_AUTO)
    crossing = record_id(allow_none=True, metadata=FIRST_AUTO)
    item = text(96, metadata=FIRST_AUTO)
    type = word(TEST_TYPES, required=True, metadata=LATEST_AUTO)
    result = word(TEST_RESULTS, required=True, metadata=RESULT_ASK)
    voided = text(32, allow_none=True, metadata=LATEST_ASK)


class TestedPerson(Tolerant):
    """Whom the health service has to find."""

    __test__ = False

    name = text(200, allow_none=True)
    id_number = text(32, allow_none=True)
    birth_date = text(10, allow_none=True)
    phone = text(20, allow_none=True)


class QuickTestPersonPart(Tolerant):
    """Who was tested, and with which product (free text)."""

    person = fields.Nested(TestedPerson, allow_none=True, metadata=LATEST_ASK)
    product = text(64, metadata=LATEST_AUTO)
