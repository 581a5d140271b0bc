"""How long a lane's queue is, as an officer saw it, and how long who joins it will wait."""

from __future__ import annotations

from schemas.shapes import Tolerant, text, whole

LATEST_AUTO = {"shows": "latest", "closes": "auto"}

MOST_VEHICLES = 10_000
MOST_WAIT_S = 86_400


class Queue(Tolerant):
    """One look at a lane's queue, at the event's time.

    `wait_s` is the tablet's estimate: the vehicles that wait, at the pace of those that passed
    this lane lately; absent where nobody passed.
    """

    lane = text(32, required=True, metadata=LATEST_AUTO)
    length_vehicles = whole(0, MOST_VEHICLES, required=True, metadata=LATEST_AUTO)
    wait_s = whole(0, MOST_WAIT_S, metadata=LATEST_AUTO)
