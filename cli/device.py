"""`chot device`: enrol, list and revoke tablets."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
import qrcode

from cli.data import DATA, VIETNAM, now_ms, opened, opened_home, told
from cli.shown import JSON, tell_rows
from server.config import load_config
from server.enrolment import CODE_RANDOM_BYTES, code_hash, enrolment_link, new_code
from server.keys import KeyRing
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.registered import Checkpoint, Device, Enrolment
from server.wipes import order_wipe, wipes_ordered

MAX_URL = 200
HEADINGS = {
    "id": "mã máy",
    "where": "chốt",
    "lane_or_kind": "làn",
    "state": "trạng thái",
    "held_back": "chưa gửi",
    "heard": "liên lạc",
    "name": "tên máy",
}


@click.group()
def device() -> None:
    """Máy bảng / tablets."""


@device.command("enrol")
@DATA
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    required=True,
    help="Mã chốt, ví dụ hd-ql6; máy trung chuyển có thể có nhiều chốt.",
)
@click.option("--relay", is_flag=True, help="Một máy chủ trung chuyển, không phải máy bảng.")
@click.option("--lane", default="", help="Làn; mặc định là làn đầu của chốt.")
@click.option("--name", default="", help="Tên máy, để người trực nhận ra.")
@click.option("--url", default="", help="Địa chỉ máy chủ mà máy bảng thấy.")
@click.option("--valid-minutes", type=click.IntRange(1, 7 * 24 * 60), default=30, show_default=True)
@click.option("--qr/--no-qr", default=True, help="Vẽ mã QR trong cửa sổ lệnh.")
@told
def enrol(
    data: Path,
    checkpoints: tuple[str, ...],
    relay: bool,
    lane: str,
    name: str,
    url: str,
    valid_minutes: int,
    qr: bool,
) -> None:
    """Cấp liên kết đăng ký dùng một lần / a one-time enrolment link and QR.

    Ví dụ: chot device enrol --checkpoint hd-ql6 --lane o-to

    Với --relay: mã cho một máy chủ trung chuyển / a code for a relay.
    """
    if url and (len(url) > MAX_URL or not url.startswith(("http://", "https://"))):
        raise click.UsageError("--url cần dạng https://máy-chủ:cổng / is no address.")
    base = url or load_config(data).public_url or "http://127.0.0.1:8000"
    with opened(data) as store:
        places = [_place(store, one) for one in checkpoints]
        if relay:
            _enrol_relay(store, places, name, base, valid_minutes)
            return
        if len(places) > 1:
            raise click.ClickException("Một máy bảng chỉ thuộc một chốt (nhiều chốt: --relay).")
        place = places[0]
        checkpoint = place.id
        lane = lane or next(iter(place.lanes), "")
        if place.lanes and lane not in place.lanes:
            raise click.ClickException(f"Chốt này có các làn: {', '.join(place.lanes)}")
        now = now_ms()
        code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
        expires_ms = now + valid_minutes * 60_000
        store.add_enrolment(code_hash(code), Enrolment(checkpoint, lane, name), expires_ms)
        store.audit(AuditEntry(now, "cli", "device.enrolment", checkpoint, details={"lane": lane}))
    link = enrolment_link(base, code)
    click.echo(f"{place.name} · làn {lane} · dùng một lần, hết hạn sau {valid_minutes} phút")
    click.echo(link)
    if qr:
        click.echo(terminal_qr(link))


def _place(store: Store, checkpoint: str) -> Checkpoint:
    place = next((one for one in store.checkpoints() if one.id == checkpoint), None)
    if place is None:
        known = ", ".join(one.id for one in store.checkpoints()) or "(chưa có chốt nào)"
        raise click.ClickException(f"Không có chốt '{checkpoint}'. Đang có: {known}")
    return place


def _enrol_relay(
    store: Store, places: list[Checkpoint], name: str, base: str, valid_minutes: int
) -> None:
    """A code of a relay, and the command that uses it up."""
    now = now_ms()
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    names = tuple(sorted({one.id for one in places}))
    store.add_enrolment(
        code_hash(code),
        Enrolment(names[0], "", name, "relay", names),
        now + valid_minutes * 60_000,
    )
    store.audit(AuditEntry(now, "cli", "relay.enrolment", ",".join(names)))
    click.echo(f"Máy trung chuyển · {', '.join(names)} · hết hạn sau {valid_minutes} phút")
    click.echo(f"chot serve --upstream {base} --upstream-code {code}")


@device.command("list")
@DATA
@JSON
@told
def list_devices(data: Path, is_json: bool) -> None:
    """Liệt kê máy bảng và máy trung chuyển / list tablets and relays.

    Ví dụ: chot device list
    """
    rows = []
    with opened(data) as store:
        keys, now = KeyRing.load_or_create(data), now_ms()
        for one in store.devices():
            if one.kind == "server":
                continue
            state = "đã thu hồi" if one.revoked_ms else "bị nhân bản" if one.forked_ms else "tốt"
            if one.id in wipes_ordered(store, keys, one.checkpoint or "", now):
                state = "chờ xóa"
            unsent = "?" if one.unsent is None else str(one.unsent)
            said = {
                "where": _where(one),
                "lane_or_kind": one.lane or one.kind,
                "state": state,
                "held_back": unsent,
                "heard": _when(one.last_contact_ms),
            }
            plain = asdict(one)
            del plain["no"], plain["jwk"]
            rows.append({**plain, "state": state} if is_json else {**plain, **said})
    tell_rows(HEADINGS, rows, is_json)


@device.command("wipe")
@DATA
@click.argument("device_id")
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@told
def wipe(data: Path, device_id: str, yes: bool) -> None:
    """Ra lệnh xóa một máy bảng từ xa / order a tablet to wipe itself at its next contact.

    Máy đóng ca ngay, gửi nốt những lượt chưa gửi (đã niêm phong), rồi xóa khóa và dữ liệu.

    Ví dụ: chot device wipe 019a…
    """
    with opened_home(data) as store:
        found = store.device(device_id)
        if found is None or found.kind != "tablet":
            raise click.ClickException(f"Không có máy bảng '{device_id}'.")
        if not yes:
            click.confirm(
                f"{_named(found)} sẽ xóa mọi dữ liệu sau khi gửi hết lượt chưa gửi, và phải"
                " đăng ký lại. Xóa?",
                abort=True,
            )
        order_wipe(store, KeyRing.load_or_create(data), found, now_ms())
        store.audit(AuditEntry(now_ms(), "cli", "device.wipe", device_id))
    click.echo("Đã ra lệnh. Máy xóa ở lần liên lạc tới, rồi trong danh sách là đã thu hồi.")


@device.command("revoke")
@DATA
@click.argument("device_id")
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@told
def revoke(data: Path, device_id: str, yes: bool) -> None:
    """Thu hồi một máy / revoke a tablet or relay; a tablet's events then wait for a person.

    Ví dụ: chot device revoke 019a…
    """
    with opened(data) as store:
        found = store.device(device_id)
        if found is None:
            raise click.ClickException(f"Không có máy '{device_id}'.")
        if not yes:
            click.confirm(
                f"{_named(found)} sẽ không nhận dữ liệu nữa; việc nó gửi sẽ chờ xét. Thu hồi?",
                abort=True,
            )
        store.revoke_device(device_id, now_ms())
        store.audit(AuditEntry(now_ms(), "cli", "device.revoke", device_id))
    click.echo("Đã thu hồi.")


def terminal_qr(text: str) -> str:
    """A QR code in half-block characters, dark on light whatever the terminal's colours are."""
    code = qrcode.QRCode(border=2, error_correction=qrcode.ERROR_CORRECT_L)
    code.add_data(text)
    rows = code.get_matrix()
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    blocks = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
    lines = (
        "".join(blocks[upper, lower] for upper, lower in zip(top, bottom, strict=True))
        for top, bottom in zip(rows[::2], rows[1::2], strict=True)
    )
    return "\n".join(f"\x1b[97;40m{line}\x1b[0m" for line in lines)


def _named(one: Device) -> str:
    """A device as whoever is about to lose it knows it, with what it still holds."""
    unsent = "chưa rõ số" if one.unsent is None else str(one.unsent)
    where = f"{_where(one)} {one.lane or ''}".strip()
    return f"Máy '{one.name}' ({where}, chưa gửi: {unsent})"


def _where(one: Device) -> str:
    return one.checkpoint or ",".join(one.checkpoints)


def _when(at_ms: int | None) -> str:
    if at_ms is None:
        return "chưa có"
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%d/%m %H:%M")
