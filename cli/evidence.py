"""`chot evidence`: a signed case file of one crossing for a court, and the check of such a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from cli.data import DATA, VIETNAM, no_data, now_ms, told, viewed
from cli.shown import JSON, tell_json
from server.evidence.archive import Reason, files_of, write_folder, write_zip
from server.evidence.check import Checked, EvidenceError, check, read_files
from server.evidence.gather import gather
from server.keys import KeyRing, public_jwk
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.sqlite import SqliteStore
from server.store.view_protocol import Criteria
from sync.complaint import complaint_number
from sync.encoding import is_uuid7

WRONG = {
    "format": "không phải hồ sơ của chot / is no case file",
    "manifest.signature": "chữ ký của máy chủ không đúng / the server's signature is wrong",
    "file.digest": "tệp đã bị sửa / was changed",
    "file.missing": "thiếu tệp / is missing",
    "file.extra": "tệp này không thuộc hồ sơ / does not belong to it",
    "batch": "chữ ký của máy bảng không đúng / the tablet's signature is wrong",
    "envelope": "biên nhận không đúng / an envelope is wrong",
    "event.text": "nguyên văn khác với bản đã ký / differs from what was signed",
    "event.person": "phần cá nhân khác với bản đã cam kết / is not what was committed to",
    "event.unproven": "không lô nào có ghi chép này / no batch holds this event",
}


@click.group()
def evidence() -> None:
    """Hồ sơ một lượt qua chốt, có chữ ký / a signed case file of one crossing."""


@evidence.command("make")
@click.argument("record")
@DATA
@click.option("--purpose", required=True, help="Mục đích, ví dụ 'điều tra'. Được ghi nhật ký.")
@click.option("--case", "case", required=True, help="Số văn bản hoặc vụ việc. Được ghi nhật ký.")
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="Tệp .zip, hoặc thư mục mới / a .zip file or a new folder.",
)
@told
def make(record: str, data: Path, purpose: str, case: str, output: Path) -> None:
    """Lập hồ sơ: mọi ghi chép, người, hàng, đối soát, cảnh báo, ai đã xem, và chứng minh.

    RECORD là mã lượt, mã vi phạm hay sự việc, hoặc mã khiếu nại. Everything about one crossing,
    with the signed batches that prove it. Personal data is in clear: keep the file as such.

    Ví dụ: chot evidence make 019a… --purpose "điều tra" --case "12/CSĐT" --output ho-so.zip
    """
    if not purpose.strip() or not case.strip():
        raise click.ClickException("--purpose và --case không được trống / must not be empty.")
    if output.exists():
        raise click.ClickException(f"Đã có '{output}'; không ghi đè. / exists already.")
    with viewed(data) as store:
        assert isinstance(store, SqliteStore)
        found_record = _record(store, record)
        now = now_ms()
        store.audit(AuditEntry(now, "cli", "evidence", found_record, purpose.strip(), case.strip()))
        found = gather(store, found_record)
        if found is None:
            raise click.ClickException(f"Không có hồ sơ '{record}' ở đây. / no such record.")
        why = Reason(purpose.strip(), case.strip(), now, "cli")
        files = files_of(store, KeyRing.load_or_create(data), found, why)
    if output.suffix.lower() == ".zip":
        write_zip(output, files)
    else:
        write_folder(output, files)
    click.echo(
        f"{output}: {len(found.events)} ghi chép, {len(found.batches)} lô có chữ ký,"
        f" {len(found.notes)} việc, {len(found.alerts)} cảnh báo."
    )
    if found.lacking:
        click.echo(f"{len(found.lacking)} ghi chép đã gộp: không còn nguyên văn.", err=True)
    click.echo(f"Kiểm tra ở máy khác: chot evidence check {output}", err=True)


@evidence.command("check")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="So với khóa của máy chủ này / compare with this server's key.",
)
@JSON
@told
def check_file(file: Path, data: Path | None, is_json: bool) -> None:
    """Kiểm tra một hồ sơ, không cần mạng hay dữ liệu / check a case file, offline.

    Mã thoát 1 khi có gì không khớp. Người khác có thể lập một hồ sơ giống thế với khóa của
    họ: hãy hỏi đơn vị lập hồ sơ mã khóa, hoặc dùng --data ở máy chủ ấy.

    Ví dụ: chot evidence check ho-so.zip
    """
    try:
        checked = check(read_files(file))
    except EvidenceError as error:
        raise click.ClickException(f"{error.where or file}: {WRONG[error.code]}") from None
    if data is not None:
        if not (data / "keys").is_dir():
            raise no_data(data)
        if public_jwk(KeyRing.load_or_create(data).signing)["kid"] != checked.key_id:
            raise click.ClickException("Hồ sơ do khóa khác ký / another server signed it.")
    if is_json:
        tell_json({"whole": True, "key": checked.key_id, "manifest": checked.manifest})
        return
    _tell(checked)


def _record(store: Store, text: str) -> str:
    if is_uuid7(text):
        return text
    number = complaint_number(text)
    if number is None:
        raise click.ClickException(
            f"'{text}' không phải mã lượt hay mã khiếu nại / is no record or complaint code."
        )
    rows, _ = store.search(Criteria(complaint=number), "", 2)
    if not rows:
        raise click.ClickException(f"{text}: chưa có lượt nào / no crossing.")
    return rows[0].record


def _tell(found: Checked) -> None:
    manifest = found.manifest
    made = datetime.fromtimestamp(manifest["made_ms"] / 1000, VIETNAM)
    click.echo("Hồ sơ nguyên vẹn / whole.")
    click.echo(f"  mã hồ sơ   {manifest['record']}")
    click.echo(f"  lập lúc    {made:%d/%m/%Y %H:%M}, {manifest['purpose']}, {manifest['case']}")
    click.echo(f"  máy chủ    {manifest['server']}")
    click.echo(f"  mã khóa    {found.key_id}")
    click.echo(
        f"  {found.events} ghi chép được {found.batches} chữ ký của máy bảng và"
        f" {found.envelopes} biên nhận chứng minh"
    )
    if found.forgotten:
        click.echo(f"  {found.forgotten} ghi chép không còn phần cá nhân (đã xóa hoặc hủy)")
    if manifest["lacking"]:
        click.echo(f"  {len(manifest['lacking'])} ghi chép không còn nguyên văn (đã gộp)")
