"""How long it takes to decide crossings again after a list change, beside raw reading of them.

Writes crossings of lorries and travellers as tablets send them, lets the home server look at them
once (each is decided on receipt), then publishes levels by which one commune in a hundred was red
all along: every crossing since is decided again, and the right ones become alerts. The yardstick
reads the same events from the log, opens their person parts and parses both texts, nothing more.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import shutil
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rules.decide import decide
from rules.grace import external_levels, parse_level_book
from rules.pack import parse_rule_pack
from server.config import Config
from server.home.look import HomeLook
from server.home.redecide import NO_FACTS
from server.packs import EVERYBODY, bundled, checkpoint_scope, publish
from server.projector import Projector
from server.store.log.log_schema import ACCEPTED
from server.store.log.record import load_day_keys, open_event, read_range
from server.store.reader import read_only
from server.store.registered import Checkpoint
from server.store.sqlite import SqliteStore, open_store
from sync.batch import WireEvent, plain_event
from tests.server.store.tablets import CAR, NOON_MS, Tablet, enrolled

SEED = 20211012
BATCH = 250
DAY_MS = 86_400_000
PACK = "ninh_thuan_2021_10"
PLACE = Checkpoint("nt-ca-na", "Chốt", "QL1", "58", "587", "22870", "border", "active", "", ("1",))
COMMUNES = [{"dataset": "2021", "code": f"{22_700 + n}"} for n in range(100)]
MOST = 25.0
"""Seconds to decide again ÷ seconds to read. Measured: 12 (bench/README.md)."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    options.add_argument("--rows", type=int, default=4_000, help="crossings; 100000 is the figure")
    given = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="chot-bench-"))
    gc.freeze()  # as `chot serve` does once everything is imported
    try:
        figures = measure(folder / "data", given.rows)
    finally:
        shutil.rmtree(folder)
    print(
        json.dumps(figures) if given.json else "\n".join(f"{k:22} {v}" for k, v in figures.items())
    )
    sys.exit(figures["ratio"] > MOST or figures["alerts"] != figures["alerts_expected"])


def measure(data: Path, rows: int) -> dict[str, Any]:
    """Every figure by its name."""
    rng = random.Random(SEED)
    config = Config(data)
    with open_store(config) as store:
        store.put_checkpoint(PLACE)
        content = _rules()
        publish(store, store.keys, "rules", checkpoint_scope(PLACE.id), content, NOON_MS - DAY_MS)
        publish(store, store.keys, "levels", EVERYBODY, _levels(2), NOON_MS - DAY_MS)
        expected = fill(store, enrolled(store, rng, PLACE.id), rng, rows)
        read_s = reading_s(config, store)
        with (
            Projector(config, store.keys) as projector,
            HomeLook(config, store.keys, lambda: NOON_MS + DAY_MS) as look,
        ):
            projector.catch_up()
            first_s, first_longest_s = looking_s(projector, look)
            before = store.alert_counts()["new"]
            publish(store, store.keys, "levels", EVERYBODY, _levels(4), NOON_MS + DAY_MS - 1)
            again_s, longest_s = looking_s(projector, look)
            counts = store.alert_counts()
    return {
        "rows": rows,
        "rules": len(content["rules"]),
        "load": os.getloadavg()[0],
        "read_s": round(read_s, 2),
        "on_receipt_s": round(first_s, 2),
        "on_receipt_longest_s": round(first_longest_s, 3),
        "after_change_s": round(again_s, 2),
        "longest_portion_s": round(longest_s, 3),
        "crossings_a_second": round(rows / again_s),
        "ratio": round(again_s / read_s, 2),
        "alerts_before": before,
        "alerts": counts["new"] - before,
        "alerts_expected": expected,
    }


def looking_s(projector: Projector, look: HomeLook) -> tuple[float, float]:
    """Seconds until there is nothing left to look at, and of the longest portion of it."""
    began, longest = time.perf_counter(), 0.0
    while True:
        start = time.perf_counter()
        is_more = projector.look(look)
        longest = max(longest, time.perf_counter() - start)
        if not is_more:
            projector.catch_up()
            return time.perf_counter() - began, longest


def reading_s(config: Config, store: SqliteStore) -> float:
    """Seconds to read all events and parse both texts of each."""
    newest = store.projected()[1]
    began = time.perf_counter()
    with closing(read_only(config.log_path)) as log:
        for after in range(0, newest, BATCH):
            stored = read_range(log, after, min(newest, after + BATCH), ACCEPTED)
            load_day_keys(log, stored, store.day_keys)
            for one in stored:
                open_event(one, store.day_keys)
    return time.perf_counter() - began


def fill(store: SqliteStore, tablet: Tablet, rng: random.Random, rows: int) -> int:
    """Write the crossings; how many came from the commune that turns red and were let through."""
    shown = {place["code"]: _shown(place, 2) for place in COMMUNES}
    stricter = {place["code"]: _is_stricter(place) for place in COMMUNES}
    found = 0
    for _ in range(0, rows, BATCH):
        events: list[WireEvent] = []
        for _ in range(min(BATCH, rows)):
            place = rng.choice(COMMUNES)
            events.append(_crossing(tablet, rng, place, shown[place["code"]]))
            found += place is COMMUNES[0] and stricter[place["code"]]
        tablet.push(store, tablet.batch(*events), tablet.now_ms)
    return found


def _crossing(
    tablet: Tablet, rng: random.Random, place: dict[str, str], verdict: dict[str, Any]
) -> WireEvent:
    number = rng.randrange(100_000_000)
    plate = {"read": f"85C-{number % 100_000:05d}", "normal": f"85C{number:08d}"}
    action = {"pass": "passed", "refer": "referred", "turn_back": "turned_back"}[verdict["outcome"]]
    fields = {**CAR, "plate": plate, "origin": place, "verdict": verdict, "action": action}
    person = {"role": "driver", "evidence": EVIDENCE, "verdict": verdict}
    body = tablet.body(
        tablet.new_record(),
        packs={"rules": 1, "levels": 1},
        fields=fields,
        items={"people": {"1": person}},
    )
    tablet.now_ms -= 900  # ten a second: a day holds them all
    known: dict[str, Any] = {
        "name": "Nguyễn Văn Thử",
        "id_number": f"0580{number:08d}",
        "card": CARD,
    }
    return plain_event(body, tablet.person(**known))


CARD = {"colour": "none", "basis": "seen"}
EVIDENCE = {"family": "cccd", "status": "claim", "code": "unsigned"}


def _rules() -> Any:
    content = bundled(PACK)
    for rule in content["rules"]:
        rule["effective_from"] = "2026-01-01T00:00:00+07:00"
    return content


def _levels(first: int) -> Any:
    """All communes at level 2, the first of them at `first`, since the year began."""
    since = "2026-01-01T00:00:00+07:00"
    return {
        "levels": [
            {"place": place, "level": first if place is COMMUNES[0] else 2, "valid_from": since}
            for place in COMMUNES
        ]
    }


def _shown(place: dict[str, str], level: int) -> dict[str, Any]:
    """What a tablet shows for somebody from this commune."""
    pack = replace(parse_rule_pack("rules", 1, "2026-11-20T00:00:00Z", _rules()))
    journey = {
        "direction": CAR["direction"],
        "mode": CAR["mode"],
        "purpose": CAR["purpose"],
        "origin": place,
        "destination": None,
        "departed_at": None,
        "checkpoint": {"id": PLACE.id, "province": PLACE.province, "class": PLACE.klass},
        "role": "driver",
        "card": CARD,
        "vehicle": {"class": CAR["vehicle_class"], "plate": "85C"},
        "goods": [],
    }
    known = dict.fromkeys(("issuer", "key_id", "issued_at", "expires_at", "subject"))
    evidence: dict[str, Any] = {
        **EVIDENCE,
        **known,
        "identity": {},
        "facts": NO_FACTS,
        "fingerprints": [],
    }
    external = external_levels(parse_level_book(_levels(level)), journey, NOON_MS)
    found = decide(evidence, journey, external, NOON_MS, pack)
    return {"outcome": found.outcome, "reasons": list(found.reasons), "rules": list(found.rules)}


def _is_stricter(place: dict[str, str]) -> bool:
    order = ("pass", "refer", "turn_back")
    before, after = (_shown(place, level)["outcome"] for level in (2, 4))
    return order.index(after) > order.index(before)


if __name__ == "__main__":
    main()
