"""One device's runs, newest first: which links hold, what is missing, what nobody signed.

Walked backwards because a batch signature vouches through its head: an event is signed when a
signed head leads down to it. So nothing has to be remembered but where each branch stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.chain import genesis

MAX_GAPS = 1000
"""Listed for one device; a log with more of them is told by its first ones."""

UNSIGNED = (1 << 53) - 1


@dataclass(frozen=True, slots=True)
class Break:
    """The first thing that cannot be: `device:seq`, a stable code, and what the file said.

    `last`: where it is known only of a whole run that something in it is wrong, its last event.
    """

    device: str
    seq: int
    code: str
    detail: str = ""
    last: int = 0

    def __str__(self) -> str:
        return f"{self.device}:{self.seq}" + (f"–{self.last}" if self.last > self.seq else "")


@dataclass(frozen=True, slots=True)
class Signed:
    """A stored batch signature; `good`: it is the device's over first, last, previous and head."""

    first: int
    last: int
    head: bytes
    good: bool


@dataclass(frozen=True, slots=True)
class Links:
    """What a run has to fit to. `hashes` are of its events; None where its bodies are gone."""

    branch: int
    first: int
    last: int
    previous: bytes
    head: bytes
    hashes: list[bytes] | None

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of the event `seq`, or before the first; None where it is not known."""
        if seq == self.last:
            return self.head
        if seq < self.first:
            return self.previous
        return None if self.hashes is None else self.hashes[seq - self.first]


@dataclass(frozen=True, slots=True)
class Seen:
    """What all runs of a device came to. `branches`: (number, first, last) of those beside 0."""

    through: int
    gaps: tuple[tuple[int, int], ...]
    branches: tuple[tuple[int, int, int], ...]
    breaks: int
    first_break: Break | None


class _Segment(NamedTuple):
    """A piece of a run that nothing else touches inside; a hash that is not known is None."""

    branch: int
    first: int
    last: int
    previous: bytes | None
    head: bytes | None


@dataclass(slots=True)
class _Branch:
    """Where one branch stands on the way down.

    `below`: the number expected next (0: its beginning was reached), None once it has joined
    another. `signed_to`: a signature reaches down to here. `run_top`, `run_head`: the top of the
    unbroken stretch it is in. `joins`: stretches (top, parent, seq) that go on from another branch.
    """

    last: int
    first: int
    below: int | None
    previous: bytes | None
    signed_to: int
    run_top: int
    run_head: bytes | None
    missing_from: int | None = None
    joins: list[tuple[int, int, int]] = field(default_factory=list)


class Tracker:
    """Walks the runs of one device and says what they came to; `broken` from outside too."""

    def __init__(
        self, device: str, signed: Iterator[Signed], heads: Mapping[int, tuple[int, bytes]]
    ) -> None:
        """`heads` is what the log says of its branches: through and head."""
        self._device = device
        self._signed = signed
        self._next_signed = next(signed, None)
        self._heads = heads
        self._ends = sorted({through for through, _ in heads.values()})
        self._met: dict[int, int] = {}
        self._branches: dict[int, _Branch] = {}
        self._loose_to = UNSIGNED
        self._gaps: list[tuple[int, int]] = []
        self._breaks = 0
        self._first: Break | None = None

    def broken(self, seq: int, code: str, last: int = 0) -> None:
        """Note what cannot be; of several at one place the one found first is named."""
        self._breaks += 1
        if self._first is None or seq < self._first.seq:
            self._first = Break(self._device, seq, code, "", last)

    def walk(self, runs: Iterator[Links]) -> None:
        """Take all runs by falling last number; those of several branches may overlap."""
        active: list[tuple[Links, int]] = []
        coming = next(runs, None)
        while active or coming is not None:
            top = max((at for _, at in active), default=0)
            while coming is not None and coming.last >= top:
                top = coming.last
                active.append((coming, top))
                coming = next(runs, None)
            level = [one for one, at in active if at == top]
            signed = self._signed_at(top)
            low = top
            if len(level) == 1:
                other = max((at for _, at in active if at < top), default=0)
                cuts = (other, coming.last if coming else 0, self._cut_below(top))
                low = max(level[0].first, max(cuts) + 1)
            self._settle(
                [
                    _Segment(one.branch, low, top, one.hash_at(low - 1), one.hash_at(top))
                    for one in level
                ],
                signed,
            )
            active = [(one, min(at, low - 1)) for one, at in active if one.first < low or at < top]

    def end(self) -> Seen:
        """After the last run."""
        while self._next_signed is not None:
            self._lost(self._next_signed, 0)
        for branch in self._branches.values():
            if branch.below == 0 and not _same(branch.previous, genesis(self._device)):
                self.broken(1, "event.genesis")
            elif branch.below is not None and branch.below > 0:
                branch.missing_from = branch.below
            self._close_gap(branch, 0)
        self._compare()
        return Seen(
            through=self._whole(0)[0],
            gaps=tuple(sorted(self._gaps)),
            branches=tuple(
                (no, one.first, one.last) for no, one in sorted(self._branches.items()) if no
            ),
            breaks=self._breaks,
            first_break=self._first,
        )

    def _signed_at(self, seq: int) -> list[Signed]:
        """The signatures whose last event is this one; those above it have lost theirs."""
        while self._next_signed is not None and self._next_signed.last > seq:
            self._lost(self._next_signed, seq)
        found = []
        while self._next_signed is not None and self._next_signed.last == seq:
            found.append(self._next_signed)
            self._next_signed = next(self._signed, None)
        return found

    def _cut_below(self, seq: int) -> int:
        """Where the next signature or head down is: a run is cut there."""
        while self._ends and self._ends[-1] >= seq:
            self._ends.pop()
        end = self._ends[-1] if self._ends else 0
        return end if self._next_signed is None else max(end, self._next_signed.last)

    def _settle(self, level: list[_Segment], signed: list[Signed]) -> None:
        """Join the segments that end at one sequence number to what stands above them."""
        signed_to = [UNSIGNED] * len(level)
        for one in signed:
            self._vouch(one, level, signed_to)
        for no, branch in self._branches.items():
            self._descend(no, branch, level, signed_to)
        for at, segment in enumerate(level):
            self._place(segment, signed_to[at])
        for no, (through, head) in self._heads.items():
            if through == level[0].last:
                index = _find(level, head)
                if index is not None:
                    self._met[no] = level[index].branch

    def _vouch(self, one: Signed, level: list[_Segment], signed_to: list[int]) -> None:
        if not one.good:
            self.broken(one.first, "batch.signature")
        index = _find(level, one.head)
        if index is not None:
            signed_to[index] = min(signed_to[index], one.first)
        else:
            self._loose_to = min(self._loose_to, one.first)
            self.broken(one.last, "batch.head")

    def _lost(self, one: Signed, seq: int) -> None:
        """A batch whose last event is not there, nor anything else between it and `seq`."""
        self._next_signed = next(self._signed, None)
        self._loose_to = min(self._loose_to, one.first)
        self.broken(max(seq + 1, one.first), "event.missing")

    def _descend(
        self, no: int, branch: _Branch, level: list[_Segment], signed_to: list[int]
    ) -> None:
        seq = level[0].last
        if branch.below is None or branch.below < seq:
            return
        own = [one for one in level if one.branch == no]
        index = _find(level, branch.previous)
        if branch.below > seq:
            branch.missing_from, branch.below = branch.below, None
        elif own and _find(own, branch.previous) is not None:
            return
        elif own and (index is None or level[index].head is None):
            self.broken(seq + 1, "event.link")
            branch.below = None
        elif index is not None:
            branch.joins.append((branch.run_top, level[index].branch, seq))
            branch.below = None
            signed_to[index] = min(signed_to[index], branch.signed_to)
        else:
            branch.missing_from, branch.below = seq, None

    def _place(self, segment: _Segment, signed_to: int) -> None:
        top, head = segment.last, segment.head
        branch = self._branches.get(segment.branch)
        signed_to = min(signed_to, self._loose_to)
        if branch is None:
            branch = self._branches[segment.branch] = _Branch(
                top, top, None, segment.previous, UNSIGNED, top, head
            )
        elif branch.below is None:
            self._close_gap(branch, top)
            branch.run_top, branch.run_head = top, head
        branch.signed_to = min(branch.signed_to, signed_to)
        if branch.signed_to > segment.first:
            self.broken(segment.first, "event.unsigned", min(top, branch.signed_to - 1))
        branch.first, branch.below = segment.first, segment.first - 1
        branch.previous = segment.previous

    def _close_gap(self, branch: _Branch, seq: int) -> None:
        """What is missing between `seq` and the run above: signed, it was here once."""
        last, branch.missing_from = branch.missing_from, None
        if last is None:
            return
        signed_from = max(seq + 1, min(branch.signed_to, self._loose_to))
        if signed_from <= last:
            self.broken(signed_from, "event.missing")
        if seq + 1 < signed_from and len(self._gaps) < MAX_GAPS:
            self._gaps.append((seq + 1, min(last, signed_from - 1)))

    def _compare(self) -> None:
        """The heads that receipts are made of are those of the runs."""
        for no in sorted(self._branches.keys() | self._heads.keys()):
            branch, whole = self._branches.get(no), self._whole(no)
            said = self._heads.get(no)
            if said is not None and self._is_held(no, whole, said):
                continue
            at = (whole[0] if said is None else min(whole[0], said[0])) + 1
            self.broken(max(at, branch.first) if no and branch is not None else at, "chain.head")

    def _is_held(self, no: int, whole: tuple[int, bytes | None], said: tuple[int, bytes]) -> bool:
        """Whether a branch is `whole` as far as is said of it."""
        if said[0] == whole[0]:
            return _same(said[1], whole[1])
        branch = self._branches.get(no)
        if said[0] == 0 and branch is not None:
            # It did not link when it began, and keeps 0 also when the gap below it closed.
            return no > 0 or bool(branch.joins)
        # Events that came again with it may stand on another branch and go on from it.
        met = self._met.get(no)
        return said[0] > whole[0] and met is not None and self._reaches_down(met, said[0])

    def _whole(self, no: int) -> tuple[int, bytes | None]:
        """How far a branch is there without a gap from event 1 on, and the hash there."""
        branch = self._branches.get(no)
        if branch is not None and self._reaches_down(no, branch.run_top):
            return branch.run_top, branch.run_head
        return 0, genesis(self._device)

    def _reaches_down(self, no: int, seq: int) -> bool:
        """Whether nothing is missing below this event of a branch, all the way to event 1."""
        while True:
            branch = self._branches[no]
            if branch.below == 0 and seq <= branch.run_top:
                return True
            join = next((one for one in branch.joins if one[2] < seq <= one[0]), None)
            if join is None:
                return False
            _, no, seq = join


def _same(one: bytes | None, other: bytes | None) -> bool:
    """Whether two hashes agree, as far as both are known."""
    return one is None or other is None or one == other


def _find(level: list[_Segment], head: bytes | None) -> int | None:
    """The place of the segment with this head; one whose head is not known comes second."""
    known = next((at for at, one in enumerate(level) if head and one.head == head), None)
    if known is not None:
        return known
    return next((at for at, one in enumerate(level) if _same(one.head, head)), None)
