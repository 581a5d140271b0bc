"""Many documents into a folder: what all commands that issue them from a file have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import click

from cli.progress import progress
from server.document_keys import NoSigningKeyError
from server.issuing.codes import PrintedCode
from server.issuing.folder import write_codes
from server.issuing.rows import Draft, RowError
from server.issuing.sign import Document, issue_draft
from server.issuing.texts import said
from server.issuing.whole_folder import finish_left
from server.keys import KeyRing
from server.store.protocol import Store

NOTHING_ISSUED = ("chưa cấp giấy nào", "nothing was issued")


def signed(
    keys: KeyRing, drafts: Iterable[Draft], now_ms: int, errors: list[RowError], lang: str
) -> Iterator[Document]:
    """Sign them one by one; from the first that is too large on only `errors` are added."""
    for draft in drafts:
        try:
            made = issue_draft(keys, draft, now_ms)
        except NoSigningKeyError:
            raise click.ClickException(said("no_key", lang)) from None
        if isinstance(made, RowError):
            errors.append(made)
        elif not errors:
            yield made


def write_documents(
    folder: Path,
    documents: Iterable[Document],
    count: int,
    *,
    unit: str | None,
    windscreen: bool = False,
) -> None:
    """Codes, `issued.csv` and sheets of `count` documents; no sheets where `unit` is None."""
    with progress("Cấp giấy / issuing", lines=True) as tell:
        done = 0
        with_sheet, close = _sheets(folder, count, unit, windscreen)

        def draw(document: Document, codes: Sequence[PrintedCode]) -> None:
            nonlocal done
            with_sheet(document, codes)
            done += 1
            tell(done, count)

        write_codes(folder, documents, count, draw)
        close()


def finish_cut_off(store: Store, out: Path | None, what: str) -> None:
    """Finish or clear away the folder of a run that was killed; `what` names its audit entries."""
    if out is None:
        return
    marks = {one.details.get("folder") for one in store.audited_of(what)}
    for done in finish_left(out, marks.__contains__):
        click.echo(
            f"{out}: đã hoàn tất thư mục của lần chạy bị ngắt / a run cut off is finished."
            if done == "finished"
            else f"{out}: đã bỏ phần dở dang của lần chạy bị ngắt / a run cut off is cleared away.",
            err=True,
        )


def _sheets(
    folder: Path, count: int, unit: str | None, windscreen: bool
) -> tuple[Callable[[Document, Sequence[PrintedCode]], None], Callable[[], None]]:
    if unit is None:
        return (lambda _document, _codes: None), lambda: None
    from server.issuing.sheet_files import SheetFiles

    files = SheetFiles(folder, count, unit=unit, windscreen=windscreen)
    return files.add, files.close
