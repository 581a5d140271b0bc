"""A short morning at two checkpoints, the same in every run: what golden exports are made of.

Nobody in it is real. Its texts are what goes wrong in files: formulas, quotes, line breaks, commas,
leading zeros, marks; its crossings what goes wrong in counts: a duplicate, a void, a conflict.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from server.config import Config
from server.home.look import HomeLook
from server.packs import EVERYBODY, publish
from server.projector import Projector
from server.store.registered import Checkpoint
from server.store.sqlite import SqliteStore, open_store
from sync.batch import WireEvent, plain_event
from sync.encoding import to_base64url
from tests.rules.writing import pack, rule
from tests.server.store.tablets import CAR, EVIDENCE, NOON_MS, Tablet, enrolled

WINDOW = ("--from", "2026-11-22 12:00", "--to", "2026-11-22 13:00")
MINUTE_MS = 60_000
OK = "=Đủ điều kiện, cho qua"
DESTINATION = {"dataset": "2021", "code": "22849"}
PEOPLE = {
    "1": {"name": '=Nguyễn Thị "Đào", Mẫu', "id_number": "001090012345", "phone": "0912345678"},
    "2": {"name": "Lê Văn\nThử", "id_number": "000000000019", "birth_date": "1990"},
}
GOODS = {
    "1": {"group": "food", "quantity": 2.5, "unit": "tonne", "perishable": True},
    "2": {"group": "medical_supplies", "quantity": 12, "unit": "box", "perishable": False},
}


def event(tablet: Tablet, parts: dict[str, Any], person: dict[str, Any]) -> WireEvent:
    """One crossing with people and goods, each a minute after the one before."""
    tablet.now_ms += MINUTE_MS
    items: dict[str, Any] = {
        "people": {
            number: {"role": "driver" if number == "1" else "passenger", "evidence": EVIDENCE}
            for number in person.get("people", {})
        }
    }
    if "goods" in parts:
        items["goods"] = parts.pop("goods")
    body = tablet.body(tablet.new_record(), fields=CAR | parts, items=items)
    salt = to_base64url(tablet.rng.randbytes(16))
    text = json.dumps({"salt": salt, "set": {}, "items": person}, ensure_ascii=False)
    return plain_event(body, text if person else None)


def push(store: SqliteStore, tablet: Tablet, received_ms: int, *events: WireEvent) -> None:
    """All of them are taken."""
    answer = tablet.push(store, tablet.batch(*events), received_ms)
    assert {one.state for one in answer.results} == {"accepted"}, answer.results


def plate(read: str) -> dict[str, Any]:
    normal = "".join(one for one in read if one.isalnum())
    return {"plate": {"read": read, "normal": normal}, "vehicle_class": "truck"}


def make_day(data: Path) -> None:
    """The same rows whenever and wherever: random bytes come from one seed, times from NOON_MS."""
    config, rng = Config(data), random.Random(6)
    with open_store(config) as store:
        for id_, name in (("hd-ql6", "Quốc lộ 6"), ("nt-ca-na", "Cà Ná")):
            store.put_checkpoint(
                Checkpoint(id_, name, "ql6", "01", "hd", "", "city", "active", "", ())
            )
        one, two, three = (enrolled(store, rng, at) for at in ("hd-ql6", "hd-ql6", "nt-ca-na"))
        described = {"1": {"description": "+Rau, cải"}, "2": {"description": '0001 "khẩu trang"'}}
        first = [
            event(one, {}, {"people": PEOPLE}),
            event(one, plate("29C-123.45") | {"goods": GOODS, "purpose": "goods"},
                  {"people": {"1": PEOPLE["1"]}, "goods": described}),
            event(one, {"action": "turned_back", "lane": "=1+1",
                        "verdict": {"outcome": "turn_back", "reasons": ["card.missing"]}},
                  {"people": {"1": PEOPLE["2"]}}),
            event(one, {"voided": "mistake"} | plate("85B-000.01"), {}),
            event(one, {"destination": DESTINATION, "direction": "in"} | plate("51D-111.11"),
                  {"people": {"1": PEOPLE["1"] | {"address": "Số 5, ngõ 1"}}}),
        ]  # fmt: skip
        push(store, one, NOON_MS + 10 * MINUTE_MS, *first)
        two.now_ms = NOON_MS + MINUTE_MS
        push(store, two, NOON_MS + 11 * MINUTE_MS, event(two, plate("29C-123.45"), {}))
        for tablet, read in ((one, "30A-123.46"), (two, "30A-123.47")):
            tablet.now_ms = NOON_MS + 12 * MINUTE_MS
            amended = tablet.amendment(one.records[0], {}, plate=plate(read)["plate"])
            push(store, tablet, tablet.now_ms + MINUTE_MS, amended)
        leaving = {"direction": "out", "override": {"reason": "emergency", "by": "cb-02"}}
        push(store, three, NOON_MS + 20 * MINUTE_MS, event(three, leaving, {}))
        keys = store.keys
        with Projector(config, keys) as projector, HomeLook(config, keys, lambda: NOON_MS) as look:
            projector.catch_up()
            while projector.look(look):
                projector.catch_up()
            projector.catch_up()
        publish(store, keys, "rules", EVERYBODY, pack(rule("ok", True, text=OK)), NOON_MS)
