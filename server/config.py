"""What a server is told at start: `config.json` in the data directory, checked strictly.

An unknown name or a wrong type stops the start: a setting that is silently ignored is worse than
no server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_type_hints
from urllib.parse import urlsplit

from credentials.jws import jwk_of_public_key, public_key_of_jwk
from server.token_limits import LEAST_REQUESTS, MOST_REQUESTS
from sync.encoding import is_uuid7

CONFIG_FILE = "config.json"
Level = Literal["relay", "home"]
MAX_TRAVEL_MINUTES = 1440
MOST_PRODUCTS = 50
RETENTION_LEAST_DAYS = {"person": 1, "crossing": 7, "watchlist": 1}
"""The classes of data that go by age, and the fewest days of each: today is never over."""
MAX_RETENTION_DAYS = 36_500
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DISTRICT = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.:\[\]-]+", re.ASCII)


class ConfigError(Exception):
    """A setting that cannot be used; `where` names it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Base:
    """A server that tablets may turn to: its address, and whose receipts they get there.

    `checkpoints`: whose tablets are told of it; empty means all.
    """

    url: str
    server: str
    level: Level
    receipt_key: Mapping[str, str]
    checkpoints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one server.

    `report_hours` are the local hours (+07:00) at which a report is cut: a crossing received after
    the first cut that follows it, plus `late_grace_minutes`, is late. `public_url` is how tablets
    reach this server ("" = as they asked). `level` says what its receipts promise (SPEC P1).

    `upstream` is the server that a relay hands its events to ("" = none), asked at least every
    `upstream_seconds`; `upstream_ca` names a file with the authority of its certificate ("" =
    those of the machine). `bases` are the servers that tablets try, in order; only the home
    server's count. `erasure_list` names one more file, on another disk best, for what was erased
    ("" = only the one in the data directory): a backup is older than what was erased since.

    `travel_minutes` says how long the way between two checkpoints takes at least, by their ids:
    who is seen at both sooner makes an alert (SPEC W6).

    `retention` says after how many days each class of data goes by itself (`server.retention`);
    what it does not name stays until somebody purges it.

    `requests_per_minute` is how much one token may ask, by "device" and "user", and one user in
    the "console" (`server/token_limits.py`).

    `neighbours` names, for a district, those whose refusals its checkpoints see besides their own.

    `priority_products` are looked for in goods' descriptions by `chot report goods-flow`: product
    to the words that name it.
    """

    data_dir: Path
    unit: str = "Chốt kiểm soát"
    demo: bool = False
    public_url: str = ""
    level: Level = "home"
    report_hours: tuple[int, ...] = (6, 12, 18)
    late_grace_minutes: int = 15
    upstream: str = ""
    upstream_ca: str = ""
    upstream_seconds: int = 10
    bases: tuple[Base, ...] = ()
    erasure_list: str = ""
    neighbours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    travel_minutes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    priority_products: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    retention: Mapping[str, int] = field(default_factory=dict)
    requests_per_minute: Mapping[str, int] = field(default_factory=dict)

    @property
    def log_path(self) -> Path:
        """The truth: events, devices, people, packs, audit."""
        return self.data_dir / "log.db"

    @property
    def view_path(self) -> Path:
        """The projection; may be deleted at any time the server is down."""
        return self.data_dir / "view.db"

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"


def load_config(data_dir: Path) -> Config:
    """The settings in `data_dir/config.json`, or the defaults where there is no such file."""
    path = data_dir / CONFIG_FILE
    config = Config(data_dir)
    try:
        # Windows' editor writes a byte order mark.
        data = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return config
    except ValueError as error:
        raise ConfigError(CONFIG_FILE, f"is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise ConfigError(CONFIG_FILE, "is not a JSON object")
    config = replace(config, **{name: _setting(name, value) for name, value in data.items()})
    # Whoever hands its events up is no home server, whatever else is written there (SPEC U8).
    return replace(config, level="relay") if config.upstream else config


def save_config(config: Config) -> None:
    """Write `config.json`; the data directory is where it lies and so is not in it."""
    data = {one.name: getattr(config, one.name) for one in fields(config) if one.name != "data_dir"}
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(data, ensure_ascii=False, indent=2, default=asdict)
    (config.data_dir / CONFIG_FILE).write_text(text + "\n", "utf-8")


def _setting(name: str, value: Any) -> Any:
    kinds = get_type_hints(Config)
    if name not in kinds or name == "data_dir":
        raise ConfigError(name, "is not a setting")
    if name == "level":
        if value not in ("relay", "home"):
            raise ConfigError(name, "is neither relay nor home")
        return value
    if name == "report_hours":
        return _hours(value)
    if name == "bases":
        return _bases(value)
    if name == "neighbours":
        return _neighbours(value)
    if name == "travel_minutes":
        return _travel_minutes(value)
    if name == "priority_products":
        return _priority_products(value)
    if name == "retention":
        return _numbers_by_name(name, value, RETENTION_LEAST_DAYS, MAX_RETENTION_DAYS)
    if name == "requests_per_minute":
        return _numbers_by_name(name, value, LEAST_REQUESTS, MOST_REQUESTS)
    if name == "upstream" and value != "":
        return server_url("upstream", value)
    if name == "upstream_seconds" and (type(value) is not int or not 1 <= value <= 3600):
        raise ConfigError(name, "is not a number of seconds from 1 to 3600")
    if type(value) is not kinds[name]:
        raise ConfigError(name, f"is not of type {kinds[name].__name__}")
    return value


def _hours(value: Any) -> tuple[int, ...]:
    if (
        not isinstance(value, list)
        or not value
        or any(type(hour) is not int or not 0 <= hour < 24 for hour in value)
        or sorted(set(value)) != value
    ):
        raise ConfigError("report_hours", "is not a rising list of hours from 0 to 23")
    return tuple(value)


def _numbers_by_name(name: str, value: Any, least: Mapping[str, int], most: int) -> dict[str, int]:
    """An object of whole numbers: each of the names in `least`, from that number to `most`."""
    if not isinstance(value, dict):
        raise ConfigError(name, "is not an object")
    for key, number in value.items():
        if key not in least:
            raise ConfigError(name, f"{key}: is none of {', '.join(least)}")
        if type(number) is not int or not least[key] <= number <= most:
            raise ConfigError(name, f"{key}: is not a number from {least[key]} to {most}")
    return value


def _neighbours(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise ConfigError("neighbours", "is not an object of districts")
    for district, others in value.items():
        listed = isinstance(others, list) and all(isinstance(one, str) for one in others)
        if not listed or not all(_DISTRICT.fullmatch(one) for one in (district, *others)):
            raise ConfigError("neighbours", "is not an object of lists of districts")
    return {district: tuple(others) for district, others in value.items()}


def _travel_minutes(value: Any) -> dict[str, dict[str, int]]:
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        raise ConfigError("travel_minutes", "is not an object of checkpoints")
    for others in value.values():
        for minutes in others.values():
            if type(minutes) is not int or not 0 <= minutes <= MAX_TRAVEL_MINUTES:
                raise ConfigError("travel_minutes", "has minutes that are not 0 to 1440")
    return {one: dict(others) for one, others in value.items()}


def _priority_products(value: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict) or len(value) > MOST_PRODUCTS:
        raise ConfigError("priority_products", f"is not an object of {MOST_PRODUCTS} at most")
    for product, words in value.items():
        listed = isinstance(words, list) and 0 < len(words) <= MOST_PRODUCTS
        if not listed or not all(
            isinstance(one, str) and 0 < len(one.strip()) <= 64 for one in (product, *words)
        ):
            raise ConfigError("priority_products", "is not an object of lists of words")
    return {product: tuple(words) for product, words in value.items()}


def server_url(where: str, value: Any) -> str:
    """An address that events may be sent to: https, or http on this machine; no path.

    Person parts travel in clear inside TLS, so any other http is refused. Raises ConfigError.
    """
    if not isinstance(value, str) or _ORIGIN.fullmatch(value) is None:
        raise ConfigError(where, "is not an address like https://tinh.example:8443")
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ConfigError(where, "has brackets that hold no IPv6 address") from None
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ConfigError(where, "is not https: people's data would travel in clear")
    try:
        named = parts.port
    except ValueError:
        raise ConfigError(where, "has no port that there is") from None
    if named == {"https": 443, "http": 80}[parts.scheme]:
        # A browser leaves it out of the Origin that it sends.
        raise ConfigError(where, "names the port that goes without saying")
    return value


def _bases(value: Any) -> tuple[Base, ...]:
    if not isinstance(value, list):
        raise ConfigError("bases", "is not a list")
    return tuple(_base(one) for one in value)


def _base(value: Any) -> Base:
    names = {"url", "server", "level", "receipt_key"}
    if not isinstance(value, dict) or not names <= value.keys() <= names | {"checkpoints"}:
        raise ConfigError("bases", "has an entry without url, server, level and receipt_key")
    places = value.get("checkpoints", [])
    if not isinstance(places, list) or not all(isinstance(one, str) for one in places):
        raise ConfigError("bases", "has checkpoints that are not a list of ids")
    if not is_uuid7(value["server"]) or value["level"] not in ("relay", "home"):
        raise ConfigError("bases", "has a server or level that is none")
    try:
        key = jwk_of_public_key(public_key_of_jwk(value["receipt_key"]))
    except (ValueError, TypeError):
        raise ConfigError("bases", "has a receipt_key that is no P-256 JWK") from None
    url = server_url("bases", value["url"])
    return Base(url, value["server"], value["level"], key, tuple(places))
