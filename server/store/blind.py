"""Blind index: keyed hashes by which the view finds people without holding who they are.

Every purpose has a key of its own, so that a token of one says nothing in another; the keys follow
from the master, and a rotation is a rebuild. What is folded here is folded for search only: the
record keeps names as they were read.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from functools import lru_cache

from server.keys import KeyRing

TOKEN_BYTES = 12
LAST_DIGITS = 4

_NOT_LETTERS = re.compile(r"[\W_]+")
_NOT_ID = re.compile(r"[^0-9A-Z*]")
_NOT_DIGIT = re.compile(r"[^0-9]")


class BlindIndex:
    """Tokens of one server."""

    def __init__(self, keys: KeyRing) -> None:
        self._id = keys.derive("blind id_number")
        self._last = keys.derive("blind id_last4")
        self._phone = keys.derive("blind phone")
        self._syllable = keys.derive("blind name_syllable")
        self._fingerprint = keys.derive("blind fingerprint")
        self.key_id = hashlib.sha256(b"chot/1 blind" + self._id).hexdigest()[:16]
        """Names the keys: a view made with others has to be rebuilt."""
        self._syllable_token = lru_cache(8192)(lambda text: _token(self._syllable, text))

    def name_tokens(self, name: str) -> set[bytes]:
        """One token a syllable."""
        return {self._syllable_token(one) for one in syllables(name)}

    def id_tokens(self, id_number: str) -> set[bytes]:
        """The whole number and its last four; a masked number has what it shows of these."""
        normal = normal_id(id_number)
        tokens = set()
        if normal and "*" not in normal:
            tokens.add(_token(self._id, normal))
        if len(normal) >= LAST_DIGITS and "*" not in normal[-LAST_DIGITS:]:
            tokens.add(_token(self._last, normal[-LAST_DIGITS:]))
        return tokens

    def whole_id(self, id_number: str) -> bytes:
        """The token of a whole number; empty where it is masked or none."""
        normal = normal_id(id_number)
        return _token(self._id, normal) if normal and "*" not in normal else b""

    def id_query(self, id_number: str) -> bytes:
        """The token to look for: four characters ask for the last four, more for the whole."""
        normal = normal_id(id_number)
        return _token(self._last if len(normal) == LAST_DIGITS else self._id, normal)

    def fingerprint_token(self, fingerprint: str) -> bytes:
        """The token of what a revocation list would hold of a document."""
        return _token(self._fingerprint, fingerprint)

    def phone_tokens(self, phone: str) -> set[bytes]:
        normal = normal_phone(phone)
        return {_token(self._phone, normal)} if normal else set()


def syllables(name: str) -> list[str]:
    """A name's syllables without marks, lower-case: "Đặng Thị Hòa" → dang, thi, hoa.

    Unicode does not decompose đ, so it is replaced by hand.
    """
    bare = unicodedata.normalize("NFD", name).replace("đ", "d").replace("Đ", "D")
    letters = "".join(one for one in bare if not unicodedata.combining(one)).lower()
    return [one for one in _NOT_LETTERS.split(letters) if one]


def normal_id(id_number: str) -> str:
    """Digits, capital letters and the asterisks of a mask."""
    return _NOT_ID.sub("", id_number.upper())


def normal_phone(phone: str) -> str:
    """Digits, with the country code written as a leading 0."""
    digits = _NOT_DIGIT.sub("", phone)
    return "0" + digits[2:] if digits.startswith("84") and len(digits) > 9 else digits


def normal_plate(plate: str) -> str:
    """Letters and digits, capital: what a plate fragment is compared as."""
    bare = plate.upper().replace("Đ", "D")
    return "".join(one for one in bare if one.isascii() and one.isalnum())


def _token(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode("utf-8"), "sha256")[:TOKEN_BYTES]
