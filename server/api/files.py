"""A table as a file in an answer: checked, made in a folder that goes, sent with its digest."""

from __future__ import annotations

import base64
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from flask import Response

from server.access import the_user
from server.context import here
from server.problems import ProblemError
from server.store.export_protocol import Column
from server.store.published import AuditEntry
from server.store.reader import ViewMissingError

if TYPE_CHECKING:
    from server.exporting.run import Asked

CHUNK_BYTES = 1 << 18
BUSY_S = 10
UNFINISHED = "export.tmp-"
"""How folders begin in which an answer is being made; left there by a server that was killed."""

_turn = threading.BoundedSemaphore(1)


def made_file(asked: Asked) -> Response:
    """The file, whole, with `Content-Length`, `Repr-Digest`, `Chot-Rows` and `Chot-Log`.

    The caller has checked who asks, and has audited it. ProblemError where it cannot be made now.
    """
    from server.exporting.run import ExtraMissingError, RowsMissingError, export_to

    context = here()
    inside = context.config.data_dir
    with one_at_a_time(), tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=inside) as folder:
        target = Path(folder) / f"{asked.table}.{asked.layout}"
        try:
            done = export_to(context.store, asked, target, lambda _done, _all: None)
        except ExtraMissingError:
            raise ProblemError("request.encoding") from None
        except (RowsMissingError, ViewMissingError):
            raise busy() from None
        size = target.stat().st_size
        # Open it lives on without a name: nothing is left behind, whatever happens to us.
        file = target.open("rb")
    answer = Response(_blocks(file), content_type="application/octet-stream")
    answer.call_on_close(file.close)
    answer.headers["Content-Length"] = str(size)
    digest = base64.b64encode(bytes.fromhex(done.sha256)).decode("ascii")
    answer.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    answer.headers["Chot-Rows"] = str(done.rows)
    answer.headers["Chot-Log"] = str(done.n)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def asked_export(table: str, wanted: dict[str, Any], *, unmasked: bool) -> Asked:
    """What a request wants of a table; ProblemError where there is no such thing."""
    from server.exporting.formats import FORMATS
    from server.exporting.run import Asked
    from server.exporting.tables import columns_of

    return Asked(
        table,
        window_of(wanted),
        known_checkpoints(wanted["checkpoint"]),
        chosen_columns(columns_of(here().store, table, unmasked), wanted["columns"]),
        wanted["format"],
        wanted["lang"] or FORMATS[wanted["format"]].lang,
        _as_of(table, wanted),
        wanted["came_after"] or 0,
        unmasked,
        wanted["compress"],
    )


def drop_unfinished(data_dir: Path) -> int:
    """Remove what a killed server was making; how many. People may be named in it."""
    left = list(data_dir.glob(f"{UNFINISHED}*"))
    for folder in left:
        shutil.rmtree(folder)
    return len(left)


def known_checkpoints(checkpoints: list[str]) -> tuple[str, ...]:
    """These, when all are there; ProblemError else."""
    known = {one.id for one in here().store.checkpoints()}
    if not known.issuperset(checkpoints):
        raise ProblemError("request.invalid", errors=(("checkpoint", "unknown"),))
    return tuple(checkpoints)


def chosen_columns(known: tuple[Column, ...], names: str) -> tuple[Column, ...]:
    """The columns named, joined by commas; all where none is. ProblemError for an unknown one."""
    by_name = {one.name: one for one in known}
    asked = [one.strip() for one in names.split(",") if one.strip()]
    if not by_name.keys() >= set(asked):
        raise ProblemError("request.invalid", errors=(("columns", "unknown"),))
    return tuple(by_name[one] for one in dict.fromkeys(asked)) or known


def window_of(wanted: dict[str, Any]) -> tuple[int, int]:
    """from_ms and to_ms; ProblemError where they are the wrong way round."""
    if wanted["to_ms"] < wanted["from_ms"]:
        raise ProblemError("request.invalid", errors=(("to_ms", "invalid"),))
    return wanted["from_ms"], wanted["to_ms"]


def audit_look(what: str, details: dict[str, Any]) -> None:
    """Note who looks, before the first row."""
    context = here()
    context.store.audit(AuditEntry(context.clock(), the_user().id, what, details=details))


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """The turn of what reads much; ProblemError "server.busy" while somebody has it."""
    if not _turn.acquire(blocking=False):
        raise busy()
    try:
        yield
    finally:
        _turn.release()


def busy() -> ProblemError:
    """For what can be asked for again in a while."""
    return ProblemError("server.busy", headers={"Retry-After": str(BUSY_S)})


def _as_of(table: str, wanted: dict[str, Any]) -> int | None:
    """The log number that is asked for, by itself or by a time."""
    from server.exporting.tables import TABLES

    asked = [name for name in ("as_of", "as_of_ms", "came_after") if wanted[name] is not None]
    if asked and not TABLES[table].has_past:
        raise ProblemError("request.invalid", errors=tuple((name, "invalid") for name in asked))
    n: int | None = wanted["as_of"]
    if wanted["as_of_ms"] is None:
        return n
    if n is not None:
        raise ProblemError("request.invalid", errors=(("as_of_ms", "invalid"),))
    store = here().store
    try:
        # What the view lacks yet must not be missing here and in what came after as well.
        return min(store.number_at(wanted["as_of_ms"]), store.projected()[0])
    except ViewMissingError:
        raise busy() from None


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while block := file.read(CHUNK_BYTES):
            yield block
