"""Our codes are those of `qrcode`, module by module, and no code is walked module by module."""

from __future__ import annotations

import random

import pytest
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_H, ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, QRData

from server.issuing import qr_modules
from server.issuing.qr_modules import LAST_VERSION, qr_rows

LEVELS = (ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q, ERROR_CORRECT_H)


def drawn_by_qrcode(data: bytes, level: int) -> tuple[int, list[str]]:
    code = QRCode(error_correction=level, border=0)
    code.add_data(QRData(data, mode=MODE_8BIT_BYTE))
    code.make(fit=True)
    rows = ["".join("1" if dark else "0" for dark in line) for line in code.get_matrix()]
    return int(code.version), rows


def room(version: int, level: int) -> int:
    """Bytes that this version holds at most."""
    held = sum(int(one.data_count) for one in rs_blocks(version, level))
    return held - (2 if version < 10 else 3)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("version", [1, 2, 6, 7, 9, 10, 13, 14, 16, 20, 25, 26, 27, 33, 40])
def test_every_module_is_where_qrcode_has_it(rng: random.Random, version: int, level: int) -> None:
    least = room(version - 1, level) + 1 if version > 1 else 0
    for size in {least, room(version, level)}:
        data = rng.randbytes(size)
        found = qr_rows(data, level)
        assert found[0] == version
        assert found == drawn_by_qrcode(data, level)


@pytest.mark.parametrize("data", [b"\x01" * 300, b"\xff" * 300, b"CHOT1:" * 60])
def test_data_that_looks_like_fixed_patterns_gets_the_mask_that_qrcode_takes(data: bytes) -> None:
    assert qr_rows(data, ERROR_CORRECT_M) == drawn_by_qrcode(data, ERROR_CORRECT_M)


def test_what_fits_no_code_is_refused() -> None:
    with pytest.raises(ValueError, match="fit no code"):
        qr_rows(bytes(room(LAST_VERSION, ERROR_CORRECT_L) + 1), ERROR_CORRECT_L)


def test_what_codes_have_in_common_is_made_once(
    rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Walking the modules is what took minutes for a factory's list."""
    qr_rows(rng.randbytes(300), ERROR_CORRECT_M)

    def again(*_: object) -> None:
        raise AssertionError("the modules are walked again")

    monkeypatch.setattr(qr_modules, "_way", again)
    monkeypatch.setattr(QRCode, "makeImpl", again)
    monkeypatch.setattr(QRCode, "map_data", again)
    for _ in range(5):
        qr_rows(rng.randbytes(300), ERROR_CORRECT_M)
