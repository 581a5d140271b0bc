"""The runs of a page as the JSON that goes out: stored texts, as they lie.

Written by hand: bodies and person texts are JSON arrays already, and ids and base64url need no
quoting. So a page costs what copying it costs.
"""

from __future__ import annotations

from collections.abc import Sequence

from server.store.feed_pages import FeedRun
from sync.encoding import to_base64url


def runs_text(runs: Sequence[FeedRun]) -> str:
    """The JSON array `runs` of a sync answer (contract in `schemas.sync_wire.GivenRun`)."""
    return f"[{','.join(map(_run, runs))}]"


def _run(run: FeedRun) -> str:
    more = f',"branch":{run.branch}' if run.branch else ""
    if run.counted != run.n:
        more += f',"again":{run.counted}'
    if run.persons is not None:
        more += f',"persons":{run.persons}'
    if run.commitments is not None:
        more += f',"commitments":"{to_base64url(run.commitments)}"'
    return (
        f'{{"n":{run.n},"device":"{run.device}","first":{run.first},'
        f'"previous":"{to_base64url(run.previous)}","server":"{run.server}",'
        f'"received":{run.received_ms},"ranks":"{run.ranks}","bodies":{run.bodies}{more}}}'
    )
