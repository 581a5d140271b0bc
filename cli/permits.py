"""`chot permits`: how often permits may be used, and whose count no longer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.data import DATA, Moment, now_ms, opened, opened_home, told
from cli.importing import Asked, imports, judged, tell
from cli.shown import JSON, tell_json
from cli.verify import json_of
from rules.errors import RuleError
from rules.permit_lists import (
    MAX_TURNED_BACK_HOURS,
    MAX_USES,
    PERMIT_TYPES,
    parse_permit_lists,
)
from schemas.shapes import GOODS_GROUPS
from server.importing.permit_columns import COLUMNS
from server.importing.permit_rows import changed, permits_planned, shown
from server.importing.plan import Shown
from server.issuing.said import local_time
from server.keys import KeyRing
from server.permits import (
    NotListedError,
    apply_changes,
    permits_content,
    replace_lists,
    resume,
    set_priority,
    set_quota,
    set_turned_back_hours,
    suspend,
)
from server.store.protocol import Store

F = TypeVar("F", bound=Callable[..., Any])
WHO = "cli"
TYPE = click.option("--type", "type_", type=click.Choice(PERMIT_TYPES), help="Loại giấy.")
COMPANY = click.option("--company", help="Tên công ty, viết có dấu hay không cũng được.")


def changes(command: F) -> F:
    """Tell what could not be done, and otherwise the version that tablets get now."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            pack = command(*args, **kwargs)
        except NotListedError as error:
            raise click.ClickException(f"Không có trong danh sách / not listed: {error}") from None
        except RuleError as error:
            raise click.ClickException(f"không dùng được / refused: {error}") from None
        click.echo(f"Gói permits phiên bản / version {pack.version}.")

    return run  # type: ignore[return-value]


@click.group()
def permits() -> None:
    """Hạn mức, tạm ngừng giấy và công ty / quotas and suspensions of permits."""


@permits.command("quota")
@DATA
@TYPE
@click.option("--id", "id_", help="Số của một giấy / the number of one document.")
@click.option("--per-day", type=click.IntRange(0, MAX_USES), help="Lượt một ngày (+07:00).")
@click.option("--total", type=click.IntRange(0, MAX_USES), help="Lượt tất cả / uses in all.")
@click.option("--none", "is_none", is_flag=True, help="Bỏ hạn mức / take the quota away.")
@told
@changes
def quota(
    data: Path,
    type_: str | None,
    id_: str | None,
    per_day: int | None,
    total: int | None,
    is_none: bool,
) -> Any:
    """Đặt số lượt được dùng / how often documents may be used.

    Ví dụ: chot permits quota --type pass --per-day 4
    """
    about = _one_of({"type": type_, "id": id_}, "--type, --id")
    if is_none == (per_day is not None or total is not None):
        raise click.UsageError("--per-day/--total hoặc / or --none")
    with opened_home(data) as store:
        keys = KeyRing.load_or_create(data)
        return set_quota(store, keys, about, (per_day, total), WHO, now_ms())


@permits.command("suspend")
@DATA
@TYPE
@COMPANY
@click.option("--tax-code", help="Mã số thuế: 10 số, hoặc 13 của chi nhánh.")
@click.option("--until", "until_ms", type=Moment(end=True), help="Đến hết / until the end of.")
@click.option("--reference", required=True, help="Số, ngày văn bản / the document that says so.")
@told
@changes
def suspend_(
    data: Path,
    type_: str | None,
    company: str | None,
    tax_code: str | None,
    until_ms: int | None,
    reference: str,
) -> Any:
    """Tạm ngừng một loại giấy hoặc công ty / let a type or a company's papers not count.

    Ví dụ: chot permits suspend --company "Công ty TNHH Đại Phát" --until 31/12/2026
    --reference "12/UBND ngày 22/11/2026"
    """
    member, value = _one_of({"type": type_, "name": company}, "--type, --company")
    if tax_code is not None and company is None:
        raise click.UsageError("--tax-code đi với / goes with --company")
    now = now_ms()
    if until_ms is not None and until_ms <= now:
        raise click.ClickException("--until phải sau bây giờ / must be later than now.")
    entry = {member: value, "reference": reference}
    if tax_code is not None:
        entry["tax_code"] = tax_code
    # Moment gives the last millisecond of a day; the end of a suspension is exclusive.
    end_ms = None if until_ms is None else until_ms + 1
    with opened_home(data) as store:
        return suspend(store, KeyRing.load_or_create(data), entry, end_ms, WHO, now)


@permits.command("resume")
@DATA
@TYPE
@COMPANY
@told
@changes
def resume_(data: Path, type_: str | None, company: str | None) -> Any:
    """Cho có giá trị trở lại / let what was suspended count again.

    Ví dụ: chot permits resume --company "Công ty TNHH Đại Phát"
    """
    member, value = _one_of({"type": type_, "name": company}, "--type, --company")
    with opened_home(data) as store:
        return resume(store, KeyRing.load_or_create(data), {member: value}, WHO, now_ms())


@permits.command("priority")
@DATA
@click.option("--goods", type=click.Choice(GOODS_GROUPS), multiple=True, help="Nhóm hàng.")
@click.option("--perishable", is_flag=True, help="Và hàng tươi sống / and all that spoils.")
@click.option("--province", "provinces", multiple=True, help="Mã tỉnh 2021; không ghi: mọi nơi.")
@click.option("--none", "is_none", is_flag=True, help="Bỏ ưu tiên / take it away.")
@click.option("--reference", required=True, help="Số, ngày văn bản / the document that says so.")
@told
@changes
def priority(
    data: Path,
    goods: tuple[str, ...],
    perishable: bool,
    provinces: tuple[str, ...],
    is_none: bool,
    reference: str,
) -> Any:
    """Hàng được đi trước / which goods go first: shown beside the verdict.

    Ví dụ: chot permits priority --province 58 --goods farm_products --goods sea_products
    --perishable --reference "15/UBND ngày 22/11/2026"
    """
    if is_none == bool(goods or perishable):
        raise click.UsageError("--goods/--perishable hoặc / or --none")
    entry = {
        "provinces": list(provinces),
        "goods": list(goods),
        "perishable": perishable,
        "reference": reference,
    }
    with opened_home(data) as store:
        return set_priority(store, KeyRing.load_or_create(data), entry, WHO, now_ms())


@permits.command("turned-back")
@DATA
@click.option("--hours", type=click.IntRange(1, MAX_TURNED_BACK_HOURS), required=True)
@told
@changes
def turned_back(data: Path, hours: int) -> Any:
    """Bị từ chối thì còn nhắc trong mấy giờ / for how long a refusal counts for rules.

    Ví dụ: chot permits turned-back --hours 48
    """
    with opened_home(data) as store:
        return set_turned_back_hours(store, KeyRing.load_or_create(data), hours, WHO, now_ms())


@permits.command("publish")
@DATA
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@told
@changes
def publish(data: Path, file: Path) -> Any:
    """Công bố cả danh sách từ tệp JSON, thay danh sách cũ / replace all lists by a file.

    Ví dụ: chot permits publish giay-to.json
    """
    content = json_of(file)
    with opened_home(data) as store:
        return replace_lists(store, KeyRing.load_or_create(data), content, WHO, now_ms())


def _listed(store: Store) -> list[Shown]:
    return shown(permits_content(store), now_ms())


@permits.command("import")
@imports(COLUMNS, _listed)
@told
def import_(asked: Asked) -> None:
    """Nạp hạn mức, tạm ngừng, ưu tiên từ tệp .csv, .xlsx; một lần công bố / one version.

    Việc: hạn mức, tạm ngừng, cho lại, ưu tiên. Dòng nào đã đúng như đang công bố thì thôi; những gì
    tệp không nói vẫn như cũ. Hạn mức không ghi lượt, ưu tiên không ghi hàng: bỏ.

    \b
    Ví dụ / examples:
      chot permits import --template giay-to.csv
      chot permits import giay-to.csv --dry-run
    """
    now = now_ms()
    with opened_home(asked.data) as store:
        content = permits_content(store)
        plan = judged(asked, lambda table: permits_planned(table, content, now))
        if not tell(asked, plan):
            return
        keys = KeyRing.load_or_create(asked.data)
        details = {**plan.counts, "file": asked.file.name}
        try:
            pack = apply_changes(
                store, keys, lambda last: changed(last, plan.put, now), details, WHO, now
            )
        except RuleError as error:
            raise click.ClickException(f"không dùng được / refused: {error}") from None
    if not asked.as_json:
        click.echo(f"Gói permits phiên bản / version {pack.version}.")


@permits.command("list")
@DATA
@JSON
@told
def list_permits(data: Path, is_json: bool) -> None:
    """Liệt kê hạn mức và tạm ngừng / list quotas and suspensions.

    --json là tệp mà chot permits publish nhận / is a file that chot permits publish takes.

    \b
    Ví dụ / examples:
      chot permits list
      chot permits list --json
    """
    with opened(data) as store:
        content = permits_content(store)
    try:
        lists = parse_permit_lists(content)
    except RuleError as error:
        raise click.ClickException(f"Gói permits hỏng / damaged pack: {error}") from None
    if is_json:
        tell_json(content | {"turned_back_hours": lists.turned_back_hours})
        return
    for one in lists.quotas:
        per_day = "" if one.per_day is None else f"{one.per_day}/ngày"
        total = "" if one.total is None else f"{one.total} tất cả"
        click.echo(f"quota\t{one.type or one.id}\t{per_day}\t{total}")
    for suspended in lists.types:
        end = _end(suspended.until_ms)
        click.echo(f"suspended\t{suspended.type}\t{end}\t{suspended.reference}")
    for company in lists.companies:
        named = f"{company.name} {company.tax_code or ''}".strip()
        click.echo(f"suspended\t{named}\t{_end(company.until_ms)}\t{company.reference}")
    for first in lists.priorities:
        words = [*first.goods, *(["perishable"] if first.perishable else [])]
        where = ",".join(first.provinces) or "mọi nơi"
        click.echo(f"priority\t{' '.join(words)}\t{where}\t{first.reference}")
    click.echo(f"turned-back\t{lists.turned_back_hours} h")


def _one_of(given: dict[str, str | None], options: str) -> tuple[str, str]:
    """The one option that has a value, as (member of the pack, value)."""
    found = [(member, value) for member, value in given.items() if value]
    if len(found) != 1:
        raise click.UsageError(f"Cần đúng một trong / exactly one of {options}.")
    return found[0]


def _end(until_ms: int | None) -> str:
    return "đến khi có thông báo mới" if until_ms is None else local_time(until_ms)
