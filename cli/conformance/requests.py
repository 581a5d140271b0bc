"""A client's sync request, judged by what it shows by itself and by what the client sent before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from cli.conformance.findings import Finding
from cli.conformance.signatures import why_signature_fails
from cli.conformance.texts import judge_event
from cli.conformance.wire_bytes import decoded
from sync.batch import MAX_EVENTS, PROTOCOL, WireEvent, parse_batch
from sync.chain import commitment, event_hash, genesis
from sync.errors import SyncError
from sync.seal import open_bodies

MAX_BATCH_BYTES = 4 * 1024 * 1024
DERIVED = ("last", "head", "hashes", "count", "commitments")
DERIVED_OF_AN_EVENT = ("seq", "n", "hash", "previous", "stamp", "record", "device")
EVENT_NAMES = ("body", "person", "sealed", "sealed_body", "commitment")


@dataclass(frozen=True, slots=True)
class Sent:
    """An own event of the client as it came first, and its hash."""

    body: str
    person: str | None
    commitment: bytes
    hash: bytes


@dataclass(slots=True)
class Memory:
    """What the judge knows of its client.

    `drained`: up to where answers were delivered that nothing was wrong with. `given`: cursors of
    such answers, `spoilt` those of pages that no reader may take. `newest`: its last stamp.
    """

    device: str
    checkpoint: str
    key: ec.EllipticCurvePublicKey
    sealing: ec.EllipticCurvePrivateKey
    own: dict[int, Sent] = field(default_factory=dict)
    drained: int = 0
    newest: int = 0
    given: set[str | None] = field(default_factory=lambda: {None})
    spoilt: set[str] = field(default_factory=set)
    feeds: set[str] = field(default_factory=set)
    persons: int = 0

    @property
    def seq(self) -> int:
        return len(self.own)

    def hash_at(self, seq: int) -> bytes:
        return self.own[seq].hash if seq else genesis(self.device)


def judge_request(data: Any, memory: Memory) -> list[Finding]:
    """What is wrong with a sync request; new events of a good batch go into `memory`."""
    if not isinstance(data, dict):
        return [
            Finding(
                "B1", "Thân yêu cầu không phải đối tượng JSON.", "The request is no JSON object."
            )
        ]
    found = list(_around(data, memory))
    batch = data.get("batch")
    if batch is not None and not found:
        found += judge_batch(batch, memory)
    return found


def _around(data: dict[str, Any], memory: Memory) -> Iterator[Finding]:
    if data.get("protocol") != PROTOCOL:
        yield Finding(
            "T7",
            f"`protocol` phải là {PROTOCOL}; thấy {data.get('protocol')!r}.",
            f"`protocol` must be {PROTOCOL}; found {data.get('protocol')!r}.",
        )
    cursor = data.get("cursor")
    if cursor in memory.spoilt:
        yield Finding(
            "F4",
            "Con trỏ đã chạy theo một trang mà máy đọc không được nhận.",
            "The cursor moved with a page that no reader may take.",
            cursor,
        )
    elif cursor not in memory.given:
        yield Finding(
            "F2",
            "Con trỏ không phải của câu trả lời nào đã nhận; gửi lại đúng như máy chủ đã cho.",
            "The cursor is of no answer given; send it back exactly as the server gave it.",
            str(cursor)[:80],
        )
    for feed in data.get("feeds") or ():
        if feed not in memory.feeds:
            yield Finding(
                "T1",
                "Xin một luồng mà thiết bị không có phần; xem `feeds` trong câu trả lời.",
                "Asks for a feed that it has no part in; see `feeds` of the answers.",
                feed,
            )
    events = (data.get("batch") or {}).get("events") if isinstance(data.get("batch"), dict) else ()
    unsent = data.get("unsent")
    held = len(events) if isinstance(events, list) else 0
    if type(unsent) is not int or unsent < held:
        yield Finding(
            "T6",
            "`unsent` là số sự kiện chưa được xác nhận, kể cả những sự kiện trong gói"
            f" ({held}); thấy {unsent!r}.",
            "`unsent` counts what is not acknowledged, those in the batch included"
            f" ({held}); found {unsent!r}.",
        )


def judge_batch(batch: Any, memory: Memory) -> list[Finding]:
    """What is wrong with a batch; the first fault hides what follows from it."""
    shape = _shape(batch, memory)
    if shape:
        return shape
    try:
        parsed = parse_batch(open_bodies(batch, memory.sealing))
    except SyncError as error:
        return [_refused(error)]
    if parsed.first == 1 and parsed.previous != genesis(memory.device):
        return [_genesis()]
    before = parsed.first - 1
    if before > memory.seq:
        return [
            Finding(
                "H4",
                f"Số thứ tự phải liền nhau: sau {memory.seq} là {memory.seq + 1}.",
                f"Numbers are contiguous: after {memory.seq} comes {memory.seq + 1}.",
                f"first={parsed.first}",
            )
        ]
    if parsed.previous != memory.hash_at(before):
        return [
            Finding(
                "H3",
                f"`previous` không phải mã băm của sự kiện {before} như đã gửi.",
                f"`previous` is not the hash of event {before} as it was sent.",
                f"first={parsed.first}",
            )
        ]
    current = parsed.previous
    fresh: dict[int, Sent] = {}
    for seq, one in enumerate(parsed.events, parsed.first):
        current = event_hash(current, one.body, one.commitment)
        known = memory.own.get(seq)
        if known is not None and known.hash != current:
            return [_otherwise(seq, known, one)]
        if known is None:
            fresh[seq] = Sent(one.body, one.person, one.commitment, current)
    why = why_signature_fails(parsed, memory.key)
    if why is not None:
        return [why]
    found = []
    for seq, sent in fresh.items():
        faults, memory.newest = judge_event(
            sent.body, sent.person, memory.checkpoint, memory.newest
        )
        found += [
            Finding(one.rule, one.vi, one.en, f"{seq}: {one.at}".rstrip(": ")) for one in faults
        ]
        memory.persons += sent.commitment != commitment(None)
    memory.own |= fresh
    if parsed.first <= memory.drained and not found:
        found.append(
            Finding(
                "P2",
                "Gửi lại những gì biên nhận đã phủ và câu trả lời đã tới.",
                "Sends again what a receipt covers and whose answer came.",
                f"{parsed.first}–{parsed.last}",
            )
        )
    return found


def _shape(batch: Any, memory: Memory) -> list[Finding]:
    if not isinstance(batch, dict) or not isinstance(batch.get("events"), list):
        return [
            Finding(
                "B1",
                "Gói là {device, first, previous, events, signature}.",
                "A batch is {device, first, previous, events, signature}.",
            )
        ]
    if batch.get("device") != memory.device:
        return [
            Finding(
                "T1",
                "`device` của gói không phải thiết bị của mã truy cập.",
                "`device` of the batch is not that of the token.",
                str(batch.get("device"))[:80],
            )
        ]
    events = batch["events"]
    extra = [name for name in DERIVED if name in batch]
    for one in events:
        if isinstance(one, dict):
            extra += [name for name in DERIVED_OF_AN_EVENT if name in one]
            if "person" in one and "commitment" in one:
                extra.append("commitment")
    if extra:
        return [
            Finding(
                "B4",
                "Không gửi những gì suy ra được: số thứ tự, mã băm, đầu chuỗi.",
                "Nothing that can be derived is sent: no numbers, hashes or head.",
                extra[0],
            )
        ]
    if not 1 <= len(events) <= MAX_EVENTS:
        return [
            Finding(
                "B2",
                f"Một gói có 1 đến {MAX_EVENTS} sự kiện; thấy {len(events)}.",
                f"A batch has 1 to {MAX_EVENTS} events; found {len(events)}.",
            )
        ]
    if len(json.dumps(batch, ensure_ascii=False).encode("utf-8", "replace")) > MAX_BATCH_BYTES:
        return [Finding("B2", "Gói lớn hơn 4 MiB.", "The batch is larger than 4 MiB.")]
    for name, length in (("previous", 32), ("signature", 64)):
        fault = decoded(batch.get(name), name, length)
        if fault is not None:
            return [fault]
    return []


def _refused(error: SyncError) -> Finding:
    if error.code == "batch.genesis":
        return _genesis()
    return Finding(
        error.rule,
        f"Gói không đọc được ({error.code}).",
        f"The batch cannot be read ({error.code}).",
        "" if error.at is None else str(error.at),
    )


def _genesis() -> Finding:
    return Finding(
        "H1",
        "Mã băm trước sự kiện 1 là SHA-256 của «chot/1 genesis», dấu xuống dòng, mã thiết bị.",
        'The hash before event 1 is SHA-256 of "chot/1 genesis", a line feed, the device id.',
        "previous",
    )


def _otherwise(seq: int, known: Sent, one: WireEvent) -> Finding:
    """Why event `seq` differs from what came under this number before."""
    try:
        before, now = json.loads(known.body), json.loads(one.body)
        same = before.get("record") == now.get("record") and before.get("kind") == now.get("kind")
    except (ValueError, AttributeError):
        same = False
    if same:
        return Finding(
            "E1",
            "Văn bản của một sự kiện chỉ được tạo một lần; lần gửi lại này khác lần trước.",
            "The text of an event is made once; this time it differs from the last.",
            str(seq),
        )
    return Finding(
        "A6",
        "Số thứ tự này đã mang một sự kiện khác: máy chủ sẽ coi là thiết bị bị nhân bản.",
        "This number has carried another event: a server takes that for a cloned device.",
        str(seq),
    )
