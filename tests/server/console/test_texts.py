"""Both languages say everything, and nothing that nobody asks for is missing."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

from rules.signs import SYMPTOMS
from schemas import offence_records, shapes, shift_record
from schemas.home_records import ALERT_CODES
from server.console import texts_en, texts_vi
from server.console.pages import NAVIGATION
from server.exporting.tables import TABLES
from server.issuing.columns import KINDS
from server.scheduling.ledger import BEGUN, FAULT, MAILED, WRITTEN
from server.store.hold_protocol import HoldKind
from server.store.log.standing import REVOKED_DOCUMENT
from server.store.noted_protocol import NOTED
from server.store.registered import UserRole
from server.store.view.view_schema import FLAGS

CONSOLE = Path(texts_vi.__file__).parent
VOCABULARIES = {
    "outcome": shapes.OUTCOMES,
    "action": shapes.ACTIONS,
    "direction": shapes.DIRECTIONS,
    "mode": shapes.MODES,
    "purpose": shapes.PURPOSES,
    "vehicle": shapes.VEHICLE_CLASSES,
    "plate_colour": shapes.PLATE_COLOURS,
    "person": shapes.ROLES,
    "card": shapes.CARD_COLOURS,
    "goods": shapes.GOODS_GROUPS,
    "unit": shapes.UNITS,
    "family": shapes.FAMILIES,
    "status": shapes.EVIDENCE_STATUSES,
    "override": shapes.OVERRIDE_REASONS,
    "source": shapes.SOURCES,
    "void": shapes.VOID_REASONS,
    "wave": shapes.WAVE_REASONS,
    "review": shapes.REVIEW_DECISIONS,
    "duty": shift_record.DUTIES,
    "consult": shift_record.CONSULT_SUBJECTS,
    "consulted": shift_record.CONSULTED,
    "identified_by": shapes.IDENTIFIED_BY,
    "symptom": SYMPTOMS,
    "alert": ALERT_CODES,
    "alerts.meaning": ALERT_CODES,
    "flag": FLAGS,
    "role": UserRole.__args__,  # type: ignore[attr-defined]
    "violation": offence_records.VIOLATIONS,
    "sanction": offence_records.SANCTIONS,
    "incident": offence_records.INCIDENTS,
    "severity": offence_records.SEVERITIES,
    "test_type": shapes.TEST_TYPES,
    "test_result": shapes.TEST_RESULTS,
    "noted.kind": NOTED,
    "hold": HoldKind.__args__,  # type: ignore[attr-defined]
    "nav": [name for name, _, _ in NAVIGATION],
}


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_the_same_holes() -> None:
    assert texts_vi.VI.keys() == texts_en.EN.keys()
    for key, text in texts_vi.VI.items():
        assert holes(text) == holes(texts_en.EN[key]), key


def test_every_word_of_the_data_has_a_text() -> None:
    for vocabulary, words in VOCABULARIES.items():
        for word in words:
            assert f"{vocabulary}.{word}" in texts_vi.VI


def test_every_text_that_a_page_names_exists() -> None:
    for file in [*CONSOLE.glob("templates/*.html"), *CONSOLE.glob("*.py")]:
        source = file.read_text("utf-8")
        named = re.findall(r'\bt\("([a-z_.0-9]+)"[,)]', source)
        named += re.findall(r'\btext\(\s*(?:self\.)?language(?:\(\))?, "([a-z_.0-9]+)"', source)
        for key in named:
            assert key in texts_vi.VI, (file.name, key)


def test_everything_that_is_audited_is_said_in_words_on_the_access_log() -> None:
    """What the log keeps are words of ours; who reads it is no programmer."""
    root = CONSOLE.parents[1]
    written = set[str]()
    for file in [*(root / "server").rglob("*.py"), *(root / "cli").rglob("*.py")]:
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "AuditEntry":
                written |= {
                    one.value
                    for one in call.args[2:3]
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    assert {"erase", "purge", "device.revoke", "shifts"} <= written
    named = {BEGUN, WRITTEN, MAILED, FAULT, REVOKED_DOCUMENT, "shift", "shift.answer", "stats"}
    named |= {f"issue.{kind}" for kind in KINDS} | {f"export.{table}" for table in TABLES}
    named |= {f"webhook.{act}" for act in ("add", "remove", "rotate", "replay")}
    named |= {f"user.{act}" for act in ("enable", "disable", "password")}
    assert [one for one in sorted(written | named) if f"what.{one}" not in texts_vi.VI] == []
