"""The server's secrets: one master key on disk, everything else under it. Fail closed.

`keys/` (0700) holds `master.key` (32 random bytes, 0600), `session.key` (32 bytes, encrypted) and
four P-256 keys as PEMs encrypted under the master: `server-signing` (envelopes, receipts, the
server's own chain), `sealing` (what locked tablets seal to), `packs` (the root pack key),
`documents` (the first key of own QR documents; later ones are in `server.document_keys`). Whoever
has the databases without this folder has no person data.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from sync.encoding import to_base64url

KEY_BYTES = 32
NONCE_BYTES = 12
MASTER = "master.key"
SESSION = "session.key"
PEMS = ("server-signing", "sealing", "packs", "documents")


class KeyRingError(Exception):
    """The keys cannot be used; the server must not start. `path` is the file concerned."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All secrets of one server, opened. Never printed: every field is left out of `repr`."""

    master: bytes = field(repr=False)
    session: bytes = field(repr=False)
    signing: ec.EllipticCurvePrivateKey = field(repr=False)
    sealing: ec.EllipticCurvePrivateKey = field(repr=False)
    packs: ec.EllipticCurvePrivateKey = field(repr=False)
    documents: ec.EllipticCurvePrivateKey = field(repr=False)
    folder: Path
    """Where they lie; other modules keep there what they encrypt under `pem_password`."""

    @staticmethod
    def load_or_create(data_dir: Path) -> KeyRing:
        """The keys in `data_dir/keys`; made only where neither they nor a log exist yet.

        A log without its keys is refused: new keys would make every stored person part unreadable
        and the loss would only be seen when somebody searches. Raises KeyRingError.
        """
        folder = data_dir / "keys"
        if not folder.exists():
            if (data_dir / "log.db").exists():
                raise KeyRingError(folder, "is missing, but log.db was written with its keys")
            _create(folder)
        return _load(folder)

    def derive(self, purpose: str, length: int = KEY_BYTES) -> bytes:
        """A key of its own for one purpose (HKDF-SHA-256, RFC 5869)."""
        return _derive(self.master, purpose, length)

    def wrap(self, secret: bytes, what: str) -> bytes:
        """`secret` under the master key, bound to `what` it is: nonce ‖ AES-256-GCM."""
        return _wrap(self.master, secret, what)

    def pem_password(self, name: str) -> bytes:
        """What the PEM of this name is encrypted with."""
        return _password(self.master, name)

    def unwrap(self, wrapped: bytes, what: str) -> bytes:
        """The secret in `wrapped`; ValueError when it is damaged or stands for something else."""
        return _unwrap(self.master, wrapped, what)


def public_jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half as JWK {kty, crv, x, y, kid}; `kid` is its RFC 7638 thumbprint."""
    numbers = key.public_key().public_numbers()
    jwk = {
        "kty": "EC",
        "crv": "P-256",
        "x": to_base64url(numbers.x.to_bytes(32, "big")),
        "y": to_base64url(numbers.y.to_bytes(32, "big")),
    }
    return {**jwk, "kid": thumbprint(jwk)}


def thumbprint(jwk: dict[str, str]) -> str:
    """RFC 7638 thumbprint of a P-256 JWK, cut to 128 bits: it travels in every QR document."""
    text = f'{{"crv":"{jwk["crv"]}","kty":"{jwk["kty"]}","x":"{jwk["x"]}","y":"{jwk["y"]}"}}'
    return to_base64url(hashlib.sha256(text.encode("ascii")).digest()[:16])


def _create(folder: Path) -> None:
    """Everything is written into a folder beside and renamed: a crash leaves no half key ring."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder.with_name(f"keys.{secrets.token_hex(4)}")
    fresh.mkdir(mode=0o700)
    master = secrets.token_bytes(KEY_BYTES)
    write_private(fresh / MASTER, master)
    write_private(fresh / SESSION, _wrap(master, secrets.token_bytes(KEY_BYTES), SESSION))
    for name in PEMS:
        key = ec.generate_private_key(ec.SECP256R1())
        write_private(fresh / f"{name}.pem", encrypted_pem(key, _password(master, name)))
    sync_folder(fresh)
    fresh.rename(folder)
    sync_folder(folder.parent)


def _load(folder: Path) -> KeyRing:
    _private(folder, stat.S_ISDIR)
    master = _read(folder / MASTER)
    if len(master) != KEY_BYTES:
        raise KeyRingError(folder / MASTER, f"holds {len(master)} bytes, not {KEY_BYTES}")
    try:
        session = _unwrap(master, _read(folder / SESSION), SESSION)
    except ValueError:
        raise KeyRingError(folder / SESSION, "does not open with this master key") from None
    signing, sealing, packs, documents = (
        open_pem(folder / f"{name}.pem", _password(master, name)) for name in PEMS
    )
    return KeyRing(master, session, signing, sealing, packs, documents, folder)


def encrypted_pem(key: ec.EllipticCurvePrivateKey, password: bytes) -> bytes:
    """A private key as it lies on disk (PKCS #8)."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))


def open_pem(path: Path, password: bytes) -> ec.EllipticCurvePrivateKey:
    """The P-256 key in an encrypted PEM that nobody else may read. Raises KeyRingError."""
    try:
        key = load_pem_private_key(_read(path), password)
    except (ValueError, TypeError):
        raise KeyRingError(path, "does not open with this master key") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise KeyRingError(path, "is not a P-256 key")
    return key


def _private(path: Path, is_right: Callable[[int], bool]) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        raise KeyRingError(path, "is missing") from None
    if not is_right(mode):
        raise KeyRingError(path, "is not what it should be (file, folder)")
    if stat.S_IMODE(mode) & 0o077:
        raise KeyRingError(path, f"is open to others (mode {stat.S_IMODE(mode):04o}): chmod go=")


def _read(path: Path) -> bytes:
    _private(path, stat.S_ISREG)
    return path.read_bytes()


def write_private(path: Path, data: bytes) -> None:
    """A new file, readable by its owner only and on disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Put renames and new names in `folder` on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _derive(master: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    info = b"chot/1 key\n" + purpose.encode("utf-8")
    return HKDF(hashes.SHA256(), length, salt=None, info=info).derive(master)


def _password(master: bytes, name: str) -> bytes:
    return to_base64url(_derive(master, f"pem {name}")).encode("ascii")


def _wrap(master: bytes, secret: bytes, what: str) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_derive(master, "wrap")).encrypt(nonce, secret, what.encode("utf-8"))


def _unwrap(master: bytes, wrapped: bytes, what: str) -> bytes:
    try:
        return AESGCM(_derive(master, "wrap")).decrypt(
            wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], what.encode("utf-8")
        )
    except (InvalidTag, ValueError):
        raise ValueError(f"cannot unwrap {what}") from None
