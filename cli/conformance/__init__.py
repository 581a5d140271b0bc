"""`chot conformance`: plays a server for a client under development, or a client for a server."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from cli.conformance.driver import Asked, ClientFailedError, Commands, Driver
from cli.conformance.findings import Judged
from cli.conformance.judge import judge_client
from cli.conformance.play import Play
from cli.conformance.spec_text import rules
from cli.conformance.stage import Stage
from cli.conformance.steps import CORE
from cli.data import now_ms, told

SIGNS = {"pass": ("✓", "green"), "broken": ("✗", "red"), "unseen": ("–", "yellow")}
COMMANDS_HELP = "Lệnh của máy được thử; {url}, {code}, {plate} được thay vào."


@click.command()
@click.option(
    "--play",
    type=click.Choice(["server", "client"]),
    default="server",
    show_default=True,
    help="server: đóng vai máy chủ, chấm một máy; client: đóng vai máy, chấm một máy chủ.",
)
@click.option(
    "--url",
    default="http://127.0.0.1:8800",
    show_default=True,
    help="server: địa chỉ để mở; client: máy chủ được chấm.",
)
@click.option("--code", default="", help="Với --play client: mã đăng ký (chot device enrol).")
@click.option("--ca", type=click.Path(exists=True, dir_okay=False), default=None,
              help="Với --play client: chứng chỉ gốc (PEM) của máy chủ.")  # fmt: skip
@click.option("--level", type=click.Choice(["core", "full"]), default="full", show_default=True,
              help="core: không mất, không lặp, không tin bừa; full: dùng thật được.")  # fmt: skip
@click.option("--enrol", default="", help=COMMANDS_HELP)
@click.option("--write", default="", help="Lệnh ghi một lượt.")
@click.option("--sync", default="", help="Lệnh đồng bộ.")
@click.option("--patience", type=click.IntRange(5, 3600), default=120, show_default=True,
              help="Số giây chờ máy bên kia.")  # fmt: skip
@click.option("--keep-going", is_flag=True, help="Đi tiếp sau bước hỏng đầu tiên.")
@click.option("--json", "is_json", is_flag=True, help="Cho chương trình đọc.")
@told
def conformance(
    play: str,
    url: str,
    code: str,
    ca: str | None,
    level: str,
    enrol: str,
    write: str,
    sync: str,
    patience: int,
    keep_going: bool,
    is_json: bool,
) -> None:
    """Chấm một máy khách hay một máy chủ theo sync/SPEC.md / judge a client or a server.

    Máy chủ được đóng là thật, dữ liệu tạm. Không có ba lệnh --enrol, --write, --sync thì làm theo
    lời nhắc. Mã thoát 0: đạt, 1: sai một quy tắc, 2: không sai nhưng có bước không thấy được.

    Ví dụ: chot conformance --enrol 'node client.mjs s.json enrol {url} {code}'
    --write 'node client.mjs s.json crossing {plate} in' --sync 'node client.mjs s.json sync'

    Ví dụ: chot conformance --play client --url http://127.0.0.1:8000 --code K7M2QX4T

    """
    judged = (
        _judge_server(url, code, ca or "", patience)
        if play == "client"
        else _judge_client(url, level, (enrol, write, sync), patience, keep_going)
    )
    try:
        seen = list(_told(judged, is_json))
    except ClientFailedError as error:
        raise click.ClickException(f"Không chạy được, trong {Path.cwd()}: {error}") from None
    if is_json:
        click.echo(json.dumps([_plain(one) for one in seen], ensure_ascii=False, indent=2))
    outcomes = {one.outcome for one in seen}
    if not is_json:
        _sum_up(seen)
    raise SystemExit(1 if "broken" in outcomes else 2 if "unseen" in outcomes else 0)


def _judge_client(
    url: str,
    level: str,
    commands: tuple[str, str, str],
    patience: int,
    goes_on: bool,
) -> Iterator[Judged]:
    if any(commands) and not all(commands):
        raise click.ClickException("--enrol, --write và --sync đi cùng nhau / go together.")
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise click.ClickException(f"'{url}' không phải địa chỉ như http://127.0.0.1:8800.")
    steps = CORE
    if level == "full":
        from cli.conformance.harder_steps import HARDER

        steps += HARDER
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="chot-conformance-"))
        click.echo("Đang dựng máy chủ… / setting up a server…", err=True)
        try:
            stage = Stage(Path(folder) / "data", parts.hostname, parts.port or 80, now_ms())
        except OSError as error:
            raise click.ClickException(f"Không mở được {url}: {error.strerror}") from None
        stack.callback(stage.close)
        driver: Driver = Commands(*commands, said=_aside) if all(commands) else Asked(_ask)
        stack.callback(driver.close)
        if not all(commands):
            _introduce(stage)
        yield from judge_client(Play(stage, driver, url, patience), steps, goes_on)


def _judge_server(url: str, code: str, ca: str, patience: int) -> Iterator[Judged]:
    from cli.conformance.judged_server import JudgedServer, UnreachableError
    from cli.conformance.server_steps import judge_server

    if not code:
        raise click.ClickException(
            "Cần --code: mã của `chot device enrol` trên máy chủ được chấm. Chỉ chấm máy thử: lần"
            " chấm để lại sự kiện và một cảnh báo nhân bản. / Needs --code; judge a test server."
        )
    try:
        yield from judge_server(JudgedServer(url, ca, patience), code)
    except UnreachableError as error:
        raise click.ClickException(f"Không tới được {url}: {error}") from None


def _introduce(stage: Stage) -> None:
    notes = json.loads((stage.data / "demo.json").read_text("utf-8"))
    click.echo(f"Mã PIN diễn tập / demo PIN: {notes['pin']}; thẻ / badges: /samples", err=True)


def _ask(vi: str, en: str) -> None:
    click.echo(f"→ {vi}\n  {en}", err=True)


def _aside(line: str) -> None:
    click.echo(
        click.style(f"  $ {line}" if not line.startswith("→") else f"  {line}", dim=True), err=True
    )


def _told(judged: Iterable[Judged], is_json: bool) -> Iterator[Judged]:
    for one in judged:
        if not is_json:
            _tell(one)
        yield one


def _tell(one: Judged) -> None:
    sign, colour = SIGNS[one.outcome]
    step = one.step
    click.echo(
        f"{click.style(sign, fg=colour, bold=True)} {step.name:<9} {step.vi} / {step.en}"
        f"  ({', '.join(step.rules)})"
    )
    for found in one.findings:
        at = f"  [{found.at}]" if found.at else ""
        click.echo(f"    {click.style(found.rule, bold=True)} {found.vi}{at}\n       {found.en}")
        if found.request:
            click.echo(f"       → {found.request}")
        click.echo(click.style(f"       SPEC {found.rule}: {rules()[found.rule]}", dim=True))
    if one.outcome == "unseen":
        click.echo(f"    {one.why[0]}\n    {one.why[1]}")


def _sum_up(seen: list[Judged]) -> None:
    counts = {name: sum(one.outcome == name for one in seen) for name in SIGNS}
    if counts["broken"]:
        click.echo("KHÔNG ĐẠT / does not conform")
    elif counts["unseen"]:
        click.echo(
            f"Không sai quy tắc nào; {counts['unseen']} bước không thấy được / nothing broken,"
            f" {counts['unseen']} not seen"
        )
    else:
        click.echo(f"ĐẠT / conforms: {counts['pass']} bước / steps")


def _plain(one: Judged) -> dict[str, Any]:
    return {
        "step": one.step.name,
        "rules": list(one.step.rules),
        "outcome": one.outcome,
        "findings": [asdict(found) for found in one.findings],
        "why": list(one.why),
    }
