"""A file under a passphrase: any size, and every way to be wrong is told."""

from __future__ import annotations

import io
import json
import random

import pytest

from server.sealed_file import (
    CHUNK_BYTES,
    PREFIX_BYTES,
    SALT_BYTES,
    TAG_BYTES,
    SealedFileError,
    SealedReader,
    SealedWriter,
)

WORDS = "mười hai con gà trống"


def sealed(plain: bytes, rng: random.Random, passphrase: str = WORDS) -> bytes:
    file = io.BytesIO()
    with SealedWriter(file, passphrase, rng.randbytes(SALT_BYTES + PREFIX_BYTES)) as writer:
        for start in range(0, len(plain), 300_000):
            writer.write(plain[start : start + 300_000])
    return file.getvalue()


def opened(data: bytes, passphrase: str = WORDS) -> bytes:
    return SealedReader(io.BytesIO(data), passphrase).readall() or b""


def refused(data: bytes, passphrase: str = WORDS) -> str:
    with pytest.raises(SealedFileError) as caught:
        opened(data, passphrase)
    return caught.value.code


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 5]
)
def test_what_was_written_is_read(size: int, rng: random.Random) -> None:
    plain = rng.randbytes(size)
    assert opened(sealed(plain, rng)) == plain


def test_the_same_words_from_another_keyboard_open_it(rng: random.Random) -> None:
    assert opened(sealed(b"x", rng, "m\u1ea1ng"), "ma\u0323ng") == b"x"


def test_a_wrong_passphrase_is_told_from_a_damaged_file(rng: random.Random) -> None:
    data = sealed(b"x" * 100, rng)
    assert refused(data, "mười ba con gà trống") == "sealed.passphrase"
    assert refused(data[:-1] + bytes([data[-1] ^ 1])) == "sealed.damaged"


def test_a_file_cut_off_anywhere_is_damaged(rng: random.Random) -> None:
    data = sealed(rng.randbytes(2 * CHUNK_BYTES + 9), rng)
    start = data.index(b"\n") + 1
    whole = CHUNK_BYTES + TAG_BYTES
    for end in (start, start + 5, start + whole, start + 2 * whole, len(data) - 1):
        assert refused(data[:end]) == "sealed.damaged", end
    assert refused(data[: start - 1])[:6] == "sealed"


def test_chunks_cannot_be_exchanged_left_out_or_repeated(rng: random.Random) -> None:
    data = sealed(rng.randbytes(3 * CHUNK_BYTES), rng)
    start, whole = data.index(b"\n") + 1, CHUNK_BYTES + TAG_BYTES
    line, first, second, third = (
        data[:start],
        data[start : start + whole],
        data[start + whole : start + 2 * whole],
        data[start + 2 * whole :],
    )
    for chunks in ((second, first, third), (first, third), (first, first, second, third)):
        assert refused(line + b"".join(chunks)) == "sealed.damaged"


@pytest.mark.parametrize(
    "changes",
    [
        {"memory_kib": 1 << 30},
        {"iterations": 10_000},
        {"lanes": 0},
        {"format": "chot-sealed/2"},
        {"salt": "x"},
        {"more": 1},
    ],
)
def test_parameters_that_would_use_up_the_reader_are_refused(
    changes: dict[str, object], rng: random.Random
) -> None:
    line, _, rest = sealed(b"x", rng).partition(b"\n")
    changed = json.dumps(json.loads(line) | changes).encode()
    assert refused(changed + b"\n" + rest) == "sealed.format"
    assert refused(b"SQLite format 3\x00") == "sealed.format"
