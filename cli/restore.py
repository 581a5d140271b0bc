"""`chot restore`: a data directory from a backup."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from cli.data import DATA, VIETNAM, now_ms, opened, told
from cli.passphrase import PASSPHRASE_FILE, known_passphrase
from cli.verify_log import told_break, walk_with_bar
from server.erasure_list import ErasureListError, Listed, read_list
from server.restore import RestoreError, restore_backup
from server.sealed_file import SealedFileError
from server.store.log.standing import Standing
from server.store.published import AuditEntry

ERRORS = {
    "restore.broken": "Nhật ký trong bản sao hỏng",
    "restore.content": "Tệp này không phải bản sao lưu của chot.",
    "restore.occupied": "Thư mục đích đã có dữ liệu; hãy chọn thư mục trống.",
    "sealed.damaged": "Tệp bị hỏng hoặc bị cắt cụt.",
    "sealed.format": "Tệp này không phải bản sao lưu của chot.",
    "sealed.passphrase": "Sai cụm mật khẩu.",
}


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@DATA
@PASSPHRASE_FILE
@click.option(
    "--erasures",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Danh sách xóa (erasures.jsonl): xóa lại những gì đã xóa sau bản sao.",
)
@click.option(
    "--accept-broken", is_flag=True, help="Khôi phục cả khi chuỗi có chỗ hỏng / despite a break."
)
@told
def restore(
    file: Path,
    data: Path,
    passphrase_file: Path | None,
    erasures: Path | None,
    accept_broken: bool,
) -> None:
    """Khôi phục vào thư mục trống / restore into an empty directory.

    Máy chủ mở kỷ nguyên mới: máy bảng tự gửi lại những gì bản sao chưa có. Dữ liệu tra cứu được
    dựng lại khi chạy chot serve. Máy đăng ký sau bản sao phải đăng ký lại. Bản sao cũ hơn những gì
    đã xóa từ đó đến nay: nêu --erasures để xóa lại trước khi phục vụ.

    Ví dụ: chot restore /media/usb/chot.bak --data /srv/chot
    """
    listed = _listed(erasures)
    passphrase = known_passphrase(passphrase_file)
    now = now_ms()
    try:
        restored = restore_backup(file, data, passphrase, now, walk_with_bar, accept_broken, listed)
    except (RestoreError, SealedFileError) as error:
        text = ERRORS[error.code]
        if isinstance(error, RestoreError) and error.walk and error.walk.first_break:
            text = f"{text}: {told_break(error.walk.first_break)}. Xem --accept-broken."
        raise click.ClickException(text) from None
    with opened(data) as store:
        details = {
            "events": restored.walk.events,
            "epoch": restored.epoch,
            "erased": restored.erased,
            "erasure_list": erasures is not None,
            "until_ms": restored.standing.until_ms,
        }
        store.audit(AuditEntry(now, "cli", "restore", details=details))
    click.echo(f"Đã khôi phục {restored.walk.events} sự kiện vào {data}.")
    if erasures is None:
        click.echo(
            "CHÚ Ý: không có danh sách xóa. Những gì đã xóa hoặc hủy sau bản sao này lại có ở đây."
            " Nếu còn erasures.jsonl ở ổ khác, hãy khôi phục lại vào thư mục trống với --erasures."
        )
    else:
        click.echo(f"Đã xóa lại {restored.erased} phần theo danh sách xóa.")
    click.echo(told_standing(restored.standing))
    click.echo("Chạy: chot serve")


def told_standing(known: Standing) -> str:
    """What is withdrawn as far as the backup knows, and that nothing later is known."""
    until = "lúc còn trống"
    if known.until_ms is not None:
        at = datetime.fromtimestamp(known.until_ms / 1000, VIETNAM)
        until = f"{at:%H:%M:%S ngày %d/%m/%Y}"
    return (
        f"CHÚ Ý: bản sao chỉ biết đến {until}. Đến lúc đó đã thu hồi"
        f" {known.devices_revoked} trong {known.devices} máy,"
        f" {known.officers_revoked} trong {known.officers} thẻ cán bộ,"
        f" {known.documents} giấy tờ; đã khóa {known.users_disabled} trong {known.users} tài khoản."
        " Ai bị thu hồi, khóa hay đổi mật khẩu sau đó thì lại vào được như cũ, và lượt quay đầu đã"
        " bỏ sau đó lại có hiệu lực. Hãy so với sổ và làm lại: chot device list, chot user list,"
        " chot officer list, chot revoke."
    )


def _listed(path: Path | None) -> list[Listed]:
    if path is None:
        return []
    try:
        return read_list(path)
    except ErasureListError as error:
        raise click.ClickException(
            f"Dòng {error.line} của danh sách xóa hỏng: {error.path}. Chưa khôi phục gì."
        ) from None
