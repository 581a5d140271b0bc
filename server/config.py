"""What a server is told at start: `config.json` in the data directory, checked strictly.

An unknown name or a wrong type stops the start: a setting that is silently ignored is worse than
no server.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_type_hints

CONFIG_FILE = "config.json"


class ConfigError(Exception):
    """A setting that cannot be used; `where` names it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one server.

    `report_hours` are the local hours (+07:00) at which a report is cut: a crossing received after
    the first cut that follows it, plus `late_grace_minutes`, is late. `public_url` is how tablets
    reach this server ("" = as they asked). `level` says what its receipts promise (SPEC P1).
    """

    data_dir: Path
    unit: str = "Chốt kiểm soát"
    demo: bool = False
    public_url: str = ""
    level: Literal["relay", "home"] = "home"
    report_hours: tuple[int, ...] = (6, 12, 18)
    late_grace_minutes: int = 15

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
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return config
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ConfigError(CONFIG_FILE, f"is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise ConfigError(CONFIG_FILE, "is not a JSON object")
    return replace(config, **{name: _setting(name, value) for name, value in data.items()})


def save_config(config: Config) -> None:
    """Write `config.json`; the data directory is where it lies and so is not in it."""
    data = {one.name: getattr(config, one.name) for one in fields(config) if one.name != "data_dir"}
    config.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = json.dumps(data, ensure_ascii=False, indent=2)
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
