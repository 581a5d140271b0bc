"""What a flow costs an officer: taps, keys and decisions counted, their time estimated.

The estimate is the keystroke-level model (Card, Moran, Newell 1980) with the values of issue 6;
what the tablet takes is measured and added. Tests assert counts; `bench/flows.py` judges times.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.tablet import Tablet
from tests.e2e.wedge import scan_by_wedge

TAP_S = 1.2
"""Also what it costs to hold the tablet to a code."""
DECISION_S = 1.35
KEY_S = 0.28
REPORT = "CHOT_FLOWS"
"""Names the file to which each flow adds a line of JSON."""
SCRIPT = Path(__file__).with_suffix(".js")


@dataclass(slots=True)
class Taps:
    """One flow of one officer.

    `machine_ms`: from each tap to the last frame that answers it (a saved row, an opened camera),
    in all; `slowest_ms`: of one tap. `frame_ms`: the longest from a tap to the next frame.
    """

    name: str
    target_s: float | None
    tablet: Tablet = field(repr=False)
    taps: int = 0
    keys: int = 0
    scans: int = 0
    decisions: list[str] = field(default_factory=list)
    machine_ms: float = 0
    slowest_ms: float = 0
    frame_ms: float = 0

    def decide(self, what: str) -> None:
        """The officer has to make up their mind here: `what` says about what."""
        self.decisions.append(what)

    def scan(self, text: str) -> None:
        """A code read by the hand scanner: one movement, and no keystrokes of a person."""
        self.scans += 1
        self.tablet.page.evaluate("() => klmInput()")
        scan_by_wedge(self.tablet.page, text)

    @property
    def hands_s(self) -> float:
        """What the officer takes, without the machine: the same on every machine."""
        moves = (self.taps + self.scans) * TAP_S + self.keys * KEY_S
        return moves + len(self.decisions) * DECISION_S

    @property
    def seconds(self) -> float:
        """The sum that the targets are about."""
        return self.hands_s + self.machine_ms / 1000

    def __str__(self) -> str:
        target = "" if self.target_s is None else f" of {self.target_s:g} s"
        return (
            f"{self.name}: {self.taps} taps, {self.keys} keys, {self.scans} scans, "
            f"{len(self.decisions)} decisions, machine {self.machine_ms:.0f} ms: "
            f"{self.seconds:.1f} s{target}"
        )


@contextmanager
def flow(tablet: Tablet, name: str, target_s: float | None = None) -> Iterator[Taps]:
    """Counts what is done on the tablet's page inside the block.

    The block ends when the officer sees that the flow is over: wait for that word inside it. A page
    that is loaded again inside loses its count. Raises AssertionError when the hands alone need
    longer than the target.
    """
    page = tablet.page
    page.evaluate(f"() => {{ {SCRIPT.read_text('utf-8')} }}")
    page.evaluate("() => klmBegin()")
    one = Taps(name, target_s, tablet)
    yield one
    found = page.evaluate("() => klmEnd()")
    one.taps, one.keys = found["taps"], found["keys"]
    one.machine_ms, one.slowest_ms = found["machine_ms"], found["slowest_ms"]
    one.frame_ms = found["frame_ms"]
    _report(one)
    assert target_s is None or one.hands_s <= target_s, str(one)


def _report(one: Taps) -> None:
    print(one)
    path = os.environ.get(REPORT)
    if path:
        line = {
            "name": one.name,
            "target_s": one.target_s,
            "taps": one.taps,
            "keys": one.keys,
            "scans": one.scans,
            "decisions": one.decisions,
            "hands_s": round(one.hands_s, 2),
            "machine_ms": round(one.machine_ms),
            "slowest_ms": round(one.slowest_ms),
            "frame_ms": round(one.frame_ms),
        }
        with Path(path).open("a", encoding="utf-8") as report:
            report.write(json.dumps(line, ensure_ascii=False) + "\n")
