"""The demo's telephone book: invented numbers, and a leader on duty at any hour of two weeks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

DAY_MS = 86_400_000
DAYS = 14
TURN_MS = DAY_MS // 2
LEADERS = (
    ("Phạm Văn Trực", "Phó Chủ tịch UBND (diễn tập)", "0900 000 011"),
    ("Hoàng Thị Thử", "Phó trưởng Công an (diễn tập)", "0900 000 012"),
)
BOOK = (
    ("health", "Trung tâm Y tế (diễn tập)", "0900 000 115", True),
    ("police", "Công an trực ban (diễn tập)", "0900 000 113", False),
    ("rescue", "Cứu nạn, cứu hộ (diễn tập)", "0900 000 114", False),
)


def demo_book(last: Mapping[str, Any] | None, now_ms: int) -> Mapping[str, Any]:
    """What was published before while its leaders last for another day, else two weeks anew."""
    begin_ms = now_ms - now_ms % DAY_MS
    if last is not None and last.get("duty") and last["duty"][-1]["until"] > _iso(now_ms + DAY_MS):
        return last
    turns = range(begin_ms, begin_ms + DAYS * DAY_MS, TURN_MS)
    return {
        "book": [
            {"kind": kind, "name": name, "number": number, "public": public}
            for kind, name, number, public in BOOK
        ],
        "duty": [
            dict(zip(("name", "title", "number"), LEADERS[at % len(LEADERS)], strict=True))
            | {"from": _iso(from_ms), "until": _iso(from_ms + TURN_MS)}
            for at, from_ms in enumerate(turns)
        ],
    }


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
