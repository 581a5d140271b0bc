"""A code printed at 5 × 5 cm has modules of at least 0.4 mm, or it is not issued."""

from __future__ import annotations

import random
import string
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from server.issuing.codes import (
    MAX_M_CHARACTERS,
    MAX_PRINT_CHARACTERS,
    MAX_VERSION,
    MIN_MODULE_MM,
    code_svg,
    printed_code,
)
from server.png import rows_png
from tests.node import node
from tests.qr import read_qr

ALPHABET = string.ascii_letters + string.digits + "-_."


def token(rng: random.Random, length: int) -> str:
    return "CHOT1:" + "".join(rng.choices(ALPHABET, k=length - 6))


@pytest.mark.parametrize("length", [200, 450, MAX_M_CHARACTERS, MAX_PRINT_CHARACTERS])
def test_modules_at_five_centimetres_are_wide_enough(rng: random.Random, length: int) -> None:
    code = printed_code(token(rng, length))
    assert code.module_mm >= MIN_MODULE_MM
    assert code.version <= MAX_VERSION


def test_a_denser_code_is_refused_and_the_limits_are_the_last_that_fit(
    rng: random.Random,
) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        printed_code(token(rng, MAX_PRINT_CHARACTERS + 1))
    for length in (MAX_M_CHARACTERS, MAX_PRINT_CHARACTERS):
        assert printed_code(token(rng, length)).version == MAX_VERSION


@pytest.mark.parametrize("length", [454, MAX_PRINT_CHARACTERS])
def test_the_tablet_reads_what_is_drawn(rng: random.Random, tmp_path: Path, length: int) -> None:
    node()
    text = token(rng, length)
    path = tmp_path / "code.png"
    path.write_bytes(rows_png(printed_code(text).rows))
    assert read_qr(path) == text


def test_the_drawing_has_every_dark_module_once(rng: random.Random) -> None:
    code = printed_code(token(rng, 300))
    drawn = [(x + step, y) for x, y, width in code.runs for step in range(width)]
    dark = {(x, y) for y, row in enumerate(code.rows) for x, one in enumerate(row) if one == "1"}
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == dark
    root = ElementTree.fromstring(code_svg(code))
    assert root.attrib["width"] == "50mm"
    assert root.attrib["viewBox"] == f"0 0 {code.side} {code.side}"
