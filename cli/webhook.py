"""`chot webhook`: which neighbouring systems are told of turn-backs, arrivals and alerts."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from cli.data import DATA, VIETNAM, Moment, now_ms, opened_home, told
from cli.shown import JSON, tell_json, tell_rows
from schemas.feeds import ALERTS
from server.config import LOOPBACK
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.webhooks.delivery import ring
from server.webhooks.hooks import Hook, Hooks
from server.webhooks.messages import ping
from server.webhooks.signing import SECRET_BYTES, secret_text
from sync.cursor import parse_feed
from sync.errors import SyncError

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
CURSOR = re.compile(r"([0-9]{1,15})\.([0-9]{1,15})", re.ASCII)
MAX_URL = 500
HOUR_MS = 3_600_000
MAX_OVERLAP_HOURS = 30 * 24
HEADINGS = {"name": "tên", "url": "nơi nhận", "feeds": "luồng", "standing": "tình trạng"}


@click.group()
def webhook() -> None:
    """Báo cho hệ thống bên cạnh: quay đầu, người đến, cảnh báo / tell neighbouring systems.

    Mỗi tin được ký (Standard Webhooks), gửi lại đến khi bên kia nhận, đúng thứ tự. Tin không có
    tên, số giấy tờ hay số điện thoại của ai.
    """


@webhook.command("add")
@DATA
@click.argument("name")
@click.argument("url")
@click.option("--feed", "feeds", multiple=True, required=True,
              help="turn_backs:QUẬN, arrivals:2021-XÃ hoặc alerts:home; lặp lại được.")  # fmt: skip
@click.option("--since", "since_ms", type=Moment(), default=None,
              help="Kể cả những gì đã nhận từ lúc này; mặc định chỉ những gì mới.")  # fmt: skip
@told
def add(data: Path, name: str, url: str, feeds: tuple[str, ...], since_ms: int | None) -> None:
    """Thêm một nơi nhận; khóa ký chỉ hiện một lần / add a receiver; the secret is shown once.

    Ví dụ: chot webhook add quan-ben https://ben.example/chot --feed turn_backs:268
    """
    if NAME.fullmatch(name) is None:
        raise click.ClickException(f"Tên '{name}': chỉ chữ thường, số, gạch nối; tối đa 32 ký tự.")
    _check_url(url)
    with opened_home(data) as store:
        _check_feeds(feeds, store)
        cursor = _newest(store) if since_ms is None else store.number_at(since_ms)
        secret = secret_text(secrets.token_bytes(SECRET_BYTES))
        chosen = tuple(dict.fromkeys(feeds))
        if not Hooks(data).add(name, url, chosen, secret, store.epoch, cursor):
            raise click.ClickException(f"Đã có '{name}'. Bỏ nó trước: chot webhook remove {name}")
        _audit(store, "add", name, {"url": _origin(url), "feeds": list(chosen), "cursor": cursor})
    click.echo(f"Đã thêm {name}, từ {store.epoch}.{cursor}. Khóa ký, chỉ hiện lần này / secret:")
    click.echo(secret)
    click.echo(f"Thử / try: chot webhook test {name}", err=True)


@webhook.command("list")
@DATA
@JSON
@told
def list_(data: Path, is_json: bool) -> None:
    """Các nơi nhận và còn thiếu bao nhiêu / receivers, and how far each is behind.

    Ví dụ: chot webhook list
    """
    with opened_home(data) as store:
        newest = _newest(store)
        hooks = Hooks(data).all()
    if is_json:
        tell_json([_plain(one, newest) for one in hooks])
        return
    tell_rows(HEADINGS, [{**_plain(one, newest), "standing": _standing(one)} for one in hooks])


@webhook.command("test")
@DATA
@click.argument("name")
@told
def test(data: Path, name: str) -> None:
    """Gửi một tin thử có chữ ký và in câu trả lời / send a signed ping.

    Ví dụ: chot webhook test quan-ben
    """
    with opened_home(data):
        hook = _named(data, name)
    at_ms = now_ms()
    answer = ring(hook, ping(at_ms), at_ms)
    click.echo(f"{name}: {answer.said}")
    if not answer.is_taken:
        raise click.ClickException(
            f"{name} không nhận ({answer.said}); cần một câu trả lời 2xx. / Not taken."
        )


@webhook.command("remove")
@DATA
@click.argument("name")
@told
def remove(data: Path, name: str) -> None:
    """Bỏ một nơi nhận / remove a receiver.

    Ví dụ: chot webhook remove quan-ben
    """
    with opened_home(data) as store:
        _named(data, name)
        Hooks(data).remove(name)
        _audit(store, "remove", name, {})
    click.echo(f"Đã bỏ {name}.")


@webhook.command("rotate")
@DATA
@click.argument("name")
@click.option("--overlap", "overlap_hours", type=click.IntRange(0, MAX_OVERLAP_HOURS), default=24,
              show_default=True, metavar="GIỜ",
              help="Khóa cũ còn ký kèm mấy giờ; 0 khi khóa đã lộ / hours.")  # fmt: skip
@told
def rotate(data: Path, name: str, overlap_hours: int) -> None:
    """Đổi khóa ký, không mất tin nào / a new secret; both sign for a while.

    Trong thời gian chồng mỗi tin có hai chữ ký: bên kia đổi khóa lúc nào cũng được. Khóa mới chỉ
    hiện một lần.

    Ví dụ: chot webhook rotate quan-ben --overlap 48
    """
    with opened_home(data) as store:
        hook, at_ms = _named(data, name), now_ms()
        secret = secret_text(secrets.token_bytes(SECRET_BYTES))
        if not Hooks(data).rotate(name, secret, at_ms, overlap_hours * HOUR_MS):
            raise click.ClickException(
                f"Khóa trước của '{name}' còn ký đến {_told_time(hook.old_until_ms)}: đợi đến đó,"
                " hoặc --overlap 0 để bỏ mọi khóa cũ ngay. / An older secret still signs."
            )
        _audit(store, "rotate", name, {"overlap_hours": overlap_hours})
    click.echo(f"Khóa ký mới của {name}, chỉ hiện lần này / secret:")
    click.echo(secret)
    if overlap_hours:
        until = _told_time(at_ms + overlap_hours * HOUR_MS)
        click.echo(f"Khóa cũ còn ký kèm đến {until}: đổi ở bên nhận trước lúc đó.", err=True)
    else:
        click.echo("Khóa cũ hết giá trị từ bây giờ: đổi ngay ở bên nhận.", err=True)


@webhook.command("replay")
@DATA
@click.argument("name")
@click.option("--from", "cursor", default="", help="`cursor` của tin cuối đã xử lý, ví dụ 3.1200.")
@click.option("--since", "since_ms", type=Moment(), default=None, help="Hoặc từ lúc này.")
@told
def replay(data: Path, name: str, cursor: str, since_ms: int | None) -> None:
    """Gửi lại từ một chỗ, với cùng webhook-id / say again from a cursor, by the same ids.

    Ví dụ: chot webhook replay quan-ben --from 3.1200
    """
    if (cursor == "") == (since_ms is None):
        raise click.ClickException("Cần một trong --from và --since.")
    with opened_home(data) as store:
        hook = _named(data, name)
        newest = _newest(store)
        if since_ms is not None:
            number = store.number_at(since_ms)
        else:
            found = CURSOR.fullmatch(cursor)
            if found is None:
                raise click.ClickException(f"'{cursor}' không phải cursor như 3.1200.")
            number = int(found[2])
        if number > newest:
            raise click.ClickException(f"Nhật ký mới đến số {newest}; không có {number}.")
        Hooks(data).set_back(name, store.epoch, number)
        _audit(store, "replay", name, {"from": number, "was": hook.cursor})
    click.echo(f"{name}: gửi lại từ sau số {number}. / Again from after {number}.")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        named = parts.port is None or parts.port > 0
    except ValueError:
        named = False
        parts = urlsplit("")
    loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    good = (
        named
        and len(url) <= MAX_URL
        and url.isascii()
        and url.isprintable()
        and " " not in url
        and (parts.scheme == "https" or loopback)
        and bool(parts.hostname)
        and parts.username is None
        and not parts.fragment
    )
    if not good:
        raise click.ClickException(
            f"'{url}' phải là https (http chỉ với chính máy này), không có tên đăng nhập. /"
            " Needs https."
        )


def _check_feeds(feeds: tuple[str, ...], store: Store) -> None:
    places = store.checkpoints()
    districts = sorted({one.district for one in places if one.district})
    for text in feeds:
        if text == ALERTS:
            continue
        try:
            feed = parse_feed(text)
        except SyncError:
            feed = None
        if feed is None or feed.kind == "checkpoint":
            raise click.ClickException(
                f"'{text}' không phải luồng: turn_backs:QUẬN, arrivals:2021-XÃ hoặc {ALERTS}."
            )
        if feed.kind == "turn_backs" and feed.id not in districts:
            raise click.ClickException(
                f"Không có chốt nào ở '{feed.id}'. Có: {', '.join(districts)}"
            )
        if feed.kind == "arrivals" and re.fullmatch(r"20(21|25)-[0-9]{5}", feed.id) is None:
            raise click.ClickException(f"'{feed.id}' không phải xã như 2021-22675.")


def _named(data: Path, name: str) -> Hook:
    hooks = Hooks(data).all()
    for one in hooks:
        if one.id == name:
            return one
    known = ", ".join(one.id for one in hooks) or "–"
    raise click.ClickException(f"Không có '{name}'. Có: {known}")


def _newest(store: Store) -> int:
    _, newest = store.projected()
    return newest


def _origin(url: str) -> str:
    """Without path and query: receivers hide keys there."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _told_time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%H:%M %d/%m/%Y")


def _standing(hook: Hook) -> str:
    at = f"đã gửi đến {hook.epoch}.{hook.cursor}"
    if len(hook.secrets(now_ms())) > 1:
        at += f" · khóa cũ còn ký đến {_told_time(hook.old_until_ms)}"
    if hook.ended:
        return f"{at} · bên nhận đã thôi (410); gửi lại bằng: chot webhook replay {hook.id}"
    if hook.failures:
        then = datetime.fromtimestamp(hook.next_ms / 1000, VIETNAM).strftime("%H:%M:%S")
        return f"{at} · hỏng {hook.failures} lần ({hook.said}), thử lại lúc {then}"
    return at


def _plain(hook: Hook, newest: int) -> dict[str, object]:
    return {
        "name": hook.id,
        "url": _origin(hook.url),
        "feeds": list(hook.feeds),
        "cursor": f"{hook.epoch}.{hook.cursor}",
        "newest": newest,
        "ended": hook.ended,
        "failures": hook.failures,
        "said": hook.said,
        "said_ms": hook.said_ms,
        "next_ms": hook.next_ms,
        "old_secret_until_ms": hook.old_until_ms or None,
    }


def _audit(store: Store, act: str, name: str, details: dict[str, object]) -> None:
    store.audit(AuditEntry(now_ms(), "cli", f"webhook.{act}", name, details=details))
