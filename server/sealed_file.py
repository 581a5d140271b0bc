"""A file under a passphrase: argon2id, then AES-256-GCM in chunks, so that any size streams.

Layout: one line of JSON (parameters, salt, nonce prefix), then chunks of 1 MiB and their tags. The
nonce of a chunk is prefix ‖ counter ‖ last (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár, 2015), the line is associated data of each: chunks cannot be exchanged, left
out or cut off at the end without being noticed.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import unicodedata
from dataclasses import asdict, dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sync.encoding import from_base64url, to_base64url
from sync.errors import SyncError

FORMAT = "chot-sealed/1"
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
SALT_BYTES = 16
PREFIX_BYTES = 7
MAX_HEADER_BYTES = 512
MEMORY_KIB, ITERATIONS, LANES = 64 * 1024, 3, 4
"""RFC 9106 §4, the option for machines without memory to spare."""

MAX_MEMORY_KIB, MAX_ITERATIONS, MAX_LANES = 1 << 20, 16, 16


class SealedFileError(Exception):
    """The file cannot be opened; `code` is sealed.format, sealed.passphrase or sealed.damaged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Header:
    """`check` tells a wrong passphrase from a damaged file; it helps nobody to guess faster."""

    format: str
    memory_kib: int
    iterations: int
    lanes: int
    salt: str
    prefix: str
    check: str


class SealedWriter(io.RawIOBase):
    """Encrypts what is written to it into `file`; `close` writes the last chunk."""

    def __init__(self, file: BinaryIO, passphrase: str, random: bytes) -> None:
        """`random`: SALT_BYTES + PREFIX_BYTES fresh random bytes."""
        salt, prefix = random[:SALT_BYTES], random[SALT_BYTES:]
        if len(prefix) != PREFIX_BYTES:
            raise ValueError("not as many random bytes as a sealed file takes")
        key = _key(passphrase, salt, MEMORY_KIB, ITERATIONS, LANES)
        header = _Header(
            FORMAT,
            MEMORY_KIB,
            ITERATIONS,
            LANES,
            to_base64url(salt),
            to_base64url(prefix),
            to_base64url(_check(key)),
        )
        self._file = file
        self._cipher = AESGCM(key)
        self._prefix = prefix
        self._line = json.dumps(asdict(header)).encode("ascii") + b"\n"
        self._buffer = bytearray()
        self._count = 0
        file.write(self._line)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]
        self._buffer += data
        while len(self._buffer) > CHUNK_BYTES:
            self._seal(bytes(self._buffer[:CHUNK_BYTES]), last=False)
            del self._buffer[:CHUNK_BYTES]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._buffer), last=True)
            super().close()

    def _seal(self, chunk: bytes, last: bool) -> None:
        nonce = _nonce(self._prefix, self._count, last)
        self._file.write(self._cipher.encrypt(nonce, chunk, self._line))
        self._count += 1


class SealedReader(io.RawIOBase):
    """Decrypts a sealed file; whoever reads to the end has read it whole. SealedFileError."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._file = file
        self._line = file.readline(MAX_HEADER_BYTES)
        header = _read_header(self._line)
        try:
            salt = from_base64url(header.salt, SALT_BYTES)
            self._prefix = from_base64url(header.prefix, PREFIX_BYTES)
            check = from_base64url(header.check)
        except SyncError:
            raise SealedFileError("sealed.format") from None
        key = _key(passphrase, salt, header.memory_kib, header.iterations, header.lanes)
        if not hmac.compare_digest(_check(key), check):
            raise SealedFileError("sealed.passphrase")
        self._cipher = AESGCM(key)
        self._count = 0
        self._ahead = file.read(CHUNK_BYTES + TAG_BYTES)
        self._plain = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._plain and not self._ended:
            self._plain = self._open_next()
        taken = self._plain[: len(buffer)]
        buffer[: len(taken)] = taken
        self._plain = self._plain[len(taken) :]
        return len(taken)

    def _open_next(self) -> bytes:
        chunk, self._ahead = self._ahead, self._file.read(CHUNK_BYTES + TAG_BYTES)
        last = not self._ahead
        nonce = _nonce(self._prefix, self._count, last)
        try:
            plain = self._cipher.decrypt(nonce, chunk, self._line)
        except (InvalidTag, ValueError):
            raise SealedFileError("sealed.damaged") from None
        self._count += 1
        self._ended = last
        return plain


def _read_header(line: bytes) -> _Header:
    """The parameters, bounded: a file must not make its reader use all memory."""
    try:
        header = _Header(**json.loads(line))
        fits = (
            header.format == FORMAT
            and 8 * header.lanes <= header.memory_kib <= MAX_MEMORY_KIB
            and 1 <= header.iterations <= MAX_ITERATIONS
            and 1 <= header.lanes <= MAX_LANES
        )
    except (ValueError, TypeError):
        fits = False
    if not fits:
        raise SealedFileError("sealed.format")
    return header


def _key(passphrase: str, salt: bytes, memory_kib: int, iterations: int, lanes: int) -> bytes:
    # NFC: the same words typed on another keyboard must open the file.
    words = unicodedata.normalize("NFC", passphrase).encode("utf-8")
    kdf = Argon2id(salt=salt, length=32, iterations=iterations, lanes=lanes, memory_cost=memory_kib)
    return kdf.derive(words)


def _check(key: bytes) -> bytes:
    return hmac.digest(key, b"chot/1 sealed file", hashlib.sha256)[:16]


def _nonce(prefix: bytes, count: int, last: bool) -> bytes:
    return prefix + count.to_bytes(4, "big") + bytes([last])
