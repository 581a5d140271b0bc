"""Making the demo and topping it up: units, people, keys, packs, then traffic up to now."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from cli.demo.decide import CORRECTED_SHARE, Deciding
from cli.demo.noted import noted_of
from cli.demo.phones import demo_book
from cli.demo.places import CHECKPOINTS
from cli.demo.shifts import Shifts
from cli.demo.tablet import DemoTablet
from cli.demo.traffic import HOUR_MS, Trip, trips
from cli.demo.watched import watch_some
from server.config import Config, load_config, save_config
from server.enrolment import code_hash
from server.keys import KeyRing, public_jwk
from server.packs import (
    EVERYBODY,
    bundled,
    checkpoint_scope,
    hotlines_content,
    officer_kek,
    publish,
    publish_changed,
    publish_packs,
)
from server.passwords import hash_password
from server.store.protocol import Store
from server.store.registered import Checkpoint, Device, Enrolment, Officer, User
from server.store.sqlite import open_store
from sync.encoding import from_base64url, to_base64url, uuid7

DEMO_FILE = "demo.json"
DAYS = 3
PIN = "246810"
TWICE_SHARE = 1 / 80
TWICE_AFTER_MS = 70_000
REVIEWED_AFTER_MS = 20 * HOUR_MS
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

RULES = {"01": "ha_dong_2021_08", "58": "ninh_thuan_2021_10"}
REVIEWER = "canhsat"
USERS = (
    (REVIEWER, "Thiếu tá Trần Văn Thử", "reviewer"),
    ("quantri", "Quản trị hệ thống", "admin"),
    ("chihuy", "Ban chỉ huy", "command"),
    ("yte", "Trung tâm Y tế", "health"),
)
OFFICERS = (
    ("truong", "Lê Đức Mẫu", "lead"),
    ("quet", "Nguyễn Thị Mẫu", "officer"),
    ("y-te", "Bùi Thu Mẫu", "medic"),
    ("tn", "Đỗ Minh Thử", "volunteer"),
)


class DemoRefusedError(Exception):
    """The directory holds real data: a demo is never mixed into it."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """How many crossings were added, and who may sign in."""

    crossings: int
    logins: list[dict[str, str]]


PERMITS = {
    "priority": [
        {
            "provinces": ["58"],
            "goods": ["farm_products", "sea_products"],
            "perishable": True,
            "reference": "Văn bản chỉ đạo của tỉnh Ninh Thuận (chưa rõ số)",
        }
    ]
}
"""The goods that Ninh Thuận lets through first; quotas and suspensions are for who tries them."""


def make_demo(
    data: Path, now_ms: int, say: Callable[[str], None], days: float = DAYS
) -> DemoResult:
    """Make the demo in `data`, or add the traffic since it was last made, of `days` at most.

    Raises DemoRefusedError.
    """
    fresh = not (data / "log.db").exists()
    if not fresh and not load_config(data).demo:
        raise DemoRefusedError(f"'{data}' không phải dữ liệu diễn tập; hãy chọn thư mục khác.")
    config = Config(data, unit="Diễn tập Hà Đông – Ninh Thuận", demo=True)
    if fresh:
        save_config(config)
    keys = KeyRing.load_or_create(data)
    with contextlib.closing(open_store(config, keys)) as store:
        # Written before anything that needs it, so that a demo cut off half-way can go on.
        notes = _notes(data)
        _people_and_places(store, notes)
        publish_packs(store, keys, now_ms)
        publish(store, keys, "levels", EVERYBODY, bundled("levels_2021_10"), now_ms)
        publish_changed(
            store,
            keys,
            "hotlines",
            EVERYBODY,
            lambda last: hotlines_content(store, demo_book(last, now_ms)),
            now_ms,
        )
        if store.pack("permits", EVERYBODY) is None:
            publish(store, keys, "permits", EVERYBODY, PERMITS, now_ms)
        for place in CHECKPOINTS:
            rules = bundled(RULES[place.province])
            publish(store, keys, "rules", checkpoint_scope(place.id), rules, now_ms)
        tablets = {
            (place.id, lane): _tablet(store, keys, place, lane, now_ms)
            for place in CHECKPOINTS
            for lane in place.lanes[:2]
        }
        start_ms = max(int(notes["filled_to_ms"]), now_ms - round(days * 24 * HOUR_MS))
        added = _traffic(store, keys, tablets, notes, data, start_ms, now_ms, say)
    return DemoResult(added, notes["logins"])


def _notes(data: Path) -> dict[str, Any]:
    """What a demo has to remember outside its databases: logins, badge secrets, how far it is."""
    path = data / DEMO_FILE
    if path.exists():
        notes: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return notes
    notes = {
        "pin": PIN,
        "logins": [
            {"login": login, "name": name, "role": role, "password": secrets.token_urlsafe(9)}
            for login, name, role in USERS
        ],
        "officers": [
            {
                "id": f"{place.id}-{short}",
                "name": name,
                "role": role,
                "checkpoint": place.id,
                "secret": to_base64url(secrets.token_bytes(16)),
            }
            for place in CHECKPOINTS
            for short, name, role in OFFICERS
        ],
        "filled_to_ms": 0,
    }
    _save(data, notes)
    return notes


def _save(data: Path, notes: dict[str, Any]) -> None:
    partial = data / f".{DEMO_FILE}.partial"
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(notes, file, ensure_ascii=False, indent=1)
    partial.replace(data / DEMO_FILE)


def _people_and_places(store: Store, notes: dict[str, Any]) -> None:
    known = {one.id for one in store.checkpoints()}
    for place in CHECKPOINTS:
        if place.id not in known:
            store.put_checkpoint(place)
    for login in notes["logins"]:
        if store.user(login["login"]) is None:
            store.put_user(
                User(
                    id=uuid7(0, hashlib.sha256(login["login"].encode()).digest()[:10]),
                    login=login["login"],
                    name=login["name"],
                    role=login["role"],
                    password_hash=hash_password(login["password"]),
                    totp_secret=None,
                    disabled=False,
                )
            )
    there = {one.id for one in store.officers()}
    for one in notes["officers"]:
        if one["id"] not in there:
            secret = _bytes(one["secret"])
            kek = officer_kek(secret, notes["pin"], one["id"])
            store.put_officer(
                Officer(one["id"], one["name"], one["role"], (one["checkpoint"],), kek, False)
            )


def _tablet(store: Store, keys: KeyRing, place: Checkpoint, lane: str, now_ms: int) -> DemoTablet:
    name = f"demo {place.id} {lane}"
    seed = int.from_bytes(keys.derive(f"demo tablet {name}", 48), "big")
    key = ec.derive_private_key(seed % (P256_ORDER - 1) + 1, ec.SECP256R1())
    device = next((one for one in store.devices() if one.name == name), None)
    if device is None:
        device = _enrolled(store, place, lane, name, key, now_ms)
    seq, head = store.held(device.id)
    offset_ms = seed % 3_000 - 1_500
    return DemoTablet(device, key, offset_ms, seq, head)


def _enrolled(
    store: Store,
    place: Checkpoint,
    lane: str,
    name: str,
    key: ec.EllipticCurvePrivateKey,
    now_ms: int,
) -> Device:
    code = code_hash(secrets.token_hex(16))
    store.add_enrolment(code, Enrolment(place.id, lane, name), now_ms + HOUR_MS)
    enrolled_ms = now_ms - (DAYS + 1) * 24 * HOUR_MS
    device = store.enrol(code, uuid7(enrolled_ms, os.urandom(10)), public_jwk(key), enrolled_ms)
    assert device is not None
    return device


def _traffic(
    store: Store,
    keys: KeyRing,
    tablets: dict[tuple[str, str], DemoTablet],
    notes: dict[str, Any],
    data: Path,
    start_ms: int,
    now_ms: int,
    say: Callable[[str], None],
) -> int:
    """Push all trips from `start_ms` on, hour by hour, so that receipt order is time order."""
    kid = public_jwk(keys.documents)["kid"]
    deciding = Deciding.of(store, keys, CHECKPOINTS, now_ms)
    added = 0
    shifts = Shifts(notes.setdefault("shifts", {}))
    for hour_ms in range(start_ms // HOUR_MS * HOUR_MS, now_ms, HOUR_MS):
        if hour_ms % (12 * HOUR_MS) == 0:
            say(f"… lượt qua chốt đến {(hour_ms - now_ms) // HOUR_MS:+d} giờ")
        until_ms = min(hour_ms + HOUR_MS, now_ms)
        for place in CHECKPOINTS:
            if start_ms <= hour_ms:
                shifts.turn(place, tablets[place.id, place.lanes[0]], hour_ms)
            for trip in trips(place, hour_ms, kid):
                if start_ms <= trip.at_ms < until_ms:
                    added += _write(tablets, place, trip, deciding, shifts)
        for tablet in tablets.values():
            tablet.push(store, until_ms)
        _reviews(store, deciding, now_ms)
        notes["filled_to_ms"] = until_ms
        _save(data, notes)
    watch_some(store, keys, deciding.passed, now_ms)
    return added


def _write(
    tablets: dict[tuple[str, str], DemoTablet],
    place: Checkpoint,
    trip: Trip,
    deciding: Deciding,
    shifts: Shifts,
) -> int:
    """Write a trip to its lane's tablet; how many crossings that made."""
    lanes = place.lanes[:2]
    lane = trip.lane if trip.lane in lanes else lanes[-1]
    tablet = tablets[place.id, lane]
    event = deciding.event(place, trip)
    shifts.count(place, event.fields)
    name = tablet.write(
        event.record,
        trip.at_ms,
        f"{place.id}-quet",
        event.packs,
        event.fields,
        event.items,
        event.person,
        trip.salt[:16],
    )
    for one in noted_of(trip, event, lane):
        officer = f"{place.id}-quet"
        tablet.write(
            *(one.record, one.at_ms, officer, event.packs, one.fields, {}, one.person, one.salt),
            kind=one.kind,
        )
    other = tablets.get((place.id, lanes[0] if lane == lanes[-1] else lanes[-1]))
    if other is not None and other is not tablet and _is_logged_twice(trip):
        # Sent on to the other lane, where its tablet logs the vehicle as one of its own.
        salt = hashlib.sha256(trip.salt).digest()
        other.write(
            uuid7(trip.at_ms + TWICE_AFTER_MS, salt[-10:]),
            trip.at_ms + TWICE_AFTER_MS,
            f"{place.id}-truong",
            event.packs,
            event.fields | {"lane": other.device.lane},
            event.items,
            event.person,
            salt[:16],
        )
        return 2
    # One crossing in 150 is corrected at once, and in 400 by the other lane's tablet as well,
    # which did not see the correction: a conflict for somebody to decide.
    if event.correction is None:
        return 1
    tablet.write(
        event.record,
        trip.at_ms + 40_000,
        f"{place.id}-quet",
        event.packs,
        {"plate": event.correction},
        {},
        {},
        b"",
        over={"plate": (name,)},
    )
    if event.rival is not None and other is not None and other is not tablet:
        other.write(
            event.record,
            trip.at_ms + 55_000,
            f"{place.id}-truong",
            event.packs,
            {"plate": event.rival},
            {},
            {},
            b"",
            over={"plate": (name,)},
        )
    return 1


def _is_logged_twice(trip: Trip) -> bool:
    """One vehicle in eighty, and none whose plate is corrected later."""
    luck = trip.luck * 977 % 1
    return trip.plate is not None and luck < TWICE_SHARE and trip.luck >= CORRECTED_SHARE


def _reviews(store: Store, deciding: Deciding, now_ms: int) -> None:
    """The reviewer has been through what is older than a shift, bar a few."""
    user = store.user(REVIEWER)
    assert user is not None
    reviewer = user.id
    for look in deciding.looks:
        if now_ms - look.at_ms > REVIEWED_AFTER_MS and look.luck > 0.08:
            decision = "needs_check" if look.luck > 0.93 else "seen"
            note = {"note": "Đã gọi chốt hỏi lại."} if decision == "needs_check" else None
            store.write(
                "review",
                uuid7(look.at_ms + 3 * HOUR_MS, hashlib.sha256(look.record.encode()).digest()[:10]),
                look.home,
                reviewer,
                {"subject": look.record, "decision": decision},
                note,
                min(now_ms, look.at_ms + 3 * HOUR_MS),
            )
    deciding.looks.clear()


def _bytes(text: str) -> bytes:
    return from_base64url(text, 16)
