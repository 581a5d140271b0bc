"""A server judged as a client meets it: answers, refusals, receipts, feeds, packs."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from cli.conformance.findings import BrokenRuleError, Judged, Step, breaks
from cli.conformance.judged_server import Device, JudgedServer, enrolled
from cli.conformance.server_feeds import FEEDS
from credentials.jws import public_key_of_jwk
from sync.answer import read_answer
from sync.batch import MAX_EVENTS
from sync.encoding import is_uuid7, to_base64url
from sync.errors import SyncError
from sync.seal import body_binding, seal, wrap_content_key
from sync.standing import check_receipt

HOURS_OFF_S = 5 * 3600
MEDIA_TYPE = "application/problem+json"


def signs_in(device: Device) -> None:
    """A right assertion once; a wrong clock with the nonce that its refusal gave."""
    made = device.made
    if not (is_uuid7(made["device"]) and is_uuid7(made["server"])):
        raise breaks("E2", "Thiết bị hay máy chủ không có UUIDv7.", "A name is no UUIDv7.")
    device.sign_in()
    ask, path = device.server.ask, "/auth/device-token"
    late = device.assertion(-HOURS_OFF_S)
    status, data, _ = ask("POST", path, {"assertion": late})
    if status != 401 or not isinstance(data, dict) or "nonce" not in data:
        raise breaks(
            "T2",
            "Đồng hồ sai 5 giờ phải nhận 401 kèm `nonce` để ký lại.",
            "A clock five hours off gets 401 with a `nonce` to sign.",
        )
    again = device.assertion(-HOURS_OFF_S, nonce=data["nonce"])
    status, _, _ = ask("POST", path, {"assertion": again})
    if status != 200:
        raise breaks("T2", "Ký `nonce` rồi vẫn bị từ chối.", "A signed `nonce` is refused.", status)
    if ask("POST", path, {"assertion": again})[0] == 200:
        raise breaks("T1", "Một chữ ký dùng được hai lần.", "An assertion is good twice.")


def answers_each(device: Device) -> None:
    for _ in range(3):
        device.write()
    _expect(device, device.pushed(1, 3), 1, ["accepted"] * 3)


def knows_repeats(device: Device) -> None:
    """The same again, cut differently."""
    device.write()
    _expect(device, device.pushed(2, 4), 2, ["duplicate", "duplicate", "accepted"])
    answer = device.pushed(1, 2)
    _expect(device, answer, 1, ["duplicate"] * 2)
    if answer["receipt"]["through"] > 2:
        raise breaks(
            "P1",
            "Biên nhận trả lời một gói không nói gì ngoài sự kiện cuối của gói ấy.",
            "The receipt that answers a push tells of nothing beyond its last event.",
        )


def refuses_alone(device: Device) -> None:
    """One of each kind of refusal, among good ones; said again, each is answered as before."""
    first = device.chain.seq + 1
    device.write()
    device.write(mode="unheard-of")
    device.write(kind="pigeon")
    device.write(home="elsewhere")
    device.write(kind="alert")
    good = device.write()
    twice = good.body.replace('"kind"', '"version":1,"kind"', 1)
    device.chain.write_texts(twice, None)
    device.write()
    expected = [
        ("accepted", "", "A4"),
        ("rejected", "event.field", "E8"),
        ("held", "event.kind", "A5"),
        ("rejected", "event.scope", "A10"),
        ("rejected", "event.author", "A11"),
        ("accepted", "", "A4"),
        ("rejected", "event.duplicate_name", "E1"),
        ("accepted", "", "A4"),
    ]
    for again in (False, True):
        answer = device.pushed(first, first + len(expected) - 1)
        for seq, (state, code, rule) in enumerate(expected, first):
            one = _result(answer, seq)
            wanted = "duplicate" if again and state == "accepted" else state
            if (one["state"], one.get("code", "")) != (wanted, code):
                raise breaks(
                    "A2" if again else rule,
                    f"Chờ {wanted} {code}, thấy {one['state']} {one.get('code', '')}.",
                    f"Expected {wanted} {code}, found {one['state']} {one.get('code', '')}.",
                    seq,
                )
        if answer["receipt"]["through"] < first + len(expected) - 1:
            raise breaks(
                "A4",
                "Một sự kiện bị từ chối chặn những sự kiện sau nó.",
                "A refused event blocks those behind it.",
                answer["receipt"]["through"],
            )


def refuses_whole(device: Device) -> None:
    """What is no batch of this device, and that nothing of it is stored."""
    through = device.chain.seq
    device.write()
    good = device.batch(through + 1, through + 1)
    stranger = ec.generate_private_key(ec.SECP256R1())
    forged = Device(device.server, device.made, stranger)
    forged.chain = device.chain
    bad: tuple[tuple[str, dict[str, Any], int], ...] = (
        ("B3", forged.batch(through + 1, through + 1), 422),
        ("E3", good | {"signature": good["signature"] + "="}, 422),
        ("H1", good | {"first": 1, "previous": to_base64url(bytes(32))}, 422),
        ("T1", good | {"device": device.made["server"]}, 403),
        ("B2", good | {"events": good["events"] * (MAX_EVENTS + 1)}, 413),
    )
    for rule, batch, wanted in bad:
        status, data, headers = device.sync(batch)
        if status != wanted or headers.get_content_type() != MEDIA_TYPE or "code" not in data:
            raise breaks(
                rule,
                f"Chờ {wanted} với problem+json, thấy {status} {headers.get_content_type()}.",
                f"Expected {wanted} as problem+json, found {status} {headers.get_content_type()}.",
            )
    status, answer, _ = device.sync(None)
    if status != 200 or answer["receipt"]["through"] != through:
        raise breaks("B6", "Một gói bị từ chối đã được lưu.", "A refused batch was stored.")
    _expect(device, device.pushed(through + 1, through + 1), through + 1, ["accepted"])


def bounds_the_request(device: Device) -> None:
    if device.sync(None, protocol=2)[0] == 200:
        raise breaks("T7", "Nhận một giao thức lạ.", "Takes an unknown protocol.")
    if device.sync(None, x_later={"a": 1})[0] != 200:
        raise breaks("T7", "Từ chối vì một tên lạ.", "Refuses a request for a name it knows not.")
    if device.sync(None, feeds=["checkpoint:elsewhere"])[0] != 403:
        raise breaks("T1", "Cho xem luồng của chốt khác.", "Gives another checkpoint's feed.")
    token, device.token = device.token, "no.such.token"
    try:
        status, _, headers = device.sync(None)
    finally:
        device.token = token
    if status != 401 or "WWW-Authenticate" not in headers:
        raise breaks("T2", "Mã lạ phải nhận 401.", "A wrong token gets 401.", status)


def never_refuses_a_clock(device: Device) -> None:
    """A clock years ahead: the event counts, and the server caps its order (C4)."""
    event = device.write()
    body = json.loads(event.body)
    ahead = body["time"] + 5 * 365 * 86_400_000
    body |= {"time": ahead, "stamp": f"{ahead << 16:016x}"}
    device.chain.write_texts(json.dumps(body), None)
    seq = device.chain.seq
    _expect(device, device.pushed(seq - 1, seq), seq - 1, ["accepted", "accepted"], "C4")


def opens_what_is_sealed(device: Device) -> None:
    """A person part sealed to the home server, and a body to the one it talks to."""
    event = device.write(person=True)
    key, content_key = public_key_of_jwk(device.made["sealing_key"]), secrets.token_bytes(32)
    wrapped = wrap_content_key(content_key, key, ec.generate_private_key(ec.SECP256R1()))
    assert event.person is not None
    person = seal(event.person, content_key, wrapped, secrets.token_bytes(12), event.commitment)
    batch = device.batch(event.seq, event.seq)
    batch["events"] = [
        {"body": event.body, "commitment": to_base64url(event.commitment), "sealed": person}
    ]
    _expect_sealed(device, batch, event.seq, "S1")
    status, data, _ = device.server.ask(
        "POST", "/auth/device-token", {"assertion": device.assertion()}
    )
    if status == 200:
        key = public_key_of_jwk(data["sealing_key"])
    event = device.write()
    wrapped = wrap_content_key(content_key, key, ec.generate_private_key(ec.SECP256R1()))
    bound = body_binding(device.chain.device, event.seq)
    sealed = seal(event.body, content_key, wrapped, secrets.token_bytes(12), bound)
    batch = device.batch(event.seq, event.seq)
    batch["events"] = [{"sealed_body": sealed}]
    _expect_sealed(device, batch, event.seq, "S4")


def _expect_sealed(device: Device, batch: dict[str, Any], seq: int, rule: str) -> None:
    status, answer, _ = device.sync(batch)
    found = _result(answer, seq) if status == 200 else answer
    if status != 200 or found["state"] != "accepted" or "code" in found:
        raise breaks(
            rule,
            f"Không mở được phần niêm phong: {found.get('code', status)}.",
            f"Does not open what was sealed for it: {found.get('code', status)}.",
            seq,
        )


def tells_of_clones(device: Device) -> None:
    """Another event under a number that is taken; the device has to enrol again after this."""
    first = device.chain.seq
    twin = Device(device.server, device.made, device.key)
    twin.token, twin.chain = device.token, device.chain.copy()
    device.write()
    _expect(device, device.pushed(first + 1, first + 1), first + 1, ["accepted"])
    other = twin.write(direction="out")
    answer = twin.pushed(other.seq, other.seq)
    one = _result(answer, other.seq)
    if one.get("code") != "device.forked":
        raise breaks(
            "A6",
            "Hai sự kiện khác nhau dưới một số: máy bị nhân bản phải được báo (device.forked).",
            "Two events under one number: a cloned device is told (device.forked).",
            other.seq,
        )


def _expect(
    device: Device, answer: dict[str, Any], first: int, states: list[str], rule: str = "A2"
) -> None:
    """Each event has its answer, and the receipt is signed and of this chain."""
    for seq, state in enumerate(states, first):
        found = _result(answer, seq)
        if found["state"] != state:
            raise breaks(
                rule,
                f"Chờ {state}, thấy {found['state']} {found.get('code', '')}.",
                f"Expected {state}, found {found['state']} {found.get('code', '')}.",
                seq,
            )
    key = public_key_of_jwk(device.made["receipt_key"])
    try:
        receipt = read_answer(answer, key).receipt
        chain = device.chain
        check_receipt(
            receipt,
            chain.device,
            chain.server,
            lambda seq: chain.hash_at(seq) if seq <= chain.seq else None,
        )
    except SyncError as error:
        raise breaks(
            error.rule,
            f"Câu trả lời hay biên nhận sai ({error.code}).",
            f"The answer or its receipt is wrong ({error.code}).",
            "" if error.at is None else error.at,
        ) from None
    last = first + len(states) - 1
    if receipt.through < last:
        raise breaks(
            "A1",
            f"Biên nhận chỉ tới {receipt.through}, câu trả lời đã nói tới {last}.",
            f"The receipt reaches {receipt.through}, the answers {last}.",
        )
    if receipt.safe_through > receipt.through:
        raise breaks("P4", "`safe_through` vượt `through`.", "`safe_through` is above `through`.")


def _result(answer: dict[str, Any], seq: int) -> dict[str, Any]:
    for one in answer.get("results", ()):
        if one.get("seq") == seq:
            found: dict[str, Any] = one
            return found
    raise breaks("A2", "Một sự kiện không có câu trả lời.", "An event got no answer.", seq)


SERVER: tuple[tuple[Step, Callable[[Device], None]], ...] = (
    (
        Step("token", ("T1", "T2", "E2"), "Mã truy cập, đồng hồ sai", "tokens, a wrong clock"),
        signs_in,
    ),
    (
        Step("push", ("A1", "A2", "P1", "P3"), "Mỗi sự kiện một câu trả lời", "an answer each"),
        answers_each,
    ),
    (
        Step("again", ("A2", "B5", "P1"), "Gửi lại, cắt khác", "again, cut differently"),
        knows_repeats,
    ),
    (
        Step(
            "alone",
            ("A4", "A5", "A10", "A11", "E1", "E8"),
            "Từ chối từng sự kiện",
            "refusals alone",
        ),
        refuses_alone,
    ),
    (
        Step("whole", ("B2", "B3", "B6", "E3", "H1", "T1"), "Gói sai", "wrong batches"),
        refuses_whole,
    ),
    (Step("request", ("T1", "T2", "T7"), "Yêu cầu lạ", "odd requests"), bounds_the_request),
    (Step("clock", ("C4",), "Đồng hồ chạy trước", "a clock far ahead"), never_refuses_a_clock),
    (Step("sealed", ("S1", "S2", "S4"), "Phần niêm phong", "what is sealed"), opens_what_is_sealed),
    *FEEDS,
    (
        Step("clone", ("A6",), "Máy bị nhân bản (cuối cùng)", "a clone (last of all)"),
        tells_of_clones,
    ),
)


def judge_server(server: JudgedServer, code: str) -> Iterator[Judged]:
    """Every step, also after one that failed. UnreachableError where nobody answers."""
    enrolling = Step("enrol", ("T1",), "Đăng ký", "enrolling")
    try:
        device = enrolled(server, code)
    except BrokenRuleError as error:
        yield Judged(enrolling, "broken", (error.finding,))
        return
    yield Judged(enrolling, "pass")
    for step, attempt in SERVER:
        try:
            attempt(device)
        except BrokenRuleError as error:
            yield Judged(step, "broken", (error.finding,))
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            # An answer of another shape than the OpenAPI has it.
            text = f"{type(error).__name__}: {error}"
            yield Judged(step, "broken", (breaks("T7", *SHAPE, text).finding,))
        else:
            yield Judged(step, "pass")


SHAPE = (
    "Câu trả lời không có hình dạng của OpenAPI.",
    "An answer has not the shape that the OpenAPI gives it.",
)
