"""One device's rows, newest first: which links hold, what is missing, what nobody signed.

Walked backwards because a batch signature vouches through its head: an event is signed when a
signed head leads down to it. So nothing has to be remembered but where each branch stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.store.row_check import Row
from sync.chain import genesis

MAX_GAPS = 1000
"""Listed for one device; a log with more of them is told by its first ones."""

UNSIGNED = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that cannot be: `device:seq`, a stable code, and what the file said."""

    device: str
    seq: int
    code: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.device}:{self.seq}"


@dataclass(frozen=True, slots=True)
class Signed:
    """A stored batch signature; `good`: it is the device's over first, last, previous and head."""

    first: int
    last: int
    head: bytes
    good: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What all rows of a device came to. `branches`: (number, first, last) of those beside 0."""

    through: int
    gaps: tuple[tuple[int, int], ...]
    branches: tuple[tuple[int, int, int], ...]
    breaks: int
    first_break: Break | None


@dataclass(slots=True)
class _Branch:
    """Where one branch stands on the way down.

    `below`: the number expected next (0: its beginning was reached), None once it has joined
    another. `signed_to`: a signature reaches down to here. `run_top`, `run_head`: the top of the
    unbroken run it is in.
    """

    last: int
    first: int
    below: int | None
    previous: bytes
    signed_to: int
    run_top: int
    run_head: bytes
    missing_from: int | None = None
    joined: tuple[int, int] | None = None


class Tracker:
    """Takes the rows of one device by falling sequence number; `end` says what they came to."""

    def __init__(self, device: str, signed: Iterator[Signed]) -> None:
        self._device = device
        self._signed = signed
        self._next_signed = next(signed, None)
        self._level: list[Row] = []
        self._branches: dict[int, _Branch] = {}
        self._loose_to = UNSIGNED
        self._gaps: list[tuple[int, int]] = []
        self._breaks = 0
        self._first: Break | None = None

    def row(self, row: Row, problem: str | None) -> None:
        """The next row, and what is wrong with it by itself."""
        if self._level and self._level[0].seq != row.seq:
            self._settle()
        self._level.append(row)
        if problem is not None:
            self._broken(row.seq, problem)

    def end(self, heads: Mapping[int, tuple[int, bytes]]) -> Seen:
        """After the last row; `heads` is what the log says of its branches: through and head."""
        if self._level:
            self._settle()
        while self._next_signed is not None:
            self._lost(self._next_signed, 0)
        for branch in self._branches.values():
            if branch.below == 0 and branch.previous != genesis(self._device):
                self._broken(1, "event.genesis")
            elif branch.below is not None and branch.below > 0:
                branch.missing_from = branch.below
            self._close_gap(branch, 0)
        self._compare(heads)
        own = self._branches.get(0)
        return Seen(
            through=self._whole(own)[0] if own is not None else 0,
            gaps=tuple(sorted(self._gaps)),
            branches=tuple(
                (no, one.first, one.last) for no, one in sorted(self._branches.items()) if no
            ),
            breaks=self._breaks,
            first_break=self._first,
        )

    def _settle(self) -> None:
        """Join the rows of one sequence number to what stands above them."""
        level, self._level = self._level, []
        seq = level[0].seq
        while self._next_signed is not None and self._next_signed.last > seq:
            self._lost(self._next_signed, seq)
        signed_to = {row.hash: UNSIGNED for row in level}
        while self._next_signed is not None and self._next_signed.last == seq:
            self._vouch(self._next_signed, signed_to)
        for no, branch in self._branches.items():
            self._descend(no, branch, seq, level, signed_to)
        for row in level:
            self._place(row, signed_to[row.hash])

    def _vouch(self, one: Signed, signed_to: dict[bytes, int]) -> None:
        self._next_signed = next(self._signed, None)
        if not one.good:
            self._broken(one.first, "batch.signature")
        if one.head in signed_to:
            signed_to[one.head] = min(signed_to[one.head], one.first)
        else:
            self._loose_to = min(self._loose_to, one.first)
            self._broken(one.last, "batch.head")

    def _lost(self, one: Signed, seq: int) -> None:
        """A batch whose last event is not there, nor anything else between it and `seq`."""
        self._next_signed = next(self._signed, None)
        self._loose_to = min(self._loose_to, one.first)
        self._broken(max(seq + 1, one.first), "event.missing")

    def _descend(
        self, no: int, branch: _Branch, seq: int, level: list[Row], signed_to: dict[bytes, int]
    ) -> None:
        if branch.below is None or branch.below < seq:
            return
        own = any(row.branch == no for row in level)
        below = [row for row in level if row.hash == branch.previous]
        if branch.below > seq:
            branch.missing_from, branch.below = branch.below, None
        elif own and not any(row.branch == no for row in below):
            self._broken(seq + 1, "event.link")
            branch.below = None
        elif own:
            return
        elif below:
            branch.joined, branch.below = (below[0].branch, seq), None
            signed_to[below[0].hash] = min(signed_to[below[0].hash], branch.signed_to)
        else:
            branch.missing_from, branch.below = seq, None

    def _place(self, row: Row, signed_to: int) -> None:
        branch = self._branches.get(row.branch)
        signed_to = min(signed_to, self._loose_to)
        if branch is None:
            branch = self._branches[row.branch] = _Branch(
                row.seq, row.seq, None, row.previous, UNSIGNED, row.seq, row.hash
            )
        elif branch.below is None:
            self._close_gap(branch, row.seq)
            branch.run_top, branch.run_head, branch.joined = row.seq, row.hash, None
        branch.signed_to = min(branch.signed_to, signed_to)
        if branch.signed_to > row.seq:
            self._broken(row.seq, "event.unsigned")
        branch.first, branch.below, branch.previous = row.seq, row.seq - 1, row.previous

    def _close_gap(self, branch: _Branch, seq: int) -> None:
        """What is missing between `seq` and the run above: signed, it was here once."""
        last, branch.missing_from = branch.missing_from, None
        if last is None:
            return
        signed_from = max(seq + 1, min(branch.signed_to, self._loose_to))
        if signed_from <= last:
            self._broken(signed_from, "event.missing")
        if seq + 1 < signed_from and len(self._gaps) < MAX_GAPS:
            self._gaps.append((seq + 1, min(last, signed_from - 1)))

    def _compare(self, heads: Mapping[int, tuple[int, bytes]]) -> None:
        """The heads that receipts are made of are those of the rows."""
        for no in sorted(self._branches.keys() | heads.keys()):
            branch = self._branches.get(no)
            whole = (0, genesis(self._device)) if branch is None else self._whole(branch)
            said = heads.get(no)
            # A branch that did not link when it began keeps 0, also when the gap below it closed.
            if said is None or (said != whole and not (no and said[0] == 0)):
                at = whole[0] if said is None else min(whole[0], said[0])
                self._broken(at + 1, "chain.head")

    def _whole(self, branch: _Branch) -> tuple[int, bytes]:
        """How far a branch is there without a gap from event 1 on, and the hash there."""
        top = branch.run_top, branch.run_head
        if branch.below == 0:
            return top
        if branch.joined is not None:
            parent, seq = branch.joined
            if seq <= self._whole(self._branches[parent])[0]:
                return top
        return 0, genesis(self._device)

    def _broken(self, seq: int, code: str) -> None:
        self._breaks += 1
        if self._first is None or seq < self._first.seq:
            self._first = Break(self._device, seq, code)
