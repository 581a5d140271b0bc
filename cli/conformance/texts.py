"""One event of a client, judged by its texts: header, declared fields, what concerns somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.conformance.findings import Finding
from schemas.check import refused_field
from schemas.records import KINDS, Kind, item_schemas, missing_fields
from sync.clock import wall_ms_of
from sync.errors import SyncError
from sync.events import Body, parse_body

RULE_OF_FIELD = {"record": "E2", "stamp": "C1"}
SAID: Mapping[str, tuple[str, str]] = {
    "event.json": ("Văn bản không phải một đối tượng JSON.", "The text is not a JSON object."),
    "event.depth": ("Văn bản lồng quá 8 tầng.", "The text is nested more than 8 levels deep."),
    "event.duplicate_name": ("Một tên đứng hai lần.", "A name stands twice."),
    "event.text": ("Văn bản có nửa cặp surrogate.", "The text has a lone surrogate."),
}


def judge_event(
    text: str, person: str | None, checkpoint: str, newest: int
) -> tuple[list[Finding], int]:
    """(what is wrong with it, the newest stamp of its device with it)."""
    try:
        body = parse_body(text)
    except SyncError as error:
        return [_unreadable(error)], newest
    return list(_judge(body, person, checkpoint, newest)), max(newest, body.stamp)


def _judge(body: Body, person: str | None, checkpoint: str, newest: int) -> Iterator[Finding]:
    if body.stamp <= newest:
        yield Finding(
            "C2",
            "Dấu thời gian phải luôn tăng: max(dấu cuối + 1, giờ máy), kể cả khi đồng hồ lùi.",
            "A stamp always rises: max(last + 1, clock), also where the clock goes back.",
            f"stamp={body.stamp:016x}",
        )
    elif wall_ms_of(body.stamp) < body.time_ms:
        yield Finding(
            "C2",
            "48 bit đầu của dấu là mili giây Unix; dấu này đứng trước `time` của chính nó.",
            "The first 48 bits of a stamp are Unix ms; this one lies before its own `time`.",
            f"stamp={body.stamp:016x}",
        )
    kind = KINDS.get((body.kind, body.version))
    if body.home != checkpoint:
        yield Finding(
            "A10",
            f"`home` phải là chốt của thiết bị: {checkpoint}.",
            f"`home` is the device's own checkpoint: {checkpoint}.",
            body.home,
        )
    if kind is None:
        return
    if kind.authors == "server":
        yield Finding(
            "A11", "Chỉ máy chủ ghi loại này.", "Only servers write this kind.", body.kind
        )
    told = _about_somebody(kind, body)
    if told is not None:
        yield Finding(
            "E7",
            "Tên, số, địa chỉ, chữ tự do nằm trong `person` với một salt, không nằm trong thân.",
            "Names, numbers, addresses and free text belong into `person` with a salt.",
            told,
        )
    refused = refused_field(kind, body, person)
    if refused is not None:
        yield Finding(
            "E7" if refused.startswith("person") else "E8",
            "Trường không đúng như khai báo của loại này (OpenAPI, schemas/records.py).",
            "A field is not as declared for this kind (OpenAPI, schemas/records.py).",
            refused,
        )
    elif not body.over and (lacks := missing_fields(kind.body, body.fields)):
        yield Finding(
            "E8",
            "Sự kiện đầu của một bản ghi thiếu trường bắt buộc.",
            "The first event of a record lacks a required field.",
            lacks[0],
        )


def _about_somebody(kind: Kind, body: Body) -> str | None:
    """The first field of the person part that stands in the body instead."""
    groups = item_schemas(kind.person)
    personal = {name for schema in groups.values() for name in schema.fields}
    personal |= kind.person.fields.keys() - groups.keys()
    for name in body.fields:
        if name in personal and name not in kind.body.fields:
            return name
    declared = item_schemas(kind.body)
    for group, items in body.items.items():
        allowed: Mapping[str, Any] = declared[group].fields if group in declared else {}
        for fields in items.values():
            for name in fields:
                if name in personal and name not in allowed:
                    return f"{group}/{name}"
    return None


def _unreadable(error: SyncError) -> Finding:
    at = "" if error.at is None else str(error.at)
    if error.code in SAID:
        return Finding(error.rule, *SAID[error.code], at)
    rule = RULE_OF_FIELD.get(at, error.rule)
    if rule == "E2":
        return Finding(
            rule,
            "Bản ghi được đặt tên bằng UUIDv7 chữ thường, tạo ở nơi bản ghi được tạo.",
            "A record is named by a lower-case UUIDv7, made where the record is made.",
            at,
        )
    if rule == "C1":
        return Finding(
            rule,
            "Dấu thời gian là 16 chữ số hex thường: 48 bit mili giây, 16 bit đếm.",
            "A stamp is 16 lower-case hex digits: 48 bits of ms, 16 of counter.",
            at,
        )
    return Finding(
        rule, "Phần đầu của sự kiện thiếu hoặc sai.", "The event's header lacks or spoils this.", at
    )
