"""Bounded inflate: zlib (RFC 1950) for HC1, raw deflate (RFC 1951) for SMART Health Cards.

The largest real payload inflates to 870 bytes. A stream that only stops too early is told from a
broken one, because half a code is no proof of a bad one.
"""

import zlib
from typing import Literal

MAX_BYTES = 65_536

_WINDOWS = {"zlib": zlib.MAX_WBITS, "raw": -zlib.MAX_WBITS}


class InflateError(ValueError):
    """Broken, over MAX_BYTES, or followed by bytes that do not belong to it."""


class InflatePartialError(InflateError):
    """Nothing wrong so far, but the end is missing."""


def inflate(data: bytes, form: Literal["zlib", "raw"]) -> bytes:
    """At most MAX_BYTES of output. Raises InflateError, InflatePartialError for a cut stream."""
    stream = zlib.decompressobj(_WINDOWS[form])
    try:
        found = stream.decompress(data, MAX_BYTES + 1)
    except zlib.error:
        raise InflateError("broken") from None
    if len(found) > MAX_BYTES:
        raise InflateError("too large")
    if not stream.eof:
        raise InflatePartialError("cut")
    if stream.unused_data:
        raise InflateError("bytes after the end")
    return found
