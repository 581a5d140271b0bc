"""`chot simulate`: tablets in software, a bad wire, and a real server that is killed."""

from __future__ import annotations

import json
import secrets
import sys
from dataclasses import asdict

import click

from cli.data import Amount, now_ms, told
from cli.simulate.process import ServerFailedError
from cli.simulate.run import Outcome, Plan
from cli.simulate.run import simulate as run_plan
from cli.simulate.tablet import RefusedError
from cli.simulate.wire import TooManyRequestsError

WORDS = {
    "written": "sự kiện đã ghi",
    "acknowledged": "đã được xác nhận",
    "stored": "có trong nhật ký",
    "conflicts": "lượt có mâu thuẫn",
    "auto": "  tự khép theo quy tắc",
    "asked": "  hỏi người",
    "duplicates": "sự kiện gửi lại",
    "lost": "MẤT",
    "doubled": "BỊ LẶP",
}


@click.command()
@click.option("--tablets", type=click.IntRange(1, 200), default=4, show_default=True)
@click.option("--hours", type=Amount(0.05, 14 * 24), default=1.0, show_default=True)
@click.option("--chaos", is_flag=True, help="Mất tin, chậm, lặp, mất sóng, sai giờ, giết máy chủ.")
@click.option(
    "--kills", type=click.IntRange(0, 1000), help="Số lần SIGKILL; mặc định một lần mỗi hai giờ."
)
@click.option("--seed", type=int, help="Lặp lại một lần chạy / repeat a run.")
@click.option("--max-minutes", type=Amount(0.1, 7 * 24 * 60), default=60.0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Một đối tượng JSON / one JSON object.")
@told
def simulate(
    tablets: int,
    hours: float,
    chaos: bool,
    kills: int | None,
    seed: int | None,
    max_minutes: float,
    as_json: bool,
) -> None:
    """Diễn tập đồng bộ và in sổ đối chiếu / rehearse sync and print a ledger.

    Máy chủ thật chạy trên 127.0.0.1 với dữ liệu tạm; mỗi chốt bốn máy bảng, 450 lượt một giờ. Mã
    thoát 1 khi mất hay lặp dù chỉ một sự kiện. Hạt giống (--seed) lặp lại lượt qua chốt, đường
    truyền và điểm giết máy chủ; chỉ số sự kiện gửi lại còn tùy lúc máy chủ chết.

    Ví dụ: chot simulate --tablets 50 --hours 72 --chaos --json
    """
    plan = Plan(
        tablets=tablets,
        hours=hours,
        chaos=chaos,
        kills=max(3, round(hours / 2)) if kills is None else kills,
        seed=secrets.randbelow(1 << 32) if seed is None else seed,
        now_ms=now_ms(),
        limit_s=max_minutes * 60,
    )
    click.echo(f"--seed {plan.seed}", err=True)
    try:
        with click.progressbar(length=plan.rounds, label="Mô phỏng", file=sys.stderr) as progress:
            outcome = run_plan(plan, progress.update)
    except (ServerFailedError, RefusedError, TooManyRequestsError, ConnectionError) as error:
        raise click.ClickException(f"{type(error).__name__}: {error}") from None
    ledger = asdict(outcome.findings.ledger)
    if as_json:
        click.echo(json.dumps(ledger))
    else:
        for name, count in ledger.items():
            click.echo(f"{WORDS[name]:<24}{count:>10}  {name}")
    click.echo(_about(outcome), err=True)
    if not outcome.findings.good:
        raise SystemExit(1)


def _about(outcome: Outcome) -> str:
    findings = outcome.findings
    lines = [
        f"{outcome.crossings} lượt ({outcome.twice} lượt hai máy cùng ghi), {outcome.rounds} vòng,"
        f" {outcome.requests} yêu cầu,"
        f" giết máy chủ {outcome.kills} lần, {outcome.seconds:.1f} s"
    ]
    noted = (outcome.note, findings.first_break, findings.unseen, findings.unlinked)
    lines += [text for text in noted if text]
    return "\n".join(lines)
