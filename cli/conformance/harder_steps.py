"""What a client has to get right before it goes live: waiting, halving, checking, keeping."""

from __future__ import annotations

import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from cli.conformance.findings import BrokenRuleError, Step, UnseenError, breaks
from cli.conformance.play import Play, Silence
from cli.conformance.stage import Exchange, problem
from cli.conformance.steps import Try, first_of, last_of, pushes_again
from credentials.pack import PackPayload, sign_pack
from server.keys import public_jwk
from server.packs import said_by
from sync.cursor import parse_cursor
from sync.encoding import from_base64url, to_base64url

TOLERANCE_S = 0.2
TOLD = ((503, "server.busy", 3), (429, "request.rate", 2))
DOUBLING_S = (1.0, 2.0)
"""The shortest of the first two waits: half of two seconds, half of four."""
ENDED = (
    "Lệnh đồng bộ kết thúc khi gặp lỗi, nên không thấy nó tự chờ.",
    "The command ends at a failure, so whether it waits by itself is not seen.",
)


def waits_as_told(play: Play) -> None:
    play.write(1)
    exchange = play.push()
    for status, code, seconds in TOLD:
        starts = play.restarts
        told_s = time.monotonic()
        play.refuse(exchange, problem(status, code, [("Retry-After", str(seconds))]))
        exchange = play.push()
        _unless_ended(play, starts, exchange)
        if exchange.at_s - told_s < seconds - TOLERANCE_S:
            raise breaks(
                "T3",
                f"Máy chủ xin {seconds} giây (Retry-After); máy quay lại sau"
                f" {exchange.at_s - told_s:.1f} giây.",
                f"The server asked for {seconds} s (Retry-After); it came back after"
                f" {exchange.at_s - told_s:.1f} s.",
                status,
            )
    play.answer(exchange)
    play.settle()


def waits_longer(play: Play) -> None:
    play.write(1)
    exchange = play.push()
    for shortest_s in DOUBLING_S:
        starts = play.restarts
        told_s = time.monotonic()
        play.refuse(exchange, problem(500, "server.failed"))
        exchange = play.push()
        _unless_ended(play, starts, exchange)
        if exchange.at_s - told_s < shortest_s - TOLERANCE_S:
            raise breaks(
                "T3",
                "Chờ tăng gấp đôi từ 2 giây, một nửa ngẫu nhiên: lần này ít nhất"
                f" {shortest_s:g} giây, thấy {exchange.at_s - told_s:.1f}.",
                "Waits double from 2 s, half of each by chance: this one is at least"
                f" {shortest_s:g} s, found {exchange.at_s - told_s:.1f}.",
            )
    play.answer(exchange)
    play.settle()


def _unless_ended(play: Play, starts: int, exchange: Exchange) -> None:
    if play.restarts != starts:
        play.answer(exchange)
        play.settle()
        raise UnseenError(*ENDED)


def halves(play: Play) -> None:
    exchange = play.gather(4)
    first, count = first_of(exchange), last_of(exchange) - first_of(exchange) + 1
    play.refuse(exchange, problem(413, "request.too_large"))
    again = pushes_again(
        play,
        first,
        (
            "T2",
            "Sau 413, sự kiện không được gửi lại.",
            "After a 413 the events did not come again.",
        ),
    )
    sent = last_of(again) - first_of(again) + 1
    if sent > (count + 1) // 2:
        raise breaks(
            "B2",
            f"413: chia đôi. Gói {count} sự kiện bị từ chối, gói sau vẫn có {sent}.",
            f"413: halve. A batch of {count} was refused, the next one has {sent}.",
        )
    play.answer(again)
    play.settle()


def other_digest(play: Play) -> None:
    """What it holds is not what the server counts: it reads anew, once."""
    play.settle()
    play.neighbour.writes(1)

    def twist(value: dict[str, Any]) -> None:
        if value["digest"] is not None:
            digest = from_base64url(value["digest"])
            value["digest"] = to_base64url(bytes([digest[0] ^ 1]) + digest[1:])

    play.answer(_last_page(play), twist)
    again = play.pull()
    if again.body.get("cursor") is not None:
        raise breaks(
            "F9",
            "`digest` khác tổng các mã băm của những gì đang giữ: phải bỏ và đọc lại từ đầu"
            " (cursor null).",
            "`digest` differs from the sum of the hashes held: drop and read anew (cursor null).",
        )
    anew, anew_s = play.requests, again.at_s
    play.answer(again)
    play.settle()
    play.neighbour.writes(1)
    play.answer(_last_page(play), twist)
    again = play.pull()
    if again.body.get("cursor") is None:
        raise breaks(
            "F9",
            "Đọc lại nhiều nhất một lần mỗi mười phút: một digest sai không được thành vòng lặp.",
            "It reads anew at most once in ten minutes: no wrong digest makes a loop.",
            f"cursor null: #{anew}, #{play.requests} (+{again.at_s - anew_s:.1f} s)",
        )
    play.answer(again)
    play.settle()


def _last_page(play: Play) -> Exchange:
    """Its next request; where that is not about the window as last given, the one after."""
    exchange = play.pull()
    while exchange.body.get("cursor") != play.cursor:
        play.answer(exchange)
        exchange = play.pull()
    return exchange


def broken_page(play: Play) -> None:
    """A page that does not follow from what is held; the receipt with it counts."""
    play.settle()
    play.neighbour.writes(1)
    play.answer(_last_page(play))
    play.settle()
    play.neighbour.writes(2)
    play.write(1)
    device = play.neighbour.tablet.replica.device

    def unlink(value: dict[str, Any]) -> None:
        for run in value["runs"]:
            if run["device"] == device:
                run["previous"] = to_base64url(bytes(32))

    exchange = play.push()
    last = last_of(exchange)
    play.answer(exchange, unlink, page=False)
    stuck: Silence = (
        "F6",
        "Một trang hỏng không được chặn hàng chờ: biên nhận đi cùng nó vẫn có giá trị.",
        "A page that is wrong stops no outbox: the receipt that came with it counts.",
    )
    try:
        after = play.pull()
    except BrokenRuleError as error:
        if error.finding.rule == "F4":
            raise breaks(
                "F6",
                "Nhận một trang mà `previous` không nối với những gì đang giữ.",
                "Takes a page whose `previous` does not follow from what it holds.",
            ) from None
        raise breaks(*stuck) if error.finding.rule == "P2" else error from None
    if after.batch is not None and first_of(after) <= last:
        raise breaks(*stuck)
    play.answer(after)
    play.settle()


def restored(play: Play) -> None:
    """A server from a backup: its receipts reach less far, and it begins a new epoch."""
    play.write(2)
    play.settle()
    exchange = play.pull()
    reach = play.memory.drained - 2

    def back(value: dict[str, Any]) -> None:
        play.receipt(value, reach, play.memory.hash_at(reach))
        cursor = parse_cursor(value["cursor"])
        assert cursor is not None
        value["cursor"] = f"{cursor.server}.{cursor.epoch + 1}.{cursor.feeds}.{cursor.sequence}"
        value["reset"] = True

    if exchange.batch is not None:
        play.answer(exchange)
        exchange = play.pull()
    play.answer(exchange, back, instead=exchange.body | {"cursor": None, "held_after": None})
    again = pushes_again(
        play,
        reach + 1,
        (
            "P6",
            "Máy chủ phục hồi từ bản sao: biên nhận ngắn hơn trước, nên phải gửi lại phần sau nó."
            " Giữ sự kiện đến khi `safe_through` phủ.",
            "A server restored from a backup: its receipt reaches less far, so what lies behind it"
            " is offered again. Keep events until `safe_through` covers them.",
        ),
    )
    play.answer(again)
    play.settle()


def false_packs(play: Play) -> None:
    """A pack that a stranger signed, then one that is older than its announcement."""
    play.settle()
    context = play.stage.context
    published = context.store.pack("rules", f"checkpoint:{play.memory.checkpoint}")
    assert published is not None
    stranger = ec.generate_private_key(ec.SECP256R1())
    held = published.version

    def payload(version: int) -> PackPayload:
        issued = "2021-10-12T00:00:00Z"
        return PackPayload("rules", version, published.scope, issued, None, said_by(published))

    tries = (
        (
            held + 5,
            sign_pack(payload(held + 5), stranger, public_jwk(context.keys.packs)["kid"]),
            "K1",
            "Nhận một gói dữ liệu do khóa lạ ký; chỉ `root_key` đã ghim mới ký được gói.",
            "Takes a pack that a stranger signed; only the pinned `root_key` signs packs.",
            held + 5,
        ),
        (
            held + 6,
            sign_pack(payload(held), context.keys.packs, public_jwk(context.keys.packs)["kid"]),
            "K2",
            "Tin số phiên bản được báo; số bên trong gói mới tính.",
            "Believes the announced version; the number inside the pack counts.",
            held + 6,
        ),
    )
    try:
        for announced, jws, rule, vi, en, wrong in tries:
            _try_pack(play, announced, jws)
            play.write(1)
            exchange = play.push()
            last = play.memory.own[last_of(exchange)]
            if f'"rules":{wrong}' in last.body.replace(" ", ""):
                raise breaks(rule, vi, en, "packs.rules")
            play.answer(exchange)
            play.settle()
    finally:
        play.stage.packs.clear()


def _try_pack(play: Play, version: int, jws: str) -> None:
    play.stage.packs["rules"] = (version, jws)
    asked = len(play.stage.asked_packs)

    def announce(value: dict[str, Any]) -> None:
        value["packs"] = value["packs"] | {"rules": version}

    play.answer(play.pull(), announce)
    play.settle()
    if len(play.stage.asked_packs) == asked:
        raise UnseenError(
            "Máy không tải gói dữ liệu (GET /api/v1/packs/…).",
            "It fetches no packs (GET /api/v1/packs/…).",
        )


HARDER: tuple[tuple[Step, Try], ...] = (
    (
        Step("wait", ("T3",), "Chờ như Retry-After yêu cầu", "waits as Retry-After asks"),
        waits_as_told,
    ),
    (Step("double", ("T3",), "Chờ tăng gấp đôi", "waits double"), waits_longer),
    (Step("413", ("B2", "T2"), "Gói quá lớn: chia đôi", "too large: halve"), halves),
    (Step("digest", ("F9",), "Digest khác", "another digest"), other_digest),
    (Step("chain", ("F6", "F4"), "Trang không nối", "a page that does not follow"), broken_page),
    (Step("restored", ("P6", "F5", "P2"), "Máy chủ phục hồi", "a restored server"), restored),
    (
        Step("packs", ("K1", "K2"), "Gói dữ liệu giả", "packs that are not to be believed"),
        false_packs,
    ),
)
