"""`chot rules check`: what is wrong with rule files, and what they would do, before they hold."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cli.data import DATA, Moment, now_ms, told
from cli.rules.examine import Examined, examine, to_json
from cli.rules.sources import FILE, SERVER, content_of_file, pack_of_server
from cli.rules.tables import print_difference, print_findings, print_journeys
from rules import PackContent, RulePack
from rules.authoring import Difference, Side

REFUSED = 1
JOURNEYS = click.option(
    "--journeys",
    type=FILE,
    multiple=True,
    help="Hành trình mẫu; mặc định là TÊN_journeys.yaml|json bên cạnh / sample journeys.",
)
LANG = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@JOURNEYS
@click.option(
    "--against",
    metavar="FILE|server",
    help="So với tệp, hoặc gói đang dùng của --checkpoint / compare with.",
)
@click.option("--checkpoint", help="Chốt có gói để so / whose pack in force.")
@click.option(
    "--at",
    "at_ms",
    type=Moment(),
    help="Xét cho thời điểm này; mặc định là lúc của hành trình mẫu, hoặc bây giờ / when.",
)
@click.option("--json", "as_json", is_flag=True, help="Một đối tượng JSON mỗi tệp / one a file.")
@LANG
@DATA
@told
def check(
    files: tuple[Path, ...],
    journeys: tuple[Path, ...],
    against: str | None,
    checkpoint: str | None,
    at_ms: int | None,
    as_json: bool,
    lang: str,
    data: Path,
) -> None:
    """Kiểm tra tệp quy định YAML hoặc JSON / check rule files.

    Báo lỗi dạng, căn cứ và lý do thiếu, biến viết sai, quy định không bao giờ áp dụng, quy định
    mâu thuẫn; in kết luận của các hành trình mẫu và điều sẽ thay đổi. Mã thoát: 0 dùng được,
    1 có lỗi, 2 gọi sai / exit codes: 0 good, 1 refused, 2 usage.

    \b
    Ví dụ / examples:
      chot rules check hn.yaml --journeys mau.yaml
      chot rules check hn.yaml --against server --checkpoint hd-ql6
    """
    if (against == SERVER) != (checkpoint is not None):
        raise click.UsageError(
            "--against server và --checkpoint đi cùng nhau / one needs the other."
        )
    before = None if against is None else _before(against, checkpoint, data)
    refused = False
    for path in files:
        examined = examine(path, journeys, now_ms(), at_ms)
        difference = None if before is None else _difference(examined, before)
        refused |= examined.is_refused
        if as_json:
            click.echo(json.dumps(to_json(examined, difference), ensure_ascii=False))
            continue
        _head(examined, lang)
        print_findings(examined, lang)
        print_journeys(examined, lang)
        if difference is not None:
            print_difference(difference, lang)
    raise SystemExit(REFUSED if refused else 0)


def _difference(examined: Examined, before: PackContent | RulePack) -> Difference | None:
    """A file is compared for the moment of the check, what a server has in force as of now."""
    if isinstance(before, RulePack):
        return examined.against(Side(before.content, now_ms()))
    return examined.against(Side(before, examined.when_ms))


def _before(against: str, checkpoint: str | None, data: Path) -> PackContent | RulePack:
    if checkpoint is None:
        path = Path(against)
        if not path.is_file():
            raise click.UsageError(f"--against: không có tệp / no such file: {against}")
        return content_of_file(path)
    pack = pack_of_server(data, checkpoint, now_ms())
    if pack is None:
        raise click.ClickException(
            f"Chốt '{checkpoint}' chưa có gói quy định / has no rules published yet."
        )
    return pack


def _head(examined: Examined, lang: str) -> None:
    count = 0 if examined.pack is None else len(examined.pack.rules)
    if examined.is_refused:
        said = "KHÔNG DÙNG ĐƯỢC" if lang == "vi" else "REFUSED"
    else:
        said = "dùng được" if lang == "vi" else "good"
    rules = "quy định" if lang == "vi" else "rules"
    click.echo(f"{examined.file.path}: {said}, {count} {rules}")
