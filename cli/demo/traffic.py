"""Three days of plausible synthetic traffic: who comes when, with what in hand.

Everything is drawn from a generator seeded by checkpoint and hour, so an hour is the same whenever
it is made, and a later start only adds the hours since.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cli.demo.people import GOODS, Person, person, plate
from cli.demo.places import DAILY_CROSSINGS, HOUR_WEIGHTS
from credentials.evidence import Declaration, Evidence, Facts, Identity, Place
from server.store.registered import Checkpoint

HOUR_MS = 3_600_000
VIETNAM_OFFSET_MS = 7 * HOUR_MS

PLATE_CODES = {
    "01": ("29", "30", "29", "30", "33", "88", "89", "90", "28", "35", "36"),
    "58": ("85", "85", "85", "86", "79", "49", "60", "51", "61", "59"),
}
ORIGINS = {
    "01": ("268", "277", "275", "274", "278", "017", "347", "148"),
    "58": ("22738", "22910", "22840", "22813", "22870", "22834", "56", "22363", "22423", "60",
           "22981", "22969", "22972", "68", "24928", "79", "27460", "74", "75", "22771"),
}  # fmt: skip
"""Where people come from. Ninh Thuận: places of the levels pack, as on QL1 in 10/2021."""

_VEHICLES = {
    "border": (("motorbike", 46), ("car", 16), ("truck", 20), ("van", 7), ("tractor_trailer", 5),
               ("bus", 3), ("taxi", 1), ("ambulance", 1), ("bicycle", 1)),
    "ward": (("motorbike", 72), ("car", 14), ("van", 5), ("bicycle", 5), ("on_foot", 4)),
    "city": (("on_foot", 100),),
}  # fmt: skip
_PURPOSES = (("work", 42), ("goods", 18), ("essential", 16), ("return_home", 10), ("medical", 8),
             ("official", 5), ("other", 1))  # fmt: skip
_CODES = {
    "01": (("declaration", 832), ("cccd", 70), ("pc_covid", 35), ("unknown", 25), ("none", 25),
           ("expired", 9), ("forged", 4)),
    "58": (("pc_covid", 700), ("declaration", 190), ("cccd", 40), ("unknown", 30), ("none", 30),
           ("expired", 6), ("forged", 4)),
}  # fmt: skip
_COLOURS = (("green", 66), ("yellow", 25), ("none", 9))


@dataclass(frozen=True, slots=True)
class Traveller:
    """One person of a trip, what their code showed, and the card colour the officer saw."""

    who: Person
    role: str
    evidence: Evidence | None
    card: str | None


@dataclass(frozen=True, slots=True)
class Load:
    """One goods line."""

    group: str
    unit: str
    description: str
    quantity: float
    perishable: bool


@dataclass(frozen=True, slots=True)
class Trip:
    """One crossing before anybody decided on it. `at_ms` is true time; `luck` in [0, 1) decides
    later what an officer does with a verdict; `salt` feeds ids and person parts."""

    at_ms: int
    lane: str
    direction: str
    mode: str
    purpose: str
    origin: Place
    vehicle_class: str
    plate: str | None
    travellers: tuple[Traveller, ...]
    goods: tuple[Load, ...]
    luck: float
    salt: bytes


def trips(checkpoint: Checkpoint, hour_ms: int, documents_kid: str) -> Iterator[Trip]:
    """The trips of one checkpoint in the hour that starts at `hour_ms` (UTC), in order of time."""
    rng = random.Random(f"{checkpoint.id} {hour_ms}")
    local_hour = (hour_ms + VIETNAM_OFFSET_MS) // HOUR_MS % 24
    expected = DAILY_CROSSINGS[checkpoint.id] * HOUR_WEIGHTS[local_hour] / sum(HOUR_WEIGHTS)
    count = max(0, round(rng.gauss(expected, expected**0.5)))
    for at_ms in sorted(hour_ms + rng.randrange(HOUR_MS) for _ in range(count)):
        yield _trip(rng, checkpoint, at_ms, documents_kid)


def _trip(rng: random.Random, checkpoint: Checkpoint, at_ms: int, kid: str) -> Trip:
    province = checkpoint.province
    kind = _pick(rng, _VEHICLES.get(checkpoint.klass, _VEHICLES["border"]))
    lorry = kind in ("truck", "van", "tractor_trailer")
    green_lane = lorry and "luong-xanh" in checkpoint.lanes and rng.random() < 0.35
    people = 1 if kind in ("on_foot", "bicycle") or green_lane else rng.choice((1, 1, 1, 2, 2, 3))
    travellers = tuple(
        _traveller(rng, province, at_ms, kid, index, on_foot=kind == "on_foot")
        for index in range(people)
    )
    lane = checkpoint.lanes[0]
    if len(checkpoint.lanes) > 1:
        lane = {"motorbike": "xe-may", "bicycle": "xe-may"}.get(kind, "xe-tai" if lorry else "o-to")
    return Trip(
        at_ms=at_ms,
        lane="luong-xanh" if green_lane else lane,
        direction="in" if rng.random() < 0.58 else "out",
        mode="green_lane" if green_lane else "checked",
        purpose="goods" if lorry else _pick(rng, _PURPOSES),
        origin=Place("2021", rng.choice(ORIGINS[province])),
        vehicle_class=kind,
        plate=None if kind in ("on_foot", "bicycle") else plate(rng, PLATE_CODES[province], kind),
        travellers=travellers,
        goods=tuple(_load(rng, province) for _ in range(rng.choice((1, 1, 1, 2)) if lorry else 0)),
        luck=rng.random(),
        salt=rng.randbytes(16 * (people + 2)),
    )


def _traveller(
    rng: random.Random, province: str, at_ms: int, kid: str, index: int, on_foot: bool
) -> Traveller:
    who = person(rng, "001" if province == "01" else "058")
    role = "walker" if on_foot else "driver" if index == 0 else "passenger"
    code = _pick(rng, _CODES[province])
    card = _pick(rng, _COLOURS) if code == "pc_covid" else None
    return Traveller(who, role, _evidence(rng, code, who, at_ms, kid, province), card)


def _evidence(
    rng: random.Random, code: str, who: Person, at_ms: int, kid: str, province: str
) -> Evidence | None:
    identity = Identity(who.name, who.birth_date, who.id_number, "M" if who.sex == "M" else "F")
    if code == "none":
        return None
    if code == "unknown":
        family = rng.choice(("url", "opaque"))
        return Evidence("url" if family == "url" else "opaque", "unknown", "unrecognised")
    if code == "cccd":
        return Evidence("cccd", "claim", "unsigned", identity)
    if code == "pc_covid":
        plain = Identity(_folded(who.name), who.birth_date, who.id_number, None)
        return Evidence("pc_covid", "claim", "unsigned", plain)
    issued = datetime.fromtimestamp(at_ms / 1000, UTC) - timedelta(hours=rng.randint(1, 40))
    expires = issued + timedelta(hours=72)
    if code == "expired":
        issued, expires = issued - timedelta(days=5), expires - timedelta(days=5)
    origin = Place("2021", rng.choice(ORIGINS[province]))
    declaration = Declaration(
        symptoms=("cough",) if rng.random() < 0.01 else (),
        exposure=rng.random() < 0.01,
        origin=origin,
    )
    forged, expired = code == "forged", code == "expired"
    return Evidence(
        "own",
        "invalid" if forged or expired else "verified",
        "signature" if forged else "expired" if expired else "ok",
        None if forged else identity,
        Facts() if forged or expired else Facts(declaration=declaration),
        issuer="chot-demo",
        key_id=kid,
        issued_at=_instant(issued),
        expires_at=_instant(expires),
        subject={"type": "declaration"},
    )


def _load(rng: random.Random, province: str) -> Load:
    choices = GOODS if province == "01" else GOODS[:4] * 2 + GOODS
    group, unit, description, (low, high), perishable = rng.choice(choices)
    quantity = rng.uniform(low, high)
    return Load(group, unit, description, round(quantity, 1 if high < 50 else 0), perishable)


def _pick(rng: random.Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return rng.choices([one for one, _ in weighted], [weight for _, weight in weighted])[0]


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _folded(name: str) -> str:
    """Upper case without marks, as PC-Covid codes write names."""
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    return "".join(char for char in plain if not unicodedata.combining(char)).upper()
