"""Reading a server from afar: its address, who asks, one request, and its refusals in one line.

The token is a file, a variable or a sign-in in this terminal; it goes to the named server only,
over TLS that was checked, and never along a redirection.
"""

from __future__ import annotations

import json
import os
import re
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from cli.data import text_of
from server.config import ConfigError, server_url

TOKEN_VARIABLE = "CHOT_TOKEN"
TIMEOUT_S = 60
EXPORT_TIMEOUT_S = 1800
"""The first byte of an export comes when all of it is made."""

MAX_ANSWER_BYTES = 64 << 20
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,8192}", re.ASCII)
"""RFC 6750 §2.1."""

READERS = "command, approver hoặc admin"
"""Whom the server shows figures; another operation names its own roles."""

F = TypeVar("F", bound=Callable[..., Any])

REMOTE = (
    click.option(
        "--server",
        envvar="CHOT_SERVER",
        default="",
        help="Hỏi máy chủ ở xa, ví dụ https://chot.example:8443 / ask a server.",
    ),
    click.option(
        "--token-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=f"Mã truy cập (chot user token); hoặc biến {TOKEN_VARIABLE}; không có thì hỏi.",
    ),
    click.option(
        "--ca-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Chứng chỉ gốc (PEM) của máy chủ, nếu nó tự ký.",
    ),
)


@dataclass(frozen=True, slots=True)
class Remote:
    """A server and who asks it; `token` is never printed."""

    url: str
    token: str
    tls: ssl.SSLContext | None


def remote_of(values: Mapping[str, Any]) -> Remote | None:
    """The server that REMOTE's options name; None where the data directory is to be read.

    That is where no server is named, or --data is and --server is not on the same command line.
    """
    context = click.get_current_context()
    typed = ParameterSource.COMMANDLINE
    is_here = (
        context.get_parameter_source("data") == typed
        and context.get_parameter_source("server") != typed
    )
    if not values["server"] or is_here:
        return None
    return _remote(values["server"], values["token_file"], values["ca_file"])


def with_remote(command: F) -> F:
    """A command with REMOTE's options."""
    for option in reversed(REMOTE):
        command = option(command)
    return command


def ask(
    remote: Remote,
    path: str,
    query: Mapping[str, Any],
    body: Mapping[str, Any] | None = None,
    *,
    roles: str = READERS,
) -> dict[str, Any]:
    """The JSON that a path answers with; POST where there is a `body`. `roles`: who may.

    Raises ClickException for whatever goes wrong.
    """
    with opened(remote, path, query, TIMEOUT_S, body, roles=roles) as answer:
        try:
            found = json.loads(answer.read(MAX_ANSWER_BYTES))
        except (ValueError, OSError) as error:
            raise _unreachable(remote, str(error)) from None
    if not isinstance(found, dict):
        raise _unreachable(remote, "JSON")
    return found


def opened(
    remote: Remote,
    path: str,
    query: Mapping[str, Any],
    timeout_s: int,
    body: Mapping[str, Any] | None = None,
    *,
    roles: str = READERS,
) -> HTTPResponse:
    """The answer to read from; `headers` are its own. Raises ClickException."""
    asked = {name: value for name, value in query.items() if value not in (None, "", ())}
    text = urllib.parse.urlencode(asked, doseq=True)
    request = urllib.request.Request(
        f"{remote.url}/api/v1{path}{'?' if text else ''}{text}",
        headers={"Authorization": f"Bearer {remote.token}", "Accept-Language": "vi"},
    )
    if body is not None:
        request.data = json.dumps(body).encode("utf-8")
        request.add_header("Content-Type", "application/json")
    return _opened(remote.url, request, remote.tls, timeout_s, roles)


def another_version(remote: Remote) -> click.ClickException:
    """For an answer that this version cannot read."""
    return click.ClickException(
        f"{remote.url} trả lời theo phiên bản khác / answers as another version."
    )


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _opened(
    url: str,
    request: urllib.request.Request,
    tls: ssl.SSLContext | None,
    timeout_s: int,
    roles: str = READERS,
) -> HTTPResponse:
    opener = urllib.request.build_opener(
        _NoRedirection, urllib.request.HTTPSHandler(context=tls), urllib.request.ProxyHandler({})
    )
    try:
        answer: HTTPResponse = opener.open(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        raise _refused(error, roles) from None
    except urllib.error.URLError as error:
        raise _unreachable_at(url, str(error.reason)) from None
    except (OSError, ValueError) as error:
        raise _unreachable_at(url, str(error)) from None
    return answer


def _remote(server: str, file: Path | None, ca_file: Path | None) -> Remote:
    try:
        url = server_url("--server", server.rstrip("/"))
    except ConfigError as error:
        raise click.ClickException(
            f"{error}. Cần dạng https://máy-chủ:cổng; http chỉ cho chính máy này."
        ) from None
    try:
        tls = ssl.create_default_context(cafile=ca_file) if url.startswith("https:") else None
    except ssl.SSLError:
        raise click.ClickException(
            f"{ca_file}: không có chứng chỉ PEM / no PEM certificate"
        ) from None
    token = (text_of(file) if file else os.environ.get(TOKEN_VARIABLE, "")).strip()
    if token and _TOKEN.fullmatch(token) is None:
        # http.client would say so with the token in its words.
        raise click.ClickException(
            f"{file or TOKEN_VARIABLE}: không phải một mã truy cập; cấp ở máy chủ bằng"
            " chot user token. / is no token."
        )
    return Remote(url, token or _signed_in(url, tls), tls)


def _signed_in(url: str, tls: ssl.SSLContext | None) -> str:
    """A token for this one command, for a login that is asked for in the terminal."""
    if not sys.stdin.isatty():
        raise click.ClickException(
            f"Cần mã truy cập: --token-file hoặc biến {TOKEN_VARIABLE}; cấp ở máy chủ bằng"
            " chot user token. / a token is needed."
        )
    sent = {
        "login": click.prompt("Tên đăng nhập / login", err=True),
        "password": click.prompt("Mật khẩu / password", hide_input=True, err=True),
        "totp": click.prompt("Mã TOTP (nếu có / if any)", default="", show_default=False, err=True),
    }
    request = urllib.request.Request(
        f"{url}/api/v1/auth/login",
        data=json.dumps(sent).encode("utf-8"),
        headers={"Content-Type": "application/json"},
    )
    with _opened(url, request, tls, TIMEOUT_S) as answer:
        return str(json.loads(answer.read(MAX_ANSWER_BYTES))["access_token"])


def _refused(error: urllib.error.HTTPError, roles: str) -> click.ClickException:
    try:
        problem = json.loads(error.read(1 << 16))
        said = f"{problem['title']} ({problem['code']})"
    except (ValueError, KeyError, TypeError, OSError):
        said = f"HTTP {error.code}"
    fields = "" if said.startswith("HTTP") else _fields(problem)
    hints = {
        401: " Cấp mã mới ở máy chủ: chot user token.",
        403: f" Người dùng hay mã này không được xem; cần vai trò {roles}.",
        429: f" Hỏi nhiều quá: thử lại sau {error.headers.get('Retry-After', '10')} giây.",
        503: f" Thử lại sau {error.headers.get('Retry-After', '10')} giây.",
    }
    return click.ClickException(f"Máy chủ từ chối: {said}{fields}.{hints.get(error.code, '')}")


def _fields(problem: Mapping[str, Any]) -> str:
    errors = problem.get("errors") or []
    named = [f"{one.get('field')}: {one.get('code')}" for one in errors if isinstance(one, dict)]
    return f" – {', '.join(named)}" if named else ""


def _unreachable(remote: Remote, why: str) -> click.ClickException:
    return _unreachable_at(remote.url, why)


def _unreachable_at(url: str, why: str) -> click.ClickException:
    return click.ClickException(f"Không hỏi được {url}: {why} / no answer.")
