"""Codes whose content nobody published: web addresses and opaque text.

Evidence keeps the host or the shape, never the text: old passes carry personal data in the clear.
"""

import re

from credentials.evidence import Evidence

MAX_CHARACTERS = 4_296

# A backslash ends the authority for a browser: with one in the user part the host would be forged.
_URL = re.compile(
    r"https?://(?:[^/?#@\\]*@)?([A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?(?:[/?#][^\t\r\n ]*)?",
    re.IGNORECASE | re.ASCII,
)
_LENGTHS = ((0, "0"), (20, "1-20"), (80, "21-80"), (300, "81-300"), (1000, "301-1000"))
_CHARSETS = (
    ("digits", re.compile(r"[0-9]+")),
    ("qr_alphanumeric", re.compile(r"[0-9A-Z $%*+./:-]+")),
    ("base64url", re.compile(r"[A-Za-z0-9_-]+")),
    ("ascii", re.compile(r"[\x00-\x7f]*")),
)


def matches_url(text: str) -> bool:
    return _URL.fullmatch(text) is not None


def read_url(text: str) -> Evidence:
    match = _URL.fullmatch(text)
    host = match[1].lower() if match else None
    return Evidence("url", "unknown", "unrecognised", subject={"type": "url", "host": host})


def read_opaque(text: str) -> Evidence:
    """Length class (characters) and character set of a text; a longer one is not looked at."""
    if len(text) > MAX_CHARACTERS:
        length, charset = "over", "unread"
    else:
        length = next((name for most, name in _LENGTHS if len(text) <= most), "1001-4296")
        charset = next((name for name, shape in _CHARSETS if shape.fullmatch(text)), "text")
    subject = {"type": "opaque", "length": length, "charset": charset}
    return Evidence("opaque", "unknown", "unrecognised", subject=subject)
