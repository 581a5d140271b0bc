"""What is to be written when, where, and to whom it is mailed: `schedule.json`, checked strictly.

Without the file nothing is scheduled. It is read before every pass, so a change needs no restart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from server.config import LOOPBACK
from server.reporting.kinds import KINDS, Kind
from server.scheduling.faults import ScheduleError

SCHEDULE_FILE = "schedule.json"
MOST_RECIPIENTS = 50
MOST_MINUTES = 120
WAIT_MINUTES = 5
SUBMISSION_PORT, TLS_PORT = 587, 465
FORMATS: tuple[Kind, ...] = ("docx", "json")
PASSWORD_FILE = "keys/smtp-password"
"""Under `keys/`, which is for the server alone and goes into backups encrypted."""
Security = Literal["starttls", "tls", "none"]
GoodsKind = Literal["", "xlsx", "csv", "json", "text"]
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mail:
    """How reports are mailed. Person data never is: a report has none.

    `security`: STARTTLS (587), TLS from the first byte (465), or none, which is for this machine
    alone. `login` with the password in `password_file`, or none. `ca_file` names an authority
    besides those of the machine. Files are relative to the data directory. `drafts`: whether
    drafts are mailed too.
    """

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = SUBMISSION_PORT
    security: Security = "starttls"
    login: str = ""
    password_file: str = PASSWORD_FILE
    ca_file: str = ""
    drafts: bool = False


@dataclass(frozen=True, slots=True)
class Schedule:
    """At every report hour, `wait_minutes` after it, a report in `formats` is put into `folder`.

    `draft_minutes` before the hour a draft is (0: none). `goods_flow` names the format of the
    goods flow since 00:00 beside it ("": none). No `checkpoints`: all.
    """

    folder: Path
    formats: tuple[Kind, ...] = FORMATS
    wait_minutes: int = WAIT_MINUTES
    draft_minutes: int = 0
    checkpoints: tuple[str, ...] = ()
    goods_flow: GoodsKind = ""
    mail: Mail | None = None


def load_schedule(data_dir: Path) -> Schedule | None:
    """What `schedule.json` says; None without the file. Raises ScheduleError("settings")."""
    try:
        found = json.loads((data_dir / SCHEDULE_FILE).read_text("utf-8-sig"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise _wrong("", f"không phải JSON / is not JSON: {error}") from None
    return schedule_of(found, data_dir)


def schedule_of(found: Any, data_dir: Path) -> Schedule:
    """Checked: known names, types, bounds. Raises ScheduleError("settings")."""
    _known(found, Schedule, "")
    folder = found.get("folder")
    if not isinstance(folder, str) or not folder.strip():
        raise _wrong("folder", "cần một thư mục / names no folder")
    formats = _words(found, "formats", KINDS, FORMATS)
    if not formats:
        raise _wrong("formats", "cần ít nhất một định dạng / needs at least one")
    goods_flow = found.get("goods_flow", "")
    if goods_flow not in get_args(GoodsKind):
        raise _wrong("goods_flow", f"là một trong / is one of: {_listed(get_args(GoodsKind))}")
    mail = found.get("mail")
    return Schedule(
        folder=data_dir / folder.strip(),
        formats=formats,
        wait_minutes=_minutes(found, "wait_minutes", WAIT_MINUTES),
        draft_minutes=_minutes(found, "draft_minutes", 0),
        checkpoints=_texts(found, "checkpoints"),
        goods_flow=goods_flow,
        mail=None if mail is None else _mail(mail),
    )


def _mail(found: Any) -> Mail:
    _known(found, Mail, "mail.")
    host, security = found.get("host"), found.get("security", "starttls")
    if not isinstance(host, str) or _HOST.fullmatch(host) is None:
        raise _wrong("mail.host", "cần tên máy chủ thư / names no mail server")
    if security not in get_args(Security):
        raise _wrong("mail.security", f"là một trong / is one of: {_listed(get_args(Security))}")
    if security == "none" and host not in LOOPBACK:
        raise _wrong("mail.security", "'none' chỉ cho máy này / is for this machine alone")
    port = found.get("port", TLS_PORT if security == "tls" else SUBMISSION_PORT)
    if type(port) is not int or not 0 < port < 65_536:
        raise _wrong("mail.port", "không phải số cổng / is no port")
    sender, to = found.get("sender"), _texts(found, "to", "mail.")
    if not to or len(to) > MOST_RECIPIENTS:
        raise _wrong("mail.to", f"cần 1 đến {MOST_RECIPIENTS} địa chỉ / needs so many addresses")
    for name, one in (("sender", sender), *(("to", one) for one in to)):
        if not isinstance(one, str) or _ADDRESS.fullmatch(one) is None:
            raise _wrong(f"mail.{name}", f"'{one}' không phải địa chỉ thư / is no address")
    texts = {
        name: found.get(name, default)
        for name, default in (("login", ""), ("password_file", PASSWORD_FILE), ("ca_file", ""))
    }
    for name, text in texts.items():
        if not isinstance(text, str) or "\n" in text:
            raise _wrong(f"mail.{name}", "không phải chuỗi / is not text")
    drafts = found.get("drafts", False)
    if type(drafts) is not bool:
        raise _wrong("mail.drafts", "là true hoặc false / is true or false")
    return Mail(host, str(sender), to, port, security, drafts=drafts, **texts)


def _known(found: Any, kind: type[Schedule] | type[Mail], where: str) -> None:
    if not isinstance(found, Mapping):
        raise _wrong(where.rstrip("."), "không phải đối tượng / is not an object")
    unknown = sorted(set(found) - {one.name for one in fields(kind)})
    if unknown:
        raise _wrong(f"{where}{unknown[0]}", "không có mục này / is not a setting")


def _minutes(found: Mapping[str, Any], name: str, default: int) -> int:
    value = found.get(name, default)
    if type(value) is not int or not 0 <= value <= MOST_MINUTES:
        raise _wrong(name, f"là số phút từ 0 đến {MOST_MINUTES} / is minutes from 0")
    return value


def _texts(found: Mapping[str, Any], name: str, where: str = "") -> tuple[str, ...]:
    value = found.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(f"{where}{name}", "không phải danh sách chuỗi / is not a list of texts")
    return tuple(dict.fromkeys(value))


def _words(
    found: Mapping[str, Any], name: str, known: tuple[Kind, ...], default: tuple[Kind, ...]
) -> tuple[Kind, ...]:
    if name not in found:
        return default
    texts = _texts(found, name)
    if unknown := [one for one in texts if one not in known]:
        raise _wrong(name, f"không có '{unknown[0]}'; có / known: {_listed(known)}")
    return tuple(one for one in known if one in texts)


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(one or "(trống)" for one in words)


def _wrong(where: str, why: str) -> ScheduleError:
    name = f"{SCHEDULE_FILE}: {where}" if where else SCHEDULE_FILE
    return ScheduleError("settings", f"{name}: {why}")
