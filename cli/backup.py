"""`chot backup`: an encrypted copy of the log and the keys while the server runs."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, no_data, now_ms, opened, told
from cli.passphrase import PASSPHRASE_FILE, new_passphrase
from cli.verify_log import told_break, walk_with_bar
from server.backup import BackupError, Taken, take_backup
from server.config import load_config
from server.keys import KeyRing
from server.store.published import AuditEntry


@click.command()
@DATA
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tệp đích / the file to write.",
)
@click.option(
    "--off-machine",
    is_flag=True,
    help="Tệp đích nằm ở máy khác hoặc ổ rời: máy bảng được xóa những gì nó giữ.",
)
@PASSPHRASE_FILE
@told
def backup(data: Path, output: Path, off_machine: bool, passphrase_file: Path | None) -> None:
    """Sao lưu khi máy chủ đang chạy / back up while serving.

    Tệp được mã hóa bằng cụm mật khẩu, đọc lại và kiểm tra mọi chuỗi. Mất cụm mật khẩu là mất bản
    sao. Mã thoát 1 khi nhật ký có chỗ hỏng: bản sao vẫn được ghi nhưng không được tính là an toàn.

    Ví dụ: chot backup --output /media/usb/chot.bak --off-machine
    """
    config = load_config(data)
    if not config.log_path.exists():
        raise no_data(data)
    passphrase = new_passphrase(passphrase_file)
    with opened(data) as store:  # an older log gets its tables first
        keys = KeyRing.load_or_create(data)
        now = now_ms()
        try:
            taken = take_backup(config, keys, output, passphrase, now, walk_with_bar, off_machine)
        except BackupError as error:
            raise click.ClickException(ERRORS[error.code]) from None
        details = {"events": taken.walk.events, "off_machine": off_machine}
        store.audit(AuditEntry(now, "cli", "backup", details=details))
    click.echo(_summary(taken, off_machine))
    if not taken.verified:
        raise SystemExit(1)


ERRORS = {
    "backup.running": "Một lần sao lưu khác đang chạy.",
    "backup.unlike": "Tệp đọc lại không giống nhật ký đã chép; hãy thử lại hoặc đổi ổ đĩa.",
}


def _summary(taken: Taken, off_machine: bool) -> str:
    size_mib = taken.backup.size_bytes / (1 << 20)
    lines = [f"{taken.path}: {taken.walk.events} sự kiện, {size_mib:.1f} MiB, mã hóa."]
    if taken.walk.first_break is not None:
        lines.append(f"NHẬT KÝ HỎNG, chưa an toàn: {told_break(taken.walk.first_break)}")
    elif off_machine:
        lines.append("Đã kiểm tra. Máy bảng được báo đến đâu là an toàn.")
    else:
        lines.append("Đã kiểm tra. Bản sao ở cùng máy: máy bảng vẫn giữ dữ liệu (--off-machine).")
    return "\n".join(lines)
