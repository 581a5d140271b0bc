"""What every client has to get right: nothing is lost, doubled or believed that should not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from cli.conformance.findings import BrokenRuleError, Step, breaks
from cli.conformance.play import Play, Silence
from cli.conformance.stage import Exchange, problem

Try = Callable[[Play], None]
EXTRA = {"x_later": {"version": 2}, "x_note": "names a reader does not know"}


def first_of(exchange: Exchange) -> int:
    """The number of the first event in its batch."""
    batch = exchange.batch
    assert batch is not None
    return int(batch["first"])


def last_of(exchange: Exchange) -> int:
    batch = exchange.batch
    assert batch is not None
    return int(batch["first"]) + len(batch["events"]) - 1


def pushes_again(play: Play, first: int, dropped: Silence, gone: Silence | None = None) -> Exchange:
    """The next push, which must begin at `first` again: else what came before it is lost."""
    again = play.push(gone or dropped)
    if first_of(again) > first:
        raise breaks(*dropped, f"{first}–{first_of(again) - 1}")
    return again


def pushes(play: Play) -> None:
    """The first events, and the token before them: refused once, as to one whose clock is wrong."""
    play.write(2)
    try:
        exchange = play.push(
            (
                "T2",
                "Không có gói nào đến. Mã truy cập bị từ chối lần đầu với một `nonce` để ký;"
                " ký lại một lần nữa.",
                "No batch came. The token was refused once with a `nonce` to sign; sign once more.",
            )
        )
    finally:
        play.stage.wants_nonce = False
    play.answer(exchange)
    play.settle()


def request_lost(play: Play) -> None:
    play.write(1)
    exchange = play.push()
    play.refuse(exchange, problem(500, "server.failed"))
    play.answer(
        pushes_again(
            play,
            first_of(exchange),
            (
                "T2",
                "Sau một lỗi 500, sự kiện chưa được nhận không được gửi lại: mất dữ liệu.",
                "After a 500 an event that nobody took was not sent again: it is lost.",
            ),
        )
    )
    play.settle()


def answer_lost(play: Play) -> None:
    play.write(1)
    exchange = play.push()
    play.lose(exchange)
    play.answer(
        pushes_again(
            play,
            first_of(exchange),
            (
                "P2",
                "Câu trả lời bị mất: chưa có biên nhận nào tới, nên phải gửi lại.",
                "The answer was lost: no receipt arrived, so it has to be sent again.",
            ),
        )
    )
    play.settle()


def false_receipt(play: Play) -> None:
    play.write(1)
    exchange = play.push()
    stranger = ec.generate_private_key(ec.SECP256R1())
    last, head = last_of(exchange), play.memory.hash_at(last_of(exchange))

    def forge(value: dict[str, Any]) -> None:
        play.receipt(value, last, head, stranger)

    play.answer(exchange, forge, believed=False)
    play.answer(
        pushes_again(
            play,
            first_of(exchange),
            (
                "P1",
                "Tin một biên nhận do khóa khác ký; chỉ khóa đã ghim khi đăng ký mới được tin.",
                "Believes a receipt of another key; only the one pinned at enrolment counts.",
            ),
        )
    )
    play.settle()


def other_head(play: Play) -> None:
    play.write(1)
    exchange = play.push()

    def twist(value: dict[str, Any]) -> None:
        head = bytes(byte ^ 1 for byte in play.memory.hash_at(last_of(exchange)))
        play.receipt(value, last_of(exchange), head)

    play.answer(exchange, twist, believed=False)
    play.answer(
        pushes_again(
            play,
            first_of(exchange),
            (
                "P3",
                "Tin một biên nhận mà `head` không phải mã băm của chính mình tại số ấy.",
                "Believes a receipt whose `head` is not its own hash at that number.",
            ),
        )
    )
    play.settle()


def refused_events(play: Play) -> None:
    """One held, one rejected, one accepted: none of them comes again, and the next ones do."""
    exchange = play.gather(3)

    def refuse(value: dict[str, Any]) -> None:
        held, rejected = value["results"][:2]
        held |= {"state": "held", "code": "event.kind", "field": "kind"}
        rejected |= {"state": "rejected", "code": "event.field", "field": "plate"}

    play.answer(exchange, refuse)
    last = last_of(exchange)
    stuck: Silence = (
        "A4",
        "Một sự kiện bị từ chối giữ chỗ của nó và không chặn những sự kiện sau nó.",
        "A refused event keeps its number and never blocks those behind it.",
    )
    try:
        play.write(1)
        after = play.push(stuck)
    except BrokenRuleError as error:
        if error.finding.rule == "P2":
            raise breaks(*stuck, error.finding.at) from None
        raise
    if first_of(after) <= last:
        raise breaks(*stuck, f"{first_of(after)}")
    play.answer(after)
    play.settle()


def expired_token(play: Play) -> None:
    play.write(1)
    exchange = play.push()
    tokens = play.stage.tokens
    play.refuse(exchange, problem(401, "auth.expired"))
    again = pushes_again(
        play,
        first_of(exchange),
        (
            "T2",
            "401 nghĩa là cần mã truy cập mới; sự kiện vẫn phải được gửi.",
            "401 asks for a new token; the events still have to be sent.",
        ),
    )
    play.answer(again)
    if play.stage.tokens == tokens:
        raise breaks(
            "T2",
            "401 nghĩa là cần mã truy cập mới; máy đã gửi lại với mã cũ.",
            "401 asks for a new token; it came again with the old one.",
        )
    play.settle()


def unknown_names(play: Play) -> None:
    play.write(1)
    exchange = play.push()

    def add(value: dict[str, Any]) -> None:
        value |= EXTRA
        value["receipt"] |= {"x_note": 1}
        for one in (*value["results"], *value["runs"]):
            one |= EXTRA

    play.answer(exchange, add)
    stopped: Silence = (
        "T7",
        "Tên lạ trong câu trả lời phải được bỏ qua: v1 chỉ thêm, không đổi.",
        "Names that a reader does not know are passed over: v1 only adds.",
    )
    try:
        play.write(1)
        after = play.push(stopped)
    except BrokenRuleError as error:
        if error.finding.rule == "P2":
            raise breaks(*stopped) from None
        raise
    play.answer(after)
    play.settle()


def follows_the_feed(play: Play) -> None:
    """A neighbour's events come as a page; the next request carries its cursor."""
    play.settle()
    play.neighbour.writes(3)
    value = play.answer(play.pull())
    after = play.pull()
    if after.body.get("cursor") != value["cursor"]:
        raise breaks(
            "F4",
            "Con trỏ đi cùng trang đã lưu: yêu cầu sau phải mang con trỏ của trang vừa nhận.",
            "The cursor moves with the page that is stored: the next request carries its cursor.",
            str(after.body.get("cursor")),
        )
    play.answer(after)
    play.settle()


def reset(play: Play) -> None:
    """What was pulled is dropped, what is unsent is not."""
    play.write(1)
    exchange = play.push()
    body = exchange.body
    server, epoch, feeds, _ = (play.cursor or "x.1.x.0").split(".")
    elsewhere = f"{server}.{int(epoch) + 7}.{feeds}.0"
    value = play.answer(
        exchange, instead=body | {"batch": None, "cursor": elsewhere, "held_after": 0}
    )
    assert value["reset"] is True
    play.answer(
        pushes_again(
            play,
            first_of(exchange),
            (
                "F3",
                "`reset` chỉ bỏ những gì đã nhận về; sự kiện chưa gửi phải còn nguyên.",
                "`reset` drops what was pulled; what is unsent stays.",
            ),
        )
    )
    play.settle()


def enrols(play: Play) -> None:
    # Some sign in at once, some with their first batch.
    play.stage.wants_nonce = True
    play.enrol()


CORE: tuple[tuple[Step, Try], ...] = (
    (Step("enrol", ("E3",), "Đăng ký bằng mã một lần", "enrols with a one-time code"), enrols),
    (
        Step(
            "push",
            ("E1", "E2", "E3", "E4", "E7", "E8", "C1", "C2", "H1", "H3", "B1", "B3", "B4", "T6"),
            "Gửi hai lượt; mã truy cập bị từ chối một lần kèm nonce",
            "pushes two crossings; the token is refused once, with a nonce",
        ),
        pushes,
    ),
    (Step("500", ("T2", "E1"), "Máy chủ lỗi 500", "the server fails with 500"), request_lost),
    (Step("lost", ("P2", "E1"), "Câu trả lời bị mất", "an answer is lost"), answer_lost),
    (Step("forged", ("P1",), "Biên nhận giả", "a forged receipt"), false_receipt),
    (Step("head", ("P3",), "Biên nhận của chuỗi khác", "a receipt of another chain"), other_head),
    (
        Step(
            "refused",
            ("A2", "A4", "A6"),
            "Một lượt bị giữ, một bị từ chối",
            "one held, one rejected",
        ),
        refused_events,
    ),
    (Step("401", ("T2",), "Mã truy cập hết hạn", "the token expires"), expired_token),
    (
        Step("names", ("T7",), "Tên lạ trong câu trả lời", "unknown names in an answer"),
        unknown_names,
    ),
    (Step("feed", ("F2", "F4"), "Nhận lượt của máy khác", "others' events come"), follows_the_feed),
    (Step("reset", ("F3",), "Máy chủ yêu cầu đọc lại", "the server says reset"), reset),
)
"""In this order; each begins with everything answered."""
