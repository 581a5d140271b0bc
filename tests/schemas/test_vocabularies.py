"""A word is spelled alike in the schemas and in TypeScript, whose unions are read as text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from credentials.evidence import Family, Status
from schemas import offence_records, shapes

WEB = Path(__file__).parents[2] / "web"
TYPES = WEB / "tablet" / "core" / "vocabulary.ts"
EVIDENCE = WEB / "shared" / "credentials" / "evidence.ts"
UNION = r'\|?\s*"[a-z0-9_]+"(?:\s*\|\s*"[a-z0-9_]+")*'
VOCABULARIES = {
    "Direction": shapes.DIRECTIONS,
    "Mode": shapes.MODES,
    "Purpose": shapes.PURPOSES,
    "VehicleClass": shapes.VEHICLE_CLASSES,
    "PlateColour": shapes.PLATE_COLOURS,
    "Role": shapes.ROLES,
    "CardColour": shapes.CARD_COLOURS,
    "GoodsGroup": shapes.GOODS_GROUPS,
    "Unit": shapes.UNITS,
    "Action": shapes.ACTIONS,
    "Outcome": shapes.OUTCOMES,
    "IdentifiedBy": shapes.IDENTIFIED_BY,
    "TestType": shapes.TEST_TYPES,
    "TestResult": shapes.TEST_RESULTS,
    "OverrideReason": shapes.OVERRIDE_REASONS,
    "Source": shapes.SOURCES,
    "VoidReason": shapes.VOID_REASONS,
}


def words(pattern: str, file: Path = TYPES) -> tuple[str, ...]:
    """The words of the union that stands where `pattern` says UNION."""
    found = re.search(pattern.replace("UNION", f"({UNION})"), file.read_text(encoding="utf-8"))
    assert found is not None, f"{file.name} has no such union: {pattern}"
    return tuple(re.findall(r'"([^"]+)"', found[1]))


@pytest.mark.parametrize("name", VOCABULARIES)
def test_the_tablet_knows_the_same_words(name: str) -> None:
    # In the same order too: mildest first is what `most_restrictive` means.
    assert words(rf"export type {name} =\s*UNION;") == VOCABULARIES[name]


def test_the_tablet_knows_the_same_data_sets_and_card_bases() -> None:
    assert words(r"interface Place {[^}]*dataset: UNION;") == shapes.DATASETS
    assert words(r"interface Card {[^}]*basis: UNION;") == ("seen", "verified")


def test_what_a_code_is_and_proves_is_said_in_the_words_of_the_credentials_room() -> None:
    assert (*get_args(Family), "none") == shapes.FAMILIES
    assert get_args(Status) == shapes.EVIDENCE_STATUSES
    assert words(r"export type Family =\s*UNION;", EVIDENCE) == get_args(Family)
    assert words(r"export type Status =\s*UNION;", EVIDENCE) == get_args(Status)


def test_no_word_of_a_vocabulary_is_spelled_twice() -> None:
    for name, one in vars(shapes).items():
        if name.isupper() and isinstance(one, tuple):
            assert len(set(one)) == len(one), name
            assert all(re.fullmatch(r"[a-z0-9_]+", word) for word in one), name


OFFENCES = TYPES.parents[1] / "parts" / "offences.ts"


@pytest.mark.parametrize("name", ["VIOLATIONS", "SANCTIONS", "INCIDENTS", "SEVERITIES"])
def test_the_tablet_offers_the_same_words_for_what_went_wrong(name: str) -> None:
    text = OFFENCES.read_text("utf-8")
    found = re.search(rf"export const {name} = \[([^\]]*)\] as const", text)
    assert found is not None
    assert tuple(re.findall(r'"([^"]+)"', found[1])) == getattr(offence_records, name)
