"""`chot hold`: keep what a case needs, whatever its age, until somebody says it may go."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, told, viewed
from cli.erase import finish
from server.relay.state import read_upstream
from server.reporting.words import moment
from server.store.hold_protocol import Hold, HoldKind
from server.store.protocol import Store
from server.store.published import AuditEntry
from sync.encoding import uuid7

KINDS: dict[HoldKind, str] = {"record": "hồ sơ", "person": "người", "place": "chốt"}


@click.group()
def hold() -> None:
    """Giữ cho vụ việc: không hủy, không xóa, không gộp / keep what a case needs."""


@hold.command("add")
@DATA
@click.option("--case", required=True, help="Số vụ việc, văn bản; không ghi tên người / a number.")
@click.option("--record", "records", multiple=True, help="Mã lượt hay hồ sơ; lặp lại được.")
@click.option("--id-number", default="", help="Số giấy tờ: mọi lượt có người này, cả về sau.")
@click.option("--phone", default="", help="Số điện thoại, cũng vậy / the same by phone number.")
@click.option("--checkpoint", default="", help="Mã chốt, cùng --from và --to.")
@click.option("--from", "from_ms", type=Moment(), help="Từ, ví dụ '15/08/2021 06:00'.")
@click.option("--to", "to_ms", type=Moment(end=True), help="Đến hết.")
@told
def add(
    data: Path,
    case: str,
    records: tuple[str, ...],
    id_number: str,
    phone: str,
    checkpoint: str,
    from_ms: int | None,
    to_ms: int | None,
) -> None:
    """Giữ một hồ sơ, một người, hoặc cả một chốt trong một khoảng / place a hold.

    Lượt được giữ kéo theo lượt trùng, lần xem xét, cảnh báo, vi phạm của nó. Giữ ở máy chủ chính.
    Số giấy tờ và số điện thoại chỉ lưu dưới dạng mã băm có khóa.

    Ví dụ:

    \b
      chot hold add --case 12/CSDT --record 019a…
      chot hold add --case 12/CSDT --id-number 001090012345
      chot hold add --case 12/CSDT --checkpoint hd-ql6 --from "15/08/2021 06:00" --to 15/08/2021
    """
    with viewed(data) as store:
        _refuse_relay(store)
        wanted = _wanted(store, records, id_number, phone, checkpoint, from_ms, to_ms)
        now, number = now_ms(), case.strip()
        if not number:
            raise click.UsageError("--case trống / empty.")
        active = {
            (one.case, one.kind, one.subject) for one in store.holds() if one.released_ms is None
        }
        placed = [
            Hold(
                uuid7(now, secrets.token_bytes(10)), case.strip(), kind, subject, shown, now, "cli"
            )
            for kind, subject, shown in wanted
            if (number, kind, subject) not in active
        ]
        if not placed:
            click.echo("Đã giữ từ trước.")
            return
        details = {"holds": [[one.id, one.kind, one.shown] for one in placed]}
        store.place_holds(placed, AuditEntry(now, "cli", "hold.add", number, details=details))
        for one in placed:
            _tell(store, one)
    finish(data)


@hold.command("list")
@DATA
@click.option("--all", "is_all", is_flag=True, help="Cả những gì đã thôi giữ / released ones too.")
@click.option("--json", "is_json", is_flag=True, help="Cho chương trình đọc.")
@told
def list_holds(data: Path, is_all: bool, is_json: bool) -> None:
    """Đang giữ gì, cho vụ nào, từ khi nào / what is kept, for which case, since when.

    Ví dụ: chot hold list
    """
    with viewed(data) as store:
        found = [one for one in store.holds() if is_all or one.released_ms is None]
        if is_json:
            made = [{**asdict(one), **asdict(store.on_hold(one))} for one in found]
            click.echo(json.dumps(made, ensure_ascii=False, indent=2))
            return
        for one in found:
            _tell(store, one)
        if not found:
            click.echo("Không giữ gì.")


@hold.command("release")
@DATA
@click.option("--case", default="", help="Mọi thứ giữ cho vụ này / all that is kept for this case.")
@click.option("--hold", "holds", multiple=True, help="Chỉ lệnh giữ này, mã từ chot hold list.")
@click.option("--basis", required=True, help="Số văn bản cho thôi giữ; không ghi tên người.")
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@told
def release(data: Path, case: str, holds: tuple[str, ...], basis: str, yes: bool) -> None:
    """Thôi giữ: lần hủy sau sẽ lấy đi / release; the next purge takes what is over.

    Ví dụ: chot hold release --case 12/CSDT --basis "QĐ 45"
    """
    if bool(case.strip()) == bool(holds):
        raise click.UsageError("Nêu --case hoặc --hold / one of the two.")
    with viewed(data) as store:
        _refuse_relay(store)
        active = [one for one in store.holds() if one.released_ms is None]
        found = [one for one in active if one.case == case.strip() or one.id in holds]
        if unknown := [one for one in holds if one not in {known.id for known in found}]:
            raise click.ClickException(f"Không đang giữ: {', '.join(unknown)}")
        if not found:
            raise click.ClickException(f"Không giữ gì cho vụ '{case}'. Xem: chot hold list")
        for one in found:
            _tell(store, one)
        if not yes:
            click.confirm(f"Thôi giữ {len(found)} mục này?", abort=True)
        now, ids = now_ms(), [one.id for one in found]
        entry = AuditEntry(
            now, "cli", "hold.release", found[0].case, details={"holds": ids, "basis": basis}
        )
        count = store.release_holds(ids, now, "cli", basis, entry)
        click.echo(f"Đã thôi giữ {count} mục. Lần chot purge sau hủy những gì đã quá hạn.")
    finish(data)


def _wanted(
    store: Store,
    records: tuple[str, ...],
    id_number: str,
    phone: str,
    checkpoint: str,
    from_ms: int | None,
    to_ms: int | None,
) -> list[tuple[HoldKind, str, str]]:
    """(kind, subject, as it is shown) of all that was asked for."""
    wanted: list[tuple[HoldKind, str, str]] = [("record", one, one) for one in records]
    for number, subject in (
        (id_number, store.blind_subject(id_number, "") if id_number else None),
        (phone, store.blind_subject("", phone) if phone else None),
    ):
        if subject == "":
            raise click.ClickException("Cần số đầy đủ, không bị che / a whole number.")
        if subject is not None:
            wanted.append(("person", subject, f"…{number.strip()[-3:]}"))
    if checkpoint:
        if from_ms is None or to_ms is None or to_ms < from_ms:
            raise click.UsageError("--checkpoint cần --from và --to, theo thứ tự thời gian.")
        if checkpoint not in {one.id for one in store.checkpoints()}:
            raise click.ClickException(f"Không có chốt: {checkpoint}")
        shown = f"{checkpoint}, {moment(from_ms)} đến {moment(to_ms)}"
        wanted.append(("place", f"{checkpoint}/{from_ms}/{to_ms + 1}", shown))
    elif from_ms is not None or to_ms is not None:
        raise click.UsageError("--from và --to chỉ đi cùng --checkpoint.")
    if not wanted:
        raise click.UsageError("Nêu --record, --id-number, --phone hoặc --checkpoint.")
    probe = [Hold("", "", kind, subject, shown, 0, "") for kind, subject, shown in wanted]
    for one in probe:
        if one.kind == "record" and not store.on_hold(one).records:
            raise click.ClickException(f"Không có hồ sơ '{one.subject}' ở đây.")
    return wanted


def _tell(store: Store, one: Hold) -> None:
    kept = store.on_hold(one)
    state = "" if one.released_ms is None else f", thôi giữ {moment(one.released_ms)} ({one.basis})"
    click.echo(f"{one.id}  vụ {one.case}  {KINDS[one.kind]} {one.shown}")
    click.echo(
        f"  từ {moment(one.placed_ms)}{state}: {kept.records} hồ sơ, {kept.persons} phần cá nhân"
    )


def _refuse_relay(store: Store) -> None:
    if read_upstream(store) is not None:
        raise click.ClickException("Giữ ở máy chủ chính: ở đó có tất cả / at the home server.")
