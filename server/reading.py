"""Reading a JSON request: content type, encoding, size and depth are settled before it is parsed.

The one place where a request body enters the program. Every limit is checked while reading, so a
gzip bomb costs at most the limit.
"""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import Callable
from typing import Any, NoReturn

from flask import Request, request
from marshmallow import Schema, ValidationError
from webargs import core
from webargs.flaskparser import FlaskParser

from server.problems import ProblemError

MAX_REQUEST_BYTES = 64 * 1024
MAX_DEPTH = 8
MAX_OPENED = 32 * 1024
"""Lists and objects: a request of nothing but empty ones costs two megabytes. A batch of 1,000
events has a thousand, and about 16,000 opening brackets when those inside its texts count too."""

UNCOUNTED_BYTES = 1024 * 1024
"""A request with a batch is read by its type without counting first: that type is flat, and its
smallest event takes twelve bytes, so five megabytes at the most."""

_CHUNK = 256 * 1024

try:
    from schemas.nested import object_decoder
    from schemas.sent_batch import read_request
except ModuleNotFoundError as missing:
    if missing.name != "msgspec":
        raise
    _quick: Callable[[bytes], Any] | None = None
    _with_batch: Callable[[bytes], Any] | None = None
else:
    _quick = object_decoder(MAX_DEPTH).decode
    _with_batch = read_request
_GZIP = 16 + zlib.MAX_WBITS


def read_json(limit: int, parse: Callable[[bytes], Any]) -> Any:
    """The JSON value of the request, at most `limit` bytes once inflated; ProblemError else."""
    if request.mimetype != "application/json":
        raise ProblemError("request.encoding")
    return parse(_body(request, limit))


def parse_sync(data: bytes) -> Any:
    """As `parse_json`; where all is in order and msgspec is there, `batch` is a `Batch` already."""
    if _with_batch is not None and (len(data) <= UNCOUNTED_BYTES or _opened(data) <= MAX_OPENED):
        value = _with_batch(data)
        if value is not None:
            return value
    return parse_json(data)


def parse_json(data: bytes) -> Any:
    """JSON in UTF-8 with bounded depth and no NaN; ProblemError "request.malformed" else.

    What the quick reading refuses is read again, to be judged as where there is no quick one.
    """
    if _quick is not None and _opened(data) <= MAX_OPENED:
        with contextlib.suppress(ValueError, RecursionError):
            return _quick(data)
    _bound_depth(data)
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ProblemError("request.malformed") from None
    return value


class BodyParser(FlaskParser):
    """webargs reading bodies with `read_json` and refusing with problem+json."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        limit = getattr(schema, "max_bytes", MAX_REQUEST_BYTES)
        value = read_json(limit, parse_sync if getattr(schema, "has_batch", False) else parse_json)
        if not isinstance(value, dict):
            raise ProblemError("request.malformed")
        if limit == MAX_REQUEST_BYTES:
            # Event texts are judged one by one by sync; elsewhere a text without UTF-8 is nonsense.
            _refuse_surrogates(value)
        return value

    def handle_error(
        self, error: ValidationError, req: Request, schema: Schema, **kwargs: Any
    ) -> NoReturn:
        raise ProblemError("request.invalid", errors=field_errors(error.messages))


BodyParser.DEFAULT_UNKNOWN_BY_LOCATION = {**core.Parser.DEFAULT_UNKNOWN_BY_LOCATION, "json": None}


def field_errors(messages: Any, path: str = "") -> list[tuple[str, str]]:
    """(field path, code) of marshmallow's messages; at most 32. Codes: missing, invalid."""
    if isinstance(messages, dict):
        found: list[tuple[str, str]] = []
        for name, inner in messages.items():
            if name in ("json", "query") and not path:
                found += field_errors(inner)
            else:
                found += field_errors(inner, f"{path}/{name}" if path else str(name))
        return found[:32]
    missing = "Missing data for required field." in messages
    return [(path, "missing" if missing else "invalid")]


def _body(source: Request, limit: int) -> bytes:
    encoding = source.headers.get("Content-Encoding", "identity").strip().lower()
    if source.content_length is not None and source.content_length > limit:
        raise ProblemError("request.too_large")
    if encoding == "identity":
        data = source.stream.read(limit + 1)
        if len(data) > limit:
            raise ProblemError("request.too_large")
        return data
    if encoding != "gzip":
        raise ProblemError("request.encoding")
    return _inflated(source, limit)


def _inflated(source: Request, limit: int) -> bytes:
    inflater = zlib.decompressobj(_GZIP)
    parts: list[bytes] = []
    room = limit
    try:
        while chunk := source.stream.read(_CHUNK):
            while chunk:
                part = inflater.decompress(chunk, room + 1)
                room -= len(part)
                if room < 0:
                    raise ProblemError("request.too_large")
                parts.append(part)
                chunk = inflater.unconsumed_tail
            if inflater.unused_data:
                break
    except zlib.error:
        raise ProblemError("request.malformed") from None
    if not inflater.eof or inflater.unused_data:
        raise ProblemError("request.malformed")
    return b"".join(parts)


def _opened(data: bytes) -> int:
    return data.count(b"{") + data.count(b"[")


def _bound_depth(data: bytes) -> None:
    """Depth without parsing: what stands outside strings, found by three passes in C."""
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    outside = b"".join(plain.split(b'"')[::2])
    brackets = outside.translate(None, _NOT_BRACKETS)
    if len(brackets) > 2 * MAX_OPENED:
        raise ProblemError("request.too_large")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise ProblemError("request.malformed")


def _refuse_surrogates(value: dict[str, Any]) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ProblemError("request.malformed") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
