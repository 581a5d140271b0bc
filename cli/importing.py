"""What every `import` of rows has in common: its options, its preview, its errors, its template."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from cli.data import DATA, now_ms, opened_home, told
from cli.wrong_rows import refuse_rows, sentence, tell_guesses
from server.importing.plan import Line, Plan, Shown
from server.importing.templates import write_template
from server.issuing.columns import Column
from server.issuing.rows import RowError, headed
from server.issuing.tables import Table, TableError, read_table
from server.issuing.texts import said
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.reference_protocol import Reference

MAX_LINES_SAID = 200
_SIGNS = {"add": "+", "change": "~", "remove": "-"}
_NOTHING = ("chưa nhận dòng nào", "nothing was taken")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file is to be read as, and what is to be done with it."""

    file: Path
    data: Path
    columns: Sequence[Column]
    dry_run: bool
    as_json: bool
    lang: str


def imports(
    columns: Sequence[Column], current: Callable[[Store], Iterable[Shown]] | None = None
) -> Callable[[F], F]:
    """Give a command FILE, --data, --dry-run, --json, --lang and --template; it gets an `Asked`.

    `current` gives the rows that a template begins with: what is stored, to be edited and taken in
    again.
    """

    def decorate(command: F) -> F:
        @functools.wraps(command)
        def run(
            file: Path | None,
            data: Path,
            dry_run: bool,
            as_json: bool,
            lang: str,
            template: Path | None,
            **rest: Any,
        ) -> Any:
            if template is not None:
                return told(_template)(template, data, columns, current, lang)
            if file is None:
                raise click.UsageError("Cần tệp .csv hoặc .xlsx, hoặc --template TỆP / a file.")
            return command(Asked(file, data, columns, dry_run, as_json, lang), **rest)

        run.__doc__ = (command.__doc__ or "").rstrip() + "\n\n    \b\n" + _columns_said(columns)
        for option in reversed(_OPTIONS):
            run = option(run)
        return run  # type: ignore[return-value]

    return decorate


def table_of(asked: Asked) -> Table:
    """The file's rows from its headings on; what was guessed of them is told on standard error."""
    try:
        table = headed(read_table(asked.file), asked.columns)
    except TableError as error:
        _refused(asked, error)
    tell_guesses(table, asked.columns, asked.lang)
    return table


def judged(asked: Asked, take: Callable[[Table], tuple[T, list[RowError]]]) -> T:
    """What `take` makes of all rows; one wrong row, and the command ends with every error said."""
    table = table_of(asked)
    try:
        found, errors = take(table)
    except TableError as error:
        _refused(asked, error)
    if errors and asked.as_json:
        told = [{**asdict(one), "text": sentence(one, asked.columns, asked.lang)} for one in errors]
        click.echo(json.dumps({"file": asked.file.name, "errors": told}, ensure_ascii=False))
        raise SystemExit(1)
    if errors:
        refuse_rows(asked.file, errors, asked.columns, asked.lang, _NOTHING)
    return found


def tell(asked: Asked, plan: Plan[Any], more: str = "") -> bool:
    """Say what changes; whether there is anything to do and it is to be done."""
    counts = plan.counts
    if asked.as_json:
        changes = [asdict(one) for one in plan.lines]
        about = {"file": asked.file.name, "dry_run": asked.dry_run, **counts, "changes": changes}
        click.echo(json.dumps(about, ensure_ascii=False))
        return bool(plan.lines) and not asked.dry_run
    for line in plan.lines[:MAX_LINES_SAID]:
        click.echo(_line(line, asked))
    if len(plan.lines) > MAX_LINES_SAID:
        click.echo(f"… {len(plan.lines) - MAX_LINES_SAID} nữa / more")
    removed = f"{counts['removed']} bỏ / removed, " if counts["removed"] else ""
    click.echo(
        f"{'sẽ / would be: ' if asked.dry_run else ''}{counts['added']} thêm / added, "
        f"{counts['changed']} đổi / changed, {removed}{counts['same']} như cũ / as before."
    )
    if asked.dry_run:
        click.echo("Chưa nhận gì / nothing was taken (--dry-run).")
        return False
    if plan.lines and more:
        click.echo(more)
    return bool(plan.lines)


def take_in(
    asked: Asked, store: Store, plan: Plan[Any], reference: Reference, what: str, each: str = ""
) -> bool:
    """Say what changes; unless it was asked for only that, store `reference`. Whether it was.

    The audit log gets `what` with the counts, and `each` for every row that is put.
    """
    if not tell(asked, plan):
        return False
    now, details = now_ms(), {**plan.counts, "file": asked.file.name}
    entries = [AuditEntry(now, "cli", each, one.id) for one in plan.put if each]
    store.take_in(reference, [*entries, AuditEntry(now, "cli", what, details=details)])
    return True


def _line(line: Line, asked: Asked) -> str:
    names = _headings(asked)
    where = "" if line.row is None else f"dòng {line.row}" if asked.lang == "vi" else f"{line.row}"
    fields = "; ".join(
        f"{names.get(name, name)}: {before or '–'} → {after or '–'}"
        for name, before, after in line.fields
    )
    return "\t".join(one for one in (_SIGNS[line.did], where, line.what, fields) if one)


def _headings(asked: Asked) -> dict[str, str]:
    return {one.name: (one.vi if asked.lang == "vi" else one.name) for one in asked.columns}


def _refused(asked: Asked, error: TableError) -> NoReturn:
    text = said(error.code, asked.lang, **error.values)
    if asked.as_json:
        about = {"row": None, "column": "", "code": error.code, "text": text}
        click.echo(json.dumps({"file": asked.file.name, "errors": [about]}, ensure_ascii=False))
        raise SystemExit(1)
    raise click.ClickException(f"{asked.file}: {text}") from None


def _template(
    path: Path,
    data: Path,
    columns: Sequence[Column],
    current: Callable[[Store], Iterable[Shown]] | None,
    lang: str,
) -> None:
    rows: list[Shown] = []
    if current is not None and (data / "log.db").exists():
        with opened_home(data) as store:
            rows = list(current(store))
    try:
        write_template(path, columns, rows, lang)
    except TableError as error:
        raise click.ClickException(said(error.code, lang, **error.values)) from None
    click.echo(f"{path}: {len(columns)} cột / columns, {len(rows)} dòng / rows")


def _columns_said(columns: Sequence[Column]) -> str:
    listed = ", ".join(one.vi + ("*" if one.required else "") for one in columns)
    lines, line = [], "Cột / columns (* bắt buộc / required):"
    for word in listed.split(", "):
        if len(line) + len(word) > 88:
            lines.append(line)
            line = " "
        line += f" {word},"
    return "\n".join(f"    {one}" for one in [*lines, line.rstrip(",")])


_OPTIONS = (
    click.argument(
        "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
    ),
    DATA,
    click.option("--dry-run", is_flag=True, help="Chỉ xem sẽ đổi gì / show what would change."),
    click.option("--json", "as_json", is_flag=True, help="JSON cho máy đọc / for programs."),
    click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True),
    click.option(
        "--template",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Chỉ ghi tệp mẫu .csv, .xlsx, có sẵn dòng đang dùng / write a template.",
    ),
)
