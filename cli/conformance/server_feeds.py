"""What a server gives back: texts as they were written, a chain, a digest, signed packs."""

from __future__ import annotations

from collections.abc import Callable

from cli.conformance.findings import Step, breaks
from cli.conformance.judged_server import Device, now_ms
from credentials.jws import public_key_of_jwk
from credentials.pack import PackError, verify_pack
from sync.answer import Answer, read_answer
from sync.digest import NOTHING, plus
from sync.errors import SyncError
from sync.runs import Given, check_links

MAX_PAGES = 200


def gives_back(device: Device) -> None:
    """Page by page until there is no more: own events among them, byte by byte."""
    held: dict[tuple[str, int], Given] = {}
    cursor, held_after = None, None
    for _ in range(MAX_PAGES):
        read = _page(device, cursor, held_after)
        for one in read.events:
            mine = device.chain.own.get(one.seq) if one.device == device.chain.device else None
            if mine is not None and one.body != mine.body:
                raise breaks("E1", "Văn bản trả về khác.", "A text comes back changed.", one.seq)
        try:
            check_links(read.events, held)
        except SyncError as error:
            raise breaks(
                "F6",
                "Một trang không nối với những gì đã cho.",
                "A page does not follow from what was given.",
                "" if error.at is None else error.at,
            ) from None
        held |= {(one.author, one.seq): one for one in read.events}
        cursor, held_after = read.cursor, read.held_after
        if not read.more:
            break
    else:
        raise breaks("F7", "`more` không bao giờ hết.", "`more` never ends.")
    if (device.chain.device, 1) not in held:
        raise breaks("F1", "Sự kiện đã nhận không có trong luồng.", "An event is in no feed.", 1)
    after = held_after or 0
    digest = plus(NOTHING, [one.hash for one in held.values() if one.n > after])
    if read.digest != digest:
        raise breaks(
            "F9",
            "`digest` không phải tổng các mã băm đã cho.",
            "`digest` is not the sum of the hashes given.",
        )
    again = _page(device, cursor, held_after)
    if again.events or again.more:
        raise breaks("F2", "Con trỏ cho lại những gì đã cho.", "The cursor gives again.")
    server, epoch, feeds, sequence = str(cursor).split(".")
    for elsewhere in (
        f"{server}.{int(epoch) + 1}.{feeds}.{sequence}",
        f"{server}.{epoch}.{feeds}.{int(sequence) + 10**9}",
    ):
        if not _page(device, elsewhere, held_after).reset:
            raise breaks(
                "F3",
                "Con trỏ của kỷ nguyên khác hay vượt nhật ký phải nhận `reset`.",
                "A cursor of another epoch or beyond the log is answered with `reset`.",
            )


def _page(device: Device, cursor: str | None, held_after: int | None) -> Answer:
    feeds = [f"checkpoint:{device.place['id']}"]
    status, data, _ = device.sync(None, feeds=feeds, cursor=cursor, held_after=held_after)
    if status != 200:
        raise breaks("F2", f"Không cho trang nào: {status}.", f"Gives no page: {status}.")
    try:
        return read_answer(data, public_key_of_jwk(device.made["receipt_key"]))
    except SyncError as error:
        raise breaks(
            error.rule,
            f"Trang không đọc được ({error.code}).",
            f"The page cannot be read ({error.code}).",
            "" if error.at is None else error.at,
        ) from None


def signs_packs(device: Device) -> None:
    status, answer, _ = device.sync(None)
    if status != 200:
        raise breaks("K1", f"Không trả lời: {status}.", f"No answer: {status}.")
    scopes = ("all", f"checkpoint:{device.place['id']}")
    for name, version in answer["packs"].items():
        status, pack, headers = device.server.ask("GET", f"/packs/{name}", token=device.token)
        if status != 200:
            raise breaks("K1", f"Gói được báo mà không có: {status}.", f"No pack: {status}.", name)
        try:
            said = verify_pack(pack["jws"], device.made["root_key"], now_ms())
        except PackError as error:
            raise breaks(
                "K1",
                f"Gói không do `root_key` đã ghim ký ({error.code}).",
                f"The pack is not signed by the pinned `root_key` ({error.code}).",
                name,
            ) from None
        if (said.name, said.version) != (name, version):
            raise breaks("K2", "Số bên trong khác số được báo.", "The number inside differs.", name)
        if said.scope not in scopes:
            raise breaks("K3", "Gói của phạm vi khác.", "A pack of another scope.", name)
        if not headers.get("ETag"):
            raise breaks("K6", "Gói không có ETag.", "The pack has no ETag.", name)


FEEDS: tuple[tuple[Step, Callable[[Device], None]], ...] = (
    (
        Step("feed", ("E1", "F1", "F2", "F3", "F6", "F7", "F9"), "Luồng dữ liệu", "the feeds"),
        gives_back,
    ),
    (Step("packs", ("K1", "K2", "K3"), "Gói dữ liệu", "packs"), signs_packs),
)
