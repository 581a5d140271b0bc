"""`chot export … --server`: the file that a server makes, whole and as it made it, or none."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPResponse
from pathlib import Path
from typing import IO, Any

import click

from cli.progress import progress
from cli.remote import EXPORT_TIMEOUT_S, Remote, opened

CHUNK_BYTES = 1 << 18
NAMES = "approver, đăng nhập bằng mật khẩu (mã của chot user token không mở tên)"
_DIGEST = re.compile(r"sha-256=:([A-Za-z0-9+/=]{44}):")


def table_from(
    remote: Remote,
    table: str,
    query: dict[str, Any],
    why: dict[str, str] | None,
    output: Path | None,
) -> int:
    """Fetch a table, as of which number of the server's log; unmasked where somebody says `why`.

    The file has its name when every byte and the digest are there.
    """
    with progress(f"Tải {table}", "B") as tell:
        if why is None:
            with opened(remote, f"/exports/{table}", query, EXPORT_TIMEOUT_S) as answer:
                _keep(remote, answer, output, tell)
                return int(answer.headers["Chot-Log"])
        headers = named_from(remote, f"/exports/{table}/unmasked", query | why, output, tell)
        return int(headers["Chot-Log"])


def named_from(
    remote: Remote,
    path: str,
    wanted: dict[str, Any],
    output: Path | None,
    tell: Callable[[int, int], None],
) -> Message:
    """Fetch a file that names people, for its owner only; what the server says of it.

    `wanted` is posted: why somebody looks stands in no URL.
    """
    body = {name: value for name, value in wanted.items() if value is not None}
    with (
        opened(remote, path, {}, EXPORT_TIMEOUT_S, body, roles=NAMES) as answer,
        for_the_owner(),
    ):
        _keep(remote, answer, output, tell)
        return answer.headers


@contextmanager
def for_the_owner() -> Iterator[None]:
    """Files made meanwhile are for nobody else to read."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _keep(
    remote: Remote,
    answer: HTTPResponse,
    output: Path | None,
    tell: Callable[[int, int], None],
) -> None:
    with answer:
        headers = answer.headers
        size = int(headers["Content-Length"])
        found = _DIGEST.fullmatch(headers.get("Repr-Digest", ""))
        if found is None:
            raise click.ClickException("Máy chủ không nêu mã băm / no digest.")
        wanted = base64.b64decode(found[1]).hex()
        if output is None:
            digest = _copy(answer, sys.stdout.buffer, size, tell)
            sys.stdout.buffer.flush()
        else:
            part = output.with_name(f".{output.name}.remote")
            try:
                with part.open("wb") as file:
                    digest = _copy(answer, file, size, tell)
                if digest == wanted:
                    part.replace(output)
            finally:
                part.unlink(missing_ok=True)
        if digest != wanted:
            raise click.ClickException("Tệp nhận được không đủ hoặc sai: chạy lại / run it again.")
    if output is not None:
        output.with_name(f"{output.name}.sha256").write_text(f"{digest}  {output.name}\n", "utf-8")
    click.echo(f"{headers['Chot-Rows']} dòng → {output or 'stdout'} (từ {remote.url})", err=True)
    click.echo(f"sha256 {digest} · nhật ký đến số {headers['Chot-Log']}", err=True)


def _copy(source: IO[bytes], target: IO[bytes], size: int, tell: Callable[[int, int], None]) -> str:
    digest = hashlib.sha256()
    done = 0
    while done < size:
        try:
            block = source.read(CHUNK_BYTES)
        except OSError:
            break
        if not block:
            break
        digest.update(block)
        target.write(block)
        done += len(block)
        tell(done, size)
    return digest.hexdigest()
