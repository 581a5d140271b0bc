"""Sample codes for a demo: what a checkpoint meets, issued when the page opens. Synthetic people.

Every text is a real one: the tablet feeds the picture through its own decoder. Only a server whose
configuration says `demo` has them.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from credentials.own import PREFIX, issue_own
from server.config import Config
from server.document_keys import signer
from server.enrolment import (
    CODE_RANDOM_BYTES,
    code_hash,
    enrolment_link,
    new_code,
    valid_ms,
)
from server.keys import KeyRing
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.registered import Enrolment

DEMO_FILE = "demo.json"
HOUR_S = 3600
FRESH_MS = 3_600_000
"""Pictures asked for without the page are of codes at most an hour old."""

HOLDER = {
    "n": "Nguyễn Thị Mẫu",
    "b": "1990-08-15",
    "s": "F",
    "i": "001190012345",
    "t": "0900000001",
}
TRAVEL = {"o": "2021/01", "d": "2021/582", "v": "29C-123.45", "r": "work", "y": [], "x": False}


@dataclass(frozen=True, slots=True)
class Sample:
    """One code: a name for its address, titles for people, the text, and what to expect."""

    name: str
    title_vi: str
    title_en: str
    text: str
    note_vi: str = ""
    note_en: str = ""
    kind: str = "code"
    checkpoint: str = ""
    """Whose badge; a tablet offers only its own checkpoint's."""


class SampleBook:
    """The codes issued last, kept in memory: the pictures on a page are of the page's codes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: dict[str, Sample] = {}
        self._issued_ms = -FRESH_MS

    def fresh(self, config: Config, keys: KeyRing, now_ms: int) -> list[Sample]:
        """New codes; what was issued before is forgotten."""
        samples = [*_codes(keys, now_ms), *_badges(config, keys, now_ms)]
        with self._lock:
            kept = {name: one for name, one in self._codes.items() if one.kind == "enrolment"}
            self._codes = {one.name: one for one in samples} | kept
            self._issued_ms = now_ms
        return samples

    def recent(self, config: Config, keys: KeyRing, now_ms: int) -> list[Sample]:
        """The codes issued last, or new ones when those are old."""
        with self._lock:
            age_ms = now_ms - self._issued_ms
            samples = [one for one in self._codes.values() if one.kind != "enrolment"]
        return samples if 0 <= age_ms < FRESH_MS else self.fresh(config, keys, now_ms)

    def add(self, sample: Sample) -> None:
        """Keep one more code, in the place of the one of the same name."""
        with self._lock:
            self._codes[sample.name] = sample

    def find(self, name: str) -> Sample | None:
        with self._lock:
            return self._codes.get(name)


def enrolment_sample(
    config: Config, store: Store, base_url: str, checkpoint: str, lane: str, now_ms: int
) -> Sample:
    """A one-time link that enrols a tablet at this checkpoint; it is in the store and the audit."""
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    place = Enrolment(checkpoint, lane, f"Máy mẫu {lane}")
    store.add_enrolment(code_hash(code), place, now_ms + valid_ms(config.demo))
    details = {"lane": lane}
    store.audit(AuditEntry(now_ms, "demo", "device.enrolment", checkpoint, details=details))
    return Sample(
        "enrolment",
        "Đăng ký máy",
        "Enrol a tablet",
        enrolment_link(base_url, code),
        "Quét bằng máy ảnh của máy tính bảng, hoặc mở liên kết. Dùng một lần.",
        "Scan with the tablet's camera, or open the link. It works once.",
        kind="enrolment",
    )


def _codes(keys: KeyRing, now_ms: int) -> Iterator[Sample]:
    now_s = now_ms // 1000
    valid = _declaration(keys, now_s, now_s + 24 * HOUR_S, HOLDER | TRAVEL)
    yield Sample(
        "declaration",
        "Tờ khai y tế còn hạn",
        "Health declaration, valid",
        valid,
        "Chữ ký đúng: đã xác minh.",
        "The signature is good: verified.",
    )
    old_s = now_s - 96 * HOUR_S
    yield Sample(
        "declaration-expired",
        "Tờ khai y tế hết hạn",
        "Health declaration, expired",
        _declaration(keys, old_s, old_s + 24 * HOUR_S, HOLDER | TRAVEL | {"n": "Trần Văn Cũ"}),
        "Hết hạn ba ngày trước.",
        "It expired three days ago.",
    )
    yield Sample(
        "declaration-forged",
        "Tờ khai y tế giả",
        "Health declaration, forged",
        _forged(keys, now_s, valid),
        "Nội dung đã bị sửa: chữ ký sai.",
        "Its content was changed: the signature is wrong.",
    )
    yield Sample(
        "cccd",
        "Căn cước công dân",
        "Citizen identity card",
        "001190012345|012345678|Nguyễn Thị Mẫu|15081990|Nữ|Số 1 Láng, Đống Đa, Hà Nội|19042021",
        "Không có chữ ký: chỉ là lời khai.",
        "Nothing in it is signed: a claim.",
    )
    yield Sample(
        "pc-covid",
        "PC-Covid (Ninh Thuận)",
        "PC-Covid (Ninh Thuận)",
        "058090******|LE VAN THU|1990-**-**|0|58a0f3c2d1b4|<1<<09000000**<",
        "Sau khi quét, chọn màu thẻ thấy trên màn hình.",
        "After scanning, choose the card colour seen on the screen.",
    )
    yield Sample(
        "unknown",
        "Mã lạ",
        "Unknown code",
        f"https://khaibao.example.vn/x?id={secrets.token_hex(8)}",
        "Không nhận ra: ghi là mã lạ, không phải mã sai.",
        "Not recognised: logged as unknown, never as invalid.",
    )


def _badges(config: Config, keys: KeyRing, now_ms: int) -> Iterator[Sample]:
    path = config.data_dir / DEMO_FILE
    if not path.exists():
        return
    notes: dict[str, Any] = json.loads(path.read_text("utf-8"))
    now_s = now_ms // 1000
    for officer in notes["officers"]:
        claims = {
            "iat": now_s,
            "exp": now_s + 30 * 24 * HOUR_S,
            "jti": secrets.token_urlsafe(12),
            "sub": officer["id"],
            "sec": officer["secret"],
        }
        yield Sample(
            f"badge-{officer['id']}",
            f"Thẻ cán bộ: {officer['name']}",
            f"Officer's badge: {officer['name']}",
            _signed(keys, "badge", claims),
            f"{officer['checkpoint']} · {officer['role']} · PIN {notes['pin']}",
            f"{officer['checkpoint']} · {officer['role']} · PIN {notes['pin']}",
            kind="badge",
            checkpoint=officer["checkpoint"],
        )


def _declaration(keys: KeyRing, issued_s: int, expires_s: int, claims: dict[str, Any]) -> str:
    envelope = {
        "iat": issued_s,
        "exp": expires_s,
        "jti": secrets.token_urlsafe(12),
    }
    return _signed(keys, "decl", envelope | claims)


def _forged(keys: KeyRing, now_s: int, genuine: str) -> str:
    """Another person's claims under a genuine signature."""
    other = _declaration(
        keys,
        now_s,
        now_s + 24 * HOUR_S,
        HOLDER | TRAVEL | {"n": "Phạm Văn Giả", "i": "001090000000"},
    )
    signature = genuine[len(PREFIX) :].split(".")[2]
    header, payload, _ = other[len(PREFIX) :].split(".")
    return f"{PREFIX}{header}.{payload}.{signature}"


def _signed(keys: KeyRing, typ: str, claims: dict[str, Any]) -> str:
    by = signer(keys, typ, claims["iat"] * 1000, claims["exp"] * 1000)
    return issue_own(typ, claims | {"iss": by.issuer}, by.private_key, by.kid)
