"""`chot report unit`, `hand-up` and `receive`: reports from commune to district to province."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click

from cli.data import DATA, now_ms, opened, told
from credentials.jws import public_key_of_jwk
from server.config import load_config
from server.keys import KeyRing, public_jwk, thumbprint
from server.places.units import unit as place_of_code
from server.reporting.handed_up import HandedUpError, as_file, by_key, received
from server.reporting.words import moment
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.report_protocol import IssuedReport, ReportUnit

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TARGET = click.Path(dir_okay=False, path_type=Path)
MOST_KEY_BYTES = 4096
WHY_VI = {
    "format": "không phải báo cáo do chot report hand-up ghi / is no report that was handed up",
    "unknown_key": (
        "ký bằng khóa chưa khai báo; khai báo đơn vị: chot report unit add / signed by a key that "
        "no unit has here"
    ),
    "signature": "chữ ký không khớp: tệp đã bị sửa / the file was changed",
    "draft": "là dự thảo / is a draft",
    "periods": "theo khung giờ khác (report_hours) nên không cộng được / has other cut-offs",
}


@click.group()
def unit() -> None:
    """Các đơn vị trực thuộc phải gửi báo cáo / the units that owe this one their reports."""


@unit.command("key")
@DATA
@click.option("--output", type=TARGET, help="Tệp đích; không có thì in ra màn hình.")
@told
def key(data: Path, output: Path | None) -> None:
    """Khóa ký báo cáo của máy này, để gửi cấp trên / the key that signs this server's reports.

    Ví dụ: chot report unit key --output khoa-xa-ca-na.json
    """
    with opened(data):
        jwk = public_jwk(KeyRing.load_or_create(data).signing)
    text = json.dumps(jwk, indent=1)
    if output is None:
        click.echo(text)
    else:
        output.write_text(f"{text}\n", "utf-8")
    click.echo(f"Mã khóa {jwk['kid']}: đọc lại cho cấp trên qua điện thoại.", err=True)


@unit.command("add")
@DATA
@click.argument("identifier")
@click.option("--key", "key_file", type=FILE, required=True, help="Tệp của chot report unit key.")
@click.option("--name", help="Tên đơn vị; mặc định theo mã xã, huyện, tỉnh (2021).")
@click.option("--hotline", default="", help="Gọi ai khi chưa có báo cáo.")
@told
def add(data: Path, identifier: str, key_file: Path, name: str | None, hotline: str) -> None:
    """Thêm hoặc sửa một đơn vị trực thuộc / add or change a unit below this one.

    Ví dụ: chot report unit add 22910 --key khoa-xa-ca-na.json --hotline "0259 000 0058"
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", identifier):
        raise click.ClickException("Mã đơn vị chỉ gồm chữ thường không dấu, số và dấu gạch ngang.")
    known = place_of_code("2021", identifier)
    shown = name or (known.name if known else "")
    if not shown or len(shown) > 200 or len(hotline) > 40:
        raise click.ClickException("Cần --name (tối đa 200 ký tự); --hotline tối đa 40 ký tự.")
    jwk = _jwk(key_file)
    now = now_ms()
    with opened(data) as store:
        if thumbprint(jwk) == public_jwk(KeyRing.load_or_create(data).signing)["kid"]:
            raise click.ClickException("Đây là khóa của chính máy này, không phải của cấp dưới.")
        taken = by_key(store.report_units()).get(thumbprint(jwk))
        if taken is not None and taken.id != identifier:
            raise click.ClickException(f"Khóa này đã là của đơn vị {taken.id} ({taken.name}).")
        details = {"name": shown, "kid": thumbprint(jwk)}
        entry = AuditEntry(now, "cli", "report.unit", identifier, details=details)
        store.put_report_unit(ReportUnit(identifier, shown, hotline, jwk, now), entry)
    click.echo(f"Đã lưu {identifier}: {shown}. Mã khóa {thumbprint(jwk)}.")


@unit.command("list")
@DATA
@click.option("--json", "is_json", is_flag=True, help="Cho chương trình đọc.")
@told
def list_units(data: Path, is_json: bool) -> None:
    """Liệt kê các đơn vị trực thuộc / list the units below this one.

    Ví dụ: chot report unit list
    """
    with opened(data) as store:
        units = store.report_units()
    rows = [
        {"id": one.id, "name": one.name, "hotline": one.hotline, "kid": thumbprint(dict(one.jwk))}
        for one in units
    ]
    if is_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for row in rows:
            click.echo("\t".join(row.values()))


@unit.command("remove")
@DATA
@click.argument("identifier")
@told
def remove(data: Path, identifier: str) -> None:
    """Không đợi báo cáo của một đơn vị nữa / no longer expect a unit's reports.

    Báo cáo đã nhận vẫn được giữ. Ví dụ: chot report unit remove 22910
    """
    with opened(data) as store:
        entry = AuditEntry(now_ms(), "cli", "report.unit_removed", identifier)
        if not store.drop_report_unit(identifier, entry):
            raise click.ClickException(f"Không có đơn vị '{identifier}'.")
    click.echo(f"Đã bỏ {identifier}. Báo cáo đã nhận vẫn còn.")


@click.command("hand-up")
@DATA
@click.argument("number")
@click.option("--year", type=int, help="Năm, khi số có ở nhiều năm.")
@click.option("--output", type=TARGET, required=True, help="Tệp gửi lên cấp trên.")
@told
def hand_up(data: Path, number: str, year: int | None, output: Path) -> None:
    """Ghi bản đã ban hành thành tệp có chữ ký, gửi cấp trên / a signed file for the superior.

    Ví dụ: chot report hand-up 05 --output bao-cao-05.json
    """
    with opened(data) as store:
        issued = issued_report(store, number, year)
        entry = AuditEntry(now_ms(), "cli", "report.hand_up", number)
        store.audit(entry)
        jwk = public_jwk(KeyRing.load_or_create(data).signing)
    output.write_text(as_file(issued, jwk), "utf-8")
    click.echo(f"→ {output}  sha256 {issued.sha256.hex()}", err=True)


@click.command("receive")
@DATA
@click.argument("files", nargs=-1, required=True, type=FILE)
@told
def receive(data: Path, files: tuple[Path, ...]) -> None:
    """Nhận báo cáo của đơn vị trực thuộc, kiểm tra chữ ký / take in reports of units below.

    Nhận lại tệp cũ thì không có gì đổi; báo cáo lập sau thay báo cáo trước cùng giờ chốt. Một tệp
    sai thì không nhận tệp nào.

    Ví dụ: chot report receive bao-cao-ca-na.json bao-cao-phuoc-dinh.json
    """
    now = now_ms()
    config = load_config(data)
    with opened(data) as store:
        units = by_key(store.report_units())
        taken = []
        for file in files:
            try:
                kept = received(file.read_bytes(), units, config.report_hours, now)
            except HandedUpError as error:
                raise click.ClickException(f"{file}: {WHY_VI[str(error)]}") from None
            taken.append((file, kept))
        names = {one.id: one.name for one in units.values()}
        for file, kept in taken:
            details = {"number": kept.number, "at_ms": kept.at_ms, "sha256": kept.sha256.hex()}
            entry = AuditEntry(now, "cli", "report.received", kept.unit, details=details)
            is_new = store.keep_received(kept, entry)
            done = "đã nhận" if is_new else "đã có từ trước"
            said = f"{names[kept.unit]}, số {kept.number}, {moment(kept.at_ms)}"
            click.echo(f"{file}: {said}: {done}")


def issued_report(store: Store, number: str, year: int | None) -> IssuedReport:
    """The one issued report of this number; ClickException where there is none or several."""
    found = [
        one for one in store.issued_reports() if one.number == number and year in (None, one.year)
    ]
    if len(found) != 1:
        raise click.ClickException(
            f"Không có báo cáo số {number}." if not found else "Số này có ở nhiều năm: --year."
        )
    return found[0]


def _jwk(file: Path) -> dict[str, str]:
    try:
        if file.stat().st_size > MOST_KEY_BYTES:
            raise ValueError
        found = json.loads(file.read_text("utf-8"))
        public_key_of_jwk(found)
    except ValueError:
        raise click.ClickException(
            f"{file}: không phải tệp của chot report unit key / is no key of a server."
        ) from None
    return {name: str(found[name]) for name in ("kty", "crv", "x", "y")}
