"""What a failed round means: everything is kept, and when to try again. SPEC B2, P2.

Sorted as lesson 4 asks: a 401 is not final, a 413 or a timeout halves the batch, the rest waits.
"""

from __future__ import annotations

from typing import Literal

Failure = Literal["offline", "timeout", "auth", "too_large", "later", "refused"]
"""offline: nobody answered, or not a whole answer. timeout: not in time. auth: 401.
too_large: 413. later: 408, 429, 5xx. refused: anything else; saying it again may not help."""

FIRST_RETRY_MS = 2_000
LAST_RETRY_MS = 5 * 60_000


def failure_of_status(status: int) -> Failure | None:
    """What an HTTP status means to a sender; None for success."""
    if 200 <= status < 300:
        return None
    if status == 401:
        return "auth"
    if status == 413:
        return "too_large"
    return "later" if status in (408, 429) or status >= 500 else "refused"


def retry_delay_ms(failures: int, uniform: float, retry_after_ms: int = 0) -> int:
    """The wait after `failures` in a row: doubling, capped, half of it by chance (0 ≤ uniform < 1).

    Never shorter than what the server asked for.
    """
    full = min(LAST_RETRY_MS, FIRST_RETRY_MS << min(max(failures, 1) - 1, 20))
    return max(retry_after_ms, round(full * (0.5 + uniform / 2)))


def halved(batch_events: int) -> int:
    """The next smaller batch; one event is the smallest."""
    return max(1, (batch_events + 1) // 2)
