"""`chot rules eval` and `decide`: JSON lines for programs; twin of `web/tools/rules-lines.ts`."""

from __future__ import annotations

from typing import Any

import click

from cli.lines import Line, LineError, answer_every_line
from cli.rules.sources import SHIPPED
from rules import (
    RuleError,
    RulePack,
    decide,
    evaluate,
    parse_instant,
    parse_rule_pack,
    to_iso,
    to_plain,
)
from rules.values import is_integer

BATCH = click.option(
    "--batch",
    is_flag=True,
    required=True,
    help="Đọc các dòng JSON từ đầu vào chuẩn / JSON lines on standard input.",
)


@click.command("eval")
@BATCH
def eval_batch(batch: bool) -> None:
    """Tính biểu thức CertLogic / CertLogic: {id, logic, data} → {id, result} hoặc {id, error}.

    Ví dụ: chot rules eval --batch < bieu-thuc.jsonl
    """
    answer_every_line(_evaluated)


@click.command("decide")
@BATCH
def decide_batch(batch: bool) -> None:
    """Kết luận từng lượt / verdicts: {id, pack, evidence, journey, external?, now} → kết luận.

    pack là tên gói có sẵn (ha_dong_2021_08…) hoặc nội dung gói; now là giờ ISO 8601 có múi giờ,
    hoặc mili giây. Mỗi dòng trả {id, outcome, reasons} hoặc {id, error}.

    Ví dụ: chot rules decide --batch < luot.jsonl
    """
    answer_every_line(_decided)


def _evaluated(line: Line) -> Line:
    if "logic" not in line:
        raise LineError("line.field")
    try:
        return {"result": to_plain(evaluate(line["logic"], line.get("data")))}
    except RuleError as error:
        raise LineError(error.code) from None


def _decided(line: Line) -> Line:
    evidence, journey = line.get("evidence"), line.get("journey")
    external = line.get("external")
    if not isinstance(evidence, dict | None) or not isinstance(external, dict | None):
        raise LineError("line.field")
    if not isinstance(journey, dict):
        raise LineError("line.field")
    try:
        now_ms = _instant(line.get("now"))
        pack = _pack(line.get("pack"), now_ms)
    except RuleError as error:
        raise LineError(error.code) from None
    verdict = decide(evidence, journey, external or {}, now_ms, pack)
    return {"outcome": verdict.outcome, "reasons": list(verdict.reasons)}


def _instant(value: Any) -> int:
    """Milliseconds, or ISO 8601 with an offset; a moment that no calendar has is refused."""
    whole = _whole(value)
    now_ms = parse_instant(value) if whole is None else whole
    to_iso(now_ms)
    return now_ms


def _pack(value: Any, now_ms: int) -> RulePack:
    """A shipped pack by name, a pack {name, version, issued_at, content}, or only its content.

    What says no time of issue counts as issued now: no line is stale by accident.
    """
    if isinstance(value, str):
        shipped = SHIPPED.get(value)
        if shipped is None:
            raise LineError("pack.unknown")
        return parse_rule_pack(value, 1, to_iso(now_ms), shipped)
    if not isinstance(value, dict):
        raise LineError("line.field")
    if "content" not in value:
        return parse_rule_pack("rules", 1, to_iso(now_ms), value)
    name, version = value.get("name", "rules"), _whole(value.get("version", 1))
    if not isinstance(name, str) or version is None:
        raise RuleError("pack.field", "/version")
    issued_at = value.get("issued_at")
    when = to_iso(now_ms) if issued_at is None else issued_at
    return parse_rule_pack(name, version, when, value["content"])


def _whole(value: Any) -> int | None:
    """A whole number as JavaScript has it: 1.0 is 1; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if is_integer(value) else None
