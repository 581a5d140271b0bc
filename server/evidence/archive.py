"""The files of a case, their manifest, and this server's signature over it; a zip or a folder.

Every file is named with its SHA-256 in `manifest.json`; `manifest.sig` is ES256 (r ‖ s, base64url)
over PREFIX ‖ SHA-256 of exactly those bytes. The same case made at the same moment is the same
bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from server.evidence.gather import Case
from server.evidence.paper import READ_ME, paper
from server.keys import KeyRing
from server.relay.forwarded import forwarded_to_json
from server.store.protocol import Store
from sync.batch import sign_es256
from sync.chain import NO_PERSON
from sync.encoding import to_base64url

FORMAT = "chot-evidence/1"
PREFIX = b"chot/1 evidence\n"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
EVENTS, KEYS, WHOLE = "su-kien.jsonl", "khoa.json", "ho-so.json"
BATCHES = "chung-minh"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the file is made: it stands in the manifest and in the audit log."""

    purpose: str
    case: str
    made_ms: int
    by: str


def files_of(store: Store, keys: KeyRing, case: Case, why: Reason) -> dict[str, bytes]:
    """Name → bytes of every file, the manifest and its signature last."""
    found = {
        "DOC-TRUOC.txt": READ_ME.encode("utf-8"),
        "ho-so.html": paper(store, case, why.purpose, why.case, why.made_ms).encode("utf-8"),
        WHOLE: _json(_whole(case)),
        EVENTS: b"".join(_line(one) for one in _events(case)),
        KEYS: _json({"server": store.server_id, "keys": case.devices}),
        "nhat-ky-xem.jsonl": b"".join(_line({"n": n, **asdict(one)}) for n, one in case.looks),
    }
    for number, one in enumerate(case.batches, 1):
        found[f"{BATCHES}/lo-{number}.json"] = _json(forwarded_to_json(one.batch, one.envelopes))
    manifest = {
        "format": FORMAT,
        "server": store.server_id,
        "epoch": store.epoch,
        "log": case.n,
        "record": case.record,
        "purpose": why.purpose,
        "case": why.case,
        "made_ms": why.made_ms,
        "made_by": why.by,
        "lacking": list(case.lacking),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in found.items()},
    }
    text = _json(manifest)
    signature = sign_es256(keys.signing, PREFIX + hashlib.sha256(text).digest())
    return found | {MANIFEST: text, SIGNATURE: to_base64url(signature).encode("ascii") + b"\n"}


def write_zip(target: Path, files: Mapping[str, bytes]) -> None:
    """One file that its owner only may read; it has its name when it is whole."""
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in files.items():
                    archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), data, zipfile.ZIP_DEFLATED)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """The same into a folder that is not there yet."""
    target.mkdir(mode=0o700, parents=True)
    for name, data in files.items():
        path = target / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(data)


def _whole(case: Case) -> dict[str, Any]:
    crossing = None
    if case.crossing is not None:
        crossing = asdict(case.crossing)
        crossing["row"]["complaint_code"] = case.crossing.row.complaint_code
    return {
        "record": case.record,
        "crossing": crossing,
        "notes": [asdict(one) for one in case.notes],
        "alerts": [asdict(one) for one in case.alerts],
    }


def _events(case: Case) -> list[dict[str, Any]]:
    """The case's own events as their authors wrote them, in the order of their batches."""
    own = set(case.events)
    found = {}
    for one in case.batches:
        chain = one.batch.hashes()
        for seq, (event, digest) in enumerate(
            zip(one.batch.events, chain, strict=True), one.batch.first
        ):
            if (one.batch.device, seq) in own:
                found[digest] = {
                    "device": one.batch.device,
                    "seq": seq,
                    "hash": to_base64url(digest),
                    "body": event.body,
                    "person": event.person,
                    "commitment": to_base64url(event.commitment),
                    "forgotten": event.person is None and event.commitment != NO_PERSON,
                }
    return list(found.values())


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, default=list) + "\n").encode("utf-8")


def _line(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False) + "\n").encode("utf-8")
