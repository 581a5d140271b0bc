"""`chot levels suggest`: levels from indicators, for somebody to confirm."""

from __future__ import annotations

from pathlib import Path

import click

from cli.data import now_ms, told
from cli.levels.telling import FILE, LANG, refuse
from rules.errors import RuleError
from server.issuing.folder import write_csv
from server.issuing.tables import TableError, read_table
from server.issuing.texts import said
from server.levels.suggest import COLUMNS as INDICATORS
from server.levels.suggest import (
    DEFAULT_THRESHOLDS,
    OUT,
    holds,
    lines_to_confirm,
    read_thresholds,
    suggestions,
)
from server.places.units import DATASETS


@click.command("suggest")
@FILE
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Ghi CSV để xác nhận.")
@click.option("--dataset", type=click.Choice(DATASETS), help="Bộ mã của dòng không ghi / default.")
@click.option(
    "--thresholds",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=DEFAULT_THRESHOLDS,
    help="Ngưỡng khác (JSON) / other cut points; mặc định 4800/QĐ-BYT.",
)
@LANG
@told
def suggest(file: Path, out: Path | None, dataset: str | None, thresholds: Path, lang: str) -> None:
    """Gợi ý cấp từ chỉ số; người có thẩm quyền xác nhận từng dòng / suggest from indicators.

    Tệp --out để trống Cấp và Người xác nhận: điền cả hai rồi mới nạp được bằng chot levels import.

    \b
    Cột / columns: Bộ mã, Mã – hoặc Xã, Huyện, Tỉnh –, Ca mới/100k/tuần – hoặc Ca mới trong tuần và
    Dân số –, Tiêm 1 mũi (%), Đáp ứng điều trị (có, không), Từ, Công bố lúc

    Ví dụ: chot levels suggest chi-so.csv --dataset 2021 --out goi-y.csv
    """
    try:
        by = read_thresholds(thresholds)
    except (RuleError, ValueError) as error:
        raise click.ClickException(f"{thresholds}: {error}") from None
    try:
        found, errors = suggestions(read_table(file), by, dataset)
    except TableError as error:
        raise click.ClickException(f"{file}: {said(error.code, lang, **error.values)}") from None
    if errors:
        refuse(file, errors, lang, INDICATORS)
    for one in found:
        place = f"{one.place.dataset}:{one.place.code}\t{one.place.path}"
        click.echo(f"{one.level}\t{place}\t{one.because}")
    if by.unconfirmed:
        click.echo(f"Ngưỡng {by.document} chưa được xác nhận / cut points unconfirmed.", err=True)
    if not holds(by, now_ms()):
        click.echo(
            f"Ngưỡng {by.document} không còn hiệu lực / no longer in force: {by.replaced_by}.",
            err=True,
        )
    if out is not None:
        write_csv(out, OUT, lines_to_confirm(found))
        click.echo(f"{out}: điền Cấp và Người xác nhận / fill in the level and who confirms.")
