"""Bytes of a text file as text: what Excel, Notepad and older Vietnamese machines write."""

from __future__ import annotations

import re
import unicodedata

UTF8 = "UTF-8"
UTF16 = "UTF-16"
WINDOWS_1258 = "Windows-1258"

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_LETTERS = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES} | {
    "đ"
}
_MARKS = set("“”‘’«»–—…·•°²³×±§\u00a0\u200b₫©®™€")
_CAPITAL_INSIDE = re.compile(r"[a-z]([^\x00-\x7fĐ])")


class EncodingError(ValueError):
    """No encoding that we know makes Vietnamese of these bytes."""


def decoded(data: bytes) -> tuple[str, str]:
    """(text, encoding). Raises EncodingError where the text would be a guess that reads wrongly.

    What is no UTF-8 is tried as Windows-1258, and taken only where every letter of it is
    Vietnamese: bytes of TCVN3 and VNI fonts decode too, into letters that nobody wrote.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _strictly(data, "utf-16"), UTF16
    bare = _wide_without_mark(data)
    if bare:
        return _strictly(data, bare), UTF16
    if b"\x00" in data:
        raise EncodingError
    try:
        return data.decode("utf-8-sig"), UTF8
    except UnicodeDecodeError:
        text = unicodedata.normalize("NFC", _strictly(data, "cp1258"))
    if not _is_vietnamese(text):
        raise EncodingError
    return text, WINDOWS_1258


def _strictly(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise EncodingError from None
    if "\x00" in text:
        raise EncodingError
    return text


def _wide_without_mark(data: bytes) -> str:
    """UTF-16 without a byte order mark: most of the first line is ASCII, so every other byte is 0.

    A file with one stray zero byte is no such file.
    """
    head = data[:200]
    if len(head) < 4 or len(data) % 2:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd * 2 > half and even == 0:
        return "utf-16-le"
    if even * 2 > half and odd == 0:
        return "utf-16-be"
    return ""


def _is_vietnamese(text: str) -> bool:
    strange = any(
        one not in _MARKS and one.casefold() not in _LETTERS for one in text if not one.isascii()
    )
    # TCVN3 writes “Nguyễn” in bytes that read "NguyÔn".
    shouted = any(match[1] != match[1].lower() for match in _CAPITAL_INSIDE.finditer(text))
    return not strange and not shouted
