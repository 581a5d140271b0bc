"""`chot report goods-flow`: what came in and went out, against the week before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.data import DATA, SEQUENCE, Moment, now_ms, told, viewed
from cli.remote import Remote, ask, remote_of, with_remote
from rules.errors import RuleError
from server.config import load_config
from server.reporting.goods_flow import GoodsFlow, Level, goods_flow
from server.reporting.goods_flow_file import as_bytes, write_goods_flow
from server.reporting.goods_flow_said import FORMATS, from_json
from server.reporting.goods_moved import product_of
from server.reporting.periods import Period
from server.store.published import AuditEntry

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("goods-flow")
@DATA
@click.option("--from", "from_ms", type=Moment(), default="today", help="Từ; mặc định 00:00 nay.")
@click.option("--to", "to_ms", type=Moment(end=True), default="now", help="Đến; mặc định lúc này.")
@click.option("--checkpoint", "checkpoints", multiple=True, help="Chỉ các chốt này.")
@click.option(
    "--by",
    "level",
    type=click.Choice(["province", "district", "commune"]),
    default="province",
    show_default=True,
    help="Nơi đi, nơi đến gộp theo tỉnh, huyện hay xã.",
)
@click.option(
    "--product",
    "products",
    multiple=True,
    help="Mặt hàng tìm trong mô tả: 'Tôm' hoặc 'Hạt điều=điều,nhân điều'. Mặc định theo"
    " priority_products của config.json.",
)
@click.option("--format", "layout", type=click.Choice(FORMATS), help="Mặc định theo tên tệp.")
@click.option("--output", type=FILE, help="Tệp đích; không có thì in ra màn hình.")
@click.option("--as-of-sequence", "n", type=SEQUENCE, help="Như đã biết đến số này của nhật ký.")
@with_remote
@told
def goods_flow_command(
    data: Path,
    from_ms: int,
    to_ms: int,
    checkpoints: tuple[str, ...],
    level: Level,
    products: tuple[str, ...],
    layout: str | None,
    output: Path | None,
    n: int | None,
    **where: Any,
) -> None:
    """Hàng hóa vào, ra / goods in and out, against the same hours of the seven days before.

    Theo nhóm hàng, hàng ưu tiên, nơi đi → nơi đến. Chỉ cộng trong cùng đơn vị; dòng không ghi số
    lượng được đếm riêng.

    Ví dụ: chot report goods-flow --from today --to now --output hang.xlsx
    """
    if to_ms <= from_ms:
        raise click.ClickException("--to đứng trước --from.")
    kind = layout or _by_name(output)
    if kind == "xlsx" and output is None:
        raise click.ClickException("Định dạng xlsx cần --output.")
    asked = dict(_product(one) for one in products)
    if (remote := remote_of(where)) is not None:
        query = {"from_ms": from_ms, "to_ms": to_ms, "checkpoint": checkpoints, "level": level}
        _put(_from_afar(remote, query | {"product": products, "as_of": n}), kind, output)
        return
    with viewed(data) as store:
        known = {one.id for one in store.checkpoints()}
        if unknown := [one for one in checkpoints if one not in known]:
            raise click.ClickException(f"Không có chốt: {', '.join(unknown)}")
        now = now_ms()
        details = {"from_ms": from_ms, "to_ms": to_ms, "checkpoints": list(checkpoints)}
        store.audit(AuditEntry(now, "cli", "report.goods-flow", details=details))
        try:
            flow = goods_flow(
                store,
                load_config(data),
                Period("day", from_ms, to_ms),
                checkpoints,
                now,
                level=level,
                products=asked or None,
                n=n,
            )
        except RuleError as error:
            raise click.ClickException(f"Gói permits không đọc được: {error}") from None
    _put(flow, kind, output)


def _product(text: str) -> tuple[str, tuple[str, ...]]:
    try:
        return product_of(text)
    except ValueError:
        raise click.BadParameter(
            f"'{text}': ví dụ 'Tôm' hoặc 'Hạt điều=điều'", param_hint="--product"
        ) from None


def _from_afar(remote: Remote, query: dict[str, Any]) -> GoodsFlow:
    found = ask(remote, "/goods-flow", query)
    try:
        return from_json(found["goods_flow"])
    except (KeyError, TypeError):
        raise click.ClickException(
            f"{remote.url} trả lời theo phiên bản khác / answers as another version."
        ) from None


def _by_name(output: Path | None) -> str:
    ending = "" if output is None else output.suffix.lstrip(".").lower()
    return ending if ending in FORMATS else "text"


def _put(flow: GoodsFlow, kind: str, output: Path | None) -> None:
    if output is None:
        click.echo(as_bytes(flow, kind), nl=False)
        return
    try:
        write_goods_flow(output, flow, kind)
    except ModuleNotFoundError:
        raise click.ClickException("Định dạng này cần: pip install 'chot[xlsx]'") from None
    click.echo(f"→ {output}", err=True)
