"""Whether a case file is what its server made, and its events what the tablets signed; offline.

Nothing in the file is trusted but what a signature covers. The keys come with it: whose they are
has to be known from elsewhere, so the server's thumbprint is told.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credentials.jws import public_key_of_jwk
from server.evidence.archive import (
    BATCHES,
    EVENTS,
    FORMAT,
    KEYS,
    MANIFEST,
    PREFIX,
    SIGNATURE,
)
from server.keys import thumbprint
from server.relay.forwarded import Forwarded, parse_forwarded
from sync.batch import verify_batch, verify_es256
from sync.chain import commitment
from sync.encoding import from_base64url, to_base64url
from sync.errors import SyncError

MAX_FILES = 10_000
MAX_BYTES = 512 << 20
_NAME = re.compile(r"(?:[A-Za-z0-9.-]{1,64}/)?[A-Za-z0-9][A-Za-z0-9.-]{0,63}", re.ASCII)


class EvidenceError(Exception):
    """Not a case file at all, or one whose signature or a digest does not fit; `code` says what.

    Codes: format, manifest.signature, file.digest, file.missing, file.extra, batch, envelope,
    event.text, event.person, event.unproven. `where` names the file or the event.
    """

    def __init__(self, code: str, where: str = "") -> None:
        super().__init__(code, where)
        self.code = code
        self.where = where


@dataclass(frozen=True, slots=True)
class Checked:
    """What holds: the manifest, whose key signed it, and how much is proved by whom."""

    manifest: dict[str, Any]
    key_id: str
    events: int
    forgotten: int
    batches: int
    envelopes: int


def read_files(path: Path) -> dict[str, bytes]:
    """The files of a zip or a folder, bounded. Raises EvidenceError("format"), OSError."""
    if path.is_dir():
        names = [one for one in sorted(path.rglob("*")) if one.is_file()]
        if len(names) > MAX_FILES or sum(one.stat().st_size for one in names) > MAX_BYTES:
            raise EvidenceError("format", str(path))
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in names}
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) > MAX_FILES or sum(one.file_size for one in members) > MAX_BYTES:
                raise EvidenceError("format", str(path))
            if len({one.filename for one in members}) != len(members):
                raise EvidenceError("format", str(path))
            return {one.filename: archive.read(one) for one in members}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise EvidenceError("format", str(path)) from None


def check(files: Mapping[str, bytes]) -> Checked:
    """Everything that can be checked without any server. Raises EvidenceError at the first lie."""
    manifest, key_id = _manifest(files)
    keys = _object(files, KEYS).get("keys")
    if not isinstance(keys, dict):
        raise EvidenceError("format", KEYS)
    proved: dict[str, tuple[str, bytes]] = {}
    batches = envelopes = 0
    for name in sorted(files):
        if name.startswith(f"{BATCHES}/"):
            envelopes += _batch(name, files[name], keys, proved)
            batches += 1
    events = [json.loads(line) for line in files[EVENTS].splitlines() if line.strip()]
    for one in events:
        _event(one, proved)
    forgotten = sum(1 for one in events if one["forgotten"])
    return Checked(manifest, key_id, len(events), forgotten, batches, envelopes)


def _manifest(files: Mapping[str, bytes]) -> tuple[dict[str, Any], str]:
    for name in (MANIFEST, SIGNATURE, KEYS, EVENTS):
        if name not in files:
            raise EvidenceError("format", name)
    manifest = _object(files, MANIFEST)
    listed = manifest.get("files")
    if manifest.get("format") != FORMAT or not isinstance(listed, dict):
        raise EvidenceError("format", MANIFEST)
    jwk = _object(files, KEYS).get("keys", {}).get(manifest.get("server"))
    try:
        key = public_key_of_jwk(jwk)
        signature = from_base64url(files[SIGNATURE].decode("ascii").strip())
    except (ValueError, TypeError, SyncError):
        raise EvidenceError("manifest.signature") from None
    digest = hashlib.sha256(files[MANIFEST]).digest()
    if not verify_es256(key, signature, PREFIX + digest):
        raise EvidenceError("manifest.signature")
    for name, sha256 in listed.items():
        if name not in files:
            raise EvidenceError("file.missing", name)
        if not _NAME.fullmatch(name) or hashlib.sha256(files[name]).hexdigest() != sha256:
            raise EvidenceError("file.digest", name)
    if extra := files.keys() - listed.keys() - {MANIFEST, SIGNATURE}:
        raise EvidenceError("file.extra", min(extra))
    return manifest, thumbprint(jwk)


def _batch(
    name: str, data: bytes, keys: Mapping[str, Any], proved: dict[str, tuple[str, bytes]]
) -> int:
    """Check a batch and its envelopes; adds hash → (body, commitment) to `proved`."""
    try:
        sent: Forwarded = parse_forwarded(json.loads(data))
        chain = verify_batch(sent.batch, public_key_of_jwk(keys[sent.batch.device]))
    except (SyncError, ValueError, TypeError, KeyError):
        raise EvidenceError("batch", name) from None
    for event, digest in zip(sent.batch.events, chain, strict=True):
        proved[to_base64url(digest)] = (event.body, event.commitment)
    for signed in sent.envelopes:
        one = signed.envelope
        try:
            key = public_key_of_jwk(keys[one.server])
        except (ValueError, TypeError, KeyError):
            raise EvidenceError("envelope", name) from None
        is_inside = sent.batch.first <= one.last <= sent.batch.last
        fits = not is_inside or chain[one.last - sent.batch.first] == one.head
        if (
            one.device != sent.batch.device
            or not fits
            or not verify_es256(key, signed.signature, one.signing_text())
        ):
            raise EvidenceError("envelope", name)
    return len(sent.envelopes)


def _event(one: Mapping[str, Any], proved: Mapping[str, tuple[str, bytes]]) -> None:
    where = f"{one.get('device')}:{one.get('seq')}"
    known = proved.get(str(one.get("hash")))
    if known is None:
        raise EvidenceError("event.unproven", where)
    body, committed = known
    if one.get("body") != body:
        raise EvidenceError("event.text", where)
    person = one.get("person")
    if person is not None and (not isinstance(person, str) or commitment(person) != committed):
        raise EvidenceError("event.person", where)


def _object(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        found = json.loads(files[name])
    except (ValueError, RecursionError):
        raise EvidenceError("format", name) from None
    if not isinstance(found, dict):
        raise EvidenceError("format", name)
    return found
