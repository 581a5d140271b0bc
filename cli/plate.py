"""`chot plate`: the normal form of a plate and the classes of vehicle that it may belong to."""

from __future__ import annotations

import click

from cli.lines import Line, answer_lines, text_of
from credentials import normalise_plate


@click.command()
@click.argument("text", required=False)
@click.option(
    "--batch",
    is_flag=True,
    help="Đọc các dòng JSON {id, text}, trả {id, normal, candidates} / JSON lines.",
)
def plate(text: str | None, batch: bool) -> None:
    """Chuẩn hóa biển số / the normal form and possible classes of a plate.

    \b
    Ví dụ / examples:
      chot plate "29A-123.45"
      chot plate --batch < bien-so.jsonl
    """
    if batch == (text is not None):
        raise click.UsageError("Cần một biển số hoặc --batch / a plate or --batch.")
    if text is None:
        answer_lines(_answer)
        return
    found = normalise_plate(text)
    click.echo(found.normal)
    click.echo(", ".join(found.candidates))
    if found.province:
        click.echo(found.province)


def _answer(line: Line) -> Line:
    found = normalise_plate(text_of(line, "text"))
    return {"id": line.get("id"), "normal": found.normal, "candidates": list(found.candidates)}
