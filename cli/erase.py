"""`chot erase`: forget the person parts of events, here and wherever they went."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import DATA, now_ms, told, viewed
from schemas.home_records import ERASURE_REASONS
from server.config import load_config
from server.erasure_list import ErasureListError, list_paths
from server.relay.state import read_upstream
from server.retention import finishing
from server.store.forgotten import Target
from server.store.hold_protocol import HoldsChangedError, OnHoldError, ViewBehindError
from server.store.protocol import Store


@click.command()
@DATA
@click.option(
    "--event", "events", multiple=True, help="Sự kiện 'máy:số' / one event; lặp lại được."
)
@click.option("--record", default="", help="Mã hồ sơ: mọi phần cá nhân của nó / of one record.")
@click.option("--reason", required=True, type=click.Choice(ERASURE_REASONS))
@click.option("--basis", required=True, help="Số đơn hoặc văn bản; không ghi tên người / a number.")
@click.option("--dry-run", is_flag=True, help="Chỉ nêu những gì sẽ mất / name it, erase nothing.")
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@told
def erase(
    data: Path,
    events: tuple[str, ...],
    record: str,
    reason: str,
    basis: str,
    dry_run: bool,
    yes: bool,
) -> None:
    """Xóa vĩnh viễn phần thông tin cá nhân / forget person parts for good.

    Sự kiện vẫn còn và vẫn kiểm tra được; tên, số, điện thoại thì không. Máy bảng và máy chủ khác
    cũng xóa ở lần đồng bộ sau. Không hoàn tác được.

    Ví dụ: chot erase --record 01… --reason request --basis "Đơn 12/2026"
    """
    if bool(events) == bool(record):
        raise click.UsageError("Nêu --event hoặc --record / one of the two.")
    with viewed(data) as store:
        if read_upstream(store) is not None:
            raise click.ClickException("Xóa ở máy chủ chính; máy trạm này làm theo.")
        targets = _targets(store, events, record)
        _show(targets)
        if dry_run:
            click.echo("Chưa xóa gì / nothing was erased.")
            return
        if not yes:
            what = f"phần cá nhân của {len(targets)} sự kiện"
            click.confirm(f"Xóa vĩnh viễn {what}, ở đây và mọi máy?", abort=True)
        try:
            written = store.erase(targets, reason, basis, None, now_ms())
        except OnHoldError as error:
            raise click.ClickException(
                f"Đang được giữ cho vụ việc {error}; chưa xóa gì. Xem: chot hold list"
            ) from None
        except (HoldsChangedError, ViewBehindError):
            raise click.ClickException(
                "Lệnh giữ vừa thay đổi hoặc dữ liệu tra cứu chưa kịp; chưa xóa gì, hãy chạy lại."
            ) from None
    for one in written:
        click.echo(f"Đã ghi {one}")
    finish(data)


def finish(data: Path, *, err: bool = False) -> None:
    """The erasure lists, and what is left of the old bytes beside the log; tells of a failure.

    `err`: what is told is not for the program that reads standard output.
    """
    config = load_config(data)
    try:
        is_shredded = finishing.finish(config)
    except (OSError, ErasureListError) as error:
        raise click.ClickException(
            f"Đã xóa, nhưng chưa ghi được danh sách xóa ({error}). Chạy lại khi ghi được:"
            " không có nó, khôi phục từ bản sao cũ sẽ làm sống lại những gì đã xóa."
        ) from None
    if not is_shredded:
        click.echo(
            "Có chương trình đang đọc; phần còn lại trong log.db-wal mất khi nó xong.", err=err
        )
    click.echo(f"Danh sách xóa: {', '.join(str(one) for one in list_paths(config))}", err=err)


def _targets(store: Store, events: tuple[str, ...], record: str) -> list[Target]:
    if record:
        found = store.targets_of_record(record)
        if not found:
            raise click.ClickException(f"Hồ sơ '{record}' không có phần cá nhân nào ở đây.")
        return found
    found, unknown = store.targets_of_refs(events)
    if unknown:
        raise click.ClickException(f"Không có ở đây: {', '.join(unknown)}")
    return found


def _show(targets: list[Target]) -> None:
    homes = sorted({one.home for one in targets})
    click.echo(f"{len(targets)} sự kiện ở {', '.join(homes)}:")
    for one in targets[:20]:
        click.echo(f"  {one.ref}")
    if len(targets) > 20:
        click.echo(f"  … và {len(targets) - 20} sự kiện nữa")
