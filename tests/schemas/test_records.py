"""Each kind's schema: what it takes, what it names when it refuses, and what it says of merging."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, fields, validate

from schemas.policy import policy_json, policy_table, policy_tables
from schemas.records import (
    KINDS,
    Crossing,
    CrossingPersonPart,
    Review,
    check_writes,
    item_schemas,
    missing_fields,
)
from schemas.shapes import Uuid7
from sync.registers import policies_from_json

ROOT = Path(__file__).parents[2]
RECORD = "017b47f7-6200-7bfd-8970-571b44bd0e3b"
PLATE = {"read": "29C-123.45", "normal": "29C12345"}
SCHEMAS = [schema for kind in KINDS.values() for schema in (kind.body, kind.person)]


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
def test_every_field_of_every_kind_says_how_it_merges(schema: Schema) -> None:
    groups = item_schemas(schema)
    inner = [one for group in groups.values() for one in group.fields.values()]
    plain = [one for name, one in schema.fields.items() if name not in groups]
    for one in plain + inner:
        assert one.metadata["shows"] in {
            "latest",
            "first",
            "most_restrictive",
            "union",
            "authority",
        }
        assert one.metadata["closes"] in {"auto", "ask"}


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
def test_items_require_nothing_so_that_an_amendment_can_write_one_field(schema: Schema) -> None:
    for inner in item_schemas(schema).values():
        assert missing_fields(inner, {}) == []


def test_the_policy_table_of_the_tablet_is_generated_from_the_schemas() -> None:
    """When this fails: python -m schemas.policy > docs/policy.json."""
    assert (ROOT / "docs" / "policy.json").read_text(encoding="utf-8") == policy_json()


def test_the_merge_room_takes_every_table() -> None:
    for key, table in json.loads(policy_json()).items():
        assert policies_from_json(table).keys() == policy_tables()[key].keys()


def test_what_is_most_restrictive_is_ranked_by_the_words_the_field_takes() -> None:
    table = policy_table("crossing", 1)
    assert table["verdict"]["ranks"] == ["pass", "refer", "turn_back"]
    assert table["people/verdict"]["ranks"] == ["pass", "refer", "turn_back"]
    assert table["action"]["ranks"] == ["passed", "referred", "turned_back"]


@pytest.mark.parametrize(
    ("path", "closes"),
    [
        *((one, "ask") for one in ("plate", "action", "verdict", "voided", "people/id_number")),
        *((one, "auto") for one in ("wait_s", "people/temperature_c", "goods/description", "note")),
    ],
)
def test_people_are_asked_about_plates_identities_and_outcomes_only(path: str, closes: str) -> None:
    assert policy_table("crossing", 1)[path]["closes"] == closes


def test_a_field_without_a_policy_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS["review", 1].body.fields, "mood", fields.String())
    with pytest.raises(TypeError, match=r"Review\.mood declares no merge policy"):
        policy_tables()


def test_a_field_stands_in_one_part_of_its_kind_only(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = KINDS["review", 1]
    monkeypatch.setitem(kind.body.fields, "note", kind.person.fields["note"])
    with pytest.raises(TypeError, match="both parts"):
        policy_tables()


@pytest.mark.parametrize(
    ("writes", "items", "refused"),
    [
        ({}, {}, None),
        ({"plate": PLATE, "wait_s": 0, "voided": None}, {}, None),
        ({"weather": ["mưa"], "lane.x": 1}, {"animals": {"1": {}}}, None),
        ({"direction": "up"}, {}, "direction"),
        ({"direction": None}, {}, "direction"),
        ({"plate": {"read": "29C"}}, {}, "plate"),
        ({"plate": "29C"}, {}, "plate"),
        ({"verdict": {"outcome": "pass", "reasons": [1]}}, {}, "verdict"),
        ({"lane": "1", "action": "?", "wait_s": "?"}, {}, "action"),
        ({}, {"people": {"1": {"role": "captain"}}}, "people/1/role"),
        ({}, {"people": {"1": {}, "2": {"evidence": {"family": "cccd"}}}}, "people/2/evidence"),
        ({}, {"goods": {"3": {"quantity": -1}}}, "goods/3/quantity"),
        ({}, {"goods": {"3": None}}, "goods/3"),
        ({}, {"goods": []}, "goods"),
        ({"people": {"1": {}}}, {}, "people"),
        ({}, {"verdict": {"1": {}}}, "verdict"),
        ({"animals": 1}, {"animals": {"1": {}}}, "items"),
    ],
)
def test_a_refusal_names_the_register_it_is_about(
    writes: dict[str, Any], items: dict[str, Any], refused: str | None
) -> None:
    assert check_writes(Crossing(), writes, items) == refused


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("disinfected", [True, False], [1, 0, "yes", "true", None]),
        ("headcount", [0, 500], [-1, 501, 1.0, "1", True]),
        ("paired_exit", [RECORD, None], [RECORD.upper(), RECORD.replace("-", ""), "x", 7]),
        ("lane", ["", "ế" * 32], ["x" * 33, 1, None, ["1"]]),
        ("occurred", [0, 1 << 46], [-1, (1 << 46) + 1]),
    ],
)
def test_a_value_is_taken_as_json_has_it_or_not_at_all(
    field: str, good: list[Any], bad: list[Any]
) -> None:
    for value in good:
        assert check_writes(Crossing(), {field: value}, {}) is None, value
    for value in bad:
        assert check_writes(Crossing(), {field: value}, {}) == field, value


def test_a_temperature_is_a_number_of_a_living_person() -> None:
    for value, refused in ((36.6, False), (37, False), ("36.6", True), (3.66, True), (True, True)):
        path = check_writes(CrossingPersonPart(), {}, {"people": {"1": {"temperature_c": value}}})
        assert (path == "people/1/temperature_c") is refused, value


def test_only_the_first_event_of_a_record_is_asked_for_what_is_required() -> None:
    assert check_writes(Review(), {"decision": "seen"}, {}) is None
    assert missing_fields(Review(), {"decision": "seen"}) == ["subject"]
    assert missing_fields(Review(), {"decision": "seen", "subject": RECORD}) == []
    assert KINDS["review", 1].required == ("decision", "subject")
    assert KINDS["crossing", 1].required == ()


def test_kinds_are_found_by_their_own_name_and_version() -> None:
    assert all((kind.name, kind.version) == key for key, kind in KINDS.items())


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: type(schema).__name__)
def test_t5_no_text_of_a_record_has_room_for_a_file(schema: Schema) -> None:
    parts = [schema, *item_schemas(schema).values()]
    texts = [one for part in parts for one in part.fields.values() if type(one) is fields.String]
    for one in texts:
        rules = [rule for rule in one.validators if isinstance(rule, validate.Length)]
        assert [rule.max for rule in rules if rule.max is not None and rule.max <= 1000] or any(
            isinstance(rule, validate.OneOf | Uuid7) for rule in one.validators
        ), f"{type(schema).__name__}.{one.name} has no bound"
