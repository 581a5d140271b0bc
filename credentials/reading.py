"""One text in, one Evidence out: which family it is, then that family's reader.

A new family is one module and one line in each of the two functions.
"""

import re

from credentials.bhyt import matches_bhyt, read_bhyt
from credentials.cccd import family_of_cccd, matches_cccd, read_cccd
from credentials.conditions import IDEAL, Conditions, judged_ms, under
from credentials.evidence import Evidence, Family
from credentials.hc1 import matches_hc1, read_hc1
from credentials.own import matches_own, read_own
from credentials.pc_covid import matches_pc_covid, read_pc_covid
from credentials.shc import matches_shc, read_shc
from credentials.trust import Trust
from credentials.typed import family_of_typed, read_typed
from credentials.unlisted import MAX_CHARACTERS, matches_url, read_opaque, read_url

_SURROGATE = re.compile("[\ud800-\udfff]")


def recognise(text: str) -> Family:
    """The family that `text` belongs to; `opaque` when none, or when it is over 4,296 characters.

    What a scanner adds at the ends (tab, CR, LF) is not looked at. Spaces are, for they mean
    something at the end of base45.
    """
    if len(text) > MAX_CHARACTERS or _SURROGATE.search(text):
        return "opaque"
    bare = text.strip("\t\r\n")
    if matches_own(bare):
        return "own"
    if matches_hc1(bare):
        return "hc1"
    if matches_shc(bare):
        return "shc"
    if matches_bhyt(bare):
        return "bhyt"
    if matches_pc_covid(bare):
        return "pc_covid"
    if matches_cccd(bare):
        return family_of_cccd(bare)
    if typed := family_of_typed(bare):
        return typed
    return "url" if matches_url(bare.strip(" ")) else "opaque"


def read(
    text: str,
    trust: Trust,
    now_ms: int,
    leeway_ms: int = 0,
    conditions: Conditions = IDEAL,
) -> Evidence:
    """What `text` proves at `now_ms` (epoch ms) under `trust`. Never raises for any text."""
    found = _read(text, trust, judged_ms(now_ms, conditions), leeway_ms)
    return under(found, now_ms, conditions)


def _read(text: str, trust: Trust, now_ms: int, leeway_ms: int) -> Evidence:
    family = recognise(text)
    bare = text.strip("\t\r\n") if len(text) <= MAX_CHARACTERS else text
    match family:
        case "own":
            return read_own(bare.rstrip(" "), trust, now_ms, leeway_ms)
        case "hc1":
            return read_hc1(bare, trust, now_ms, leeway_ms)
        case "shc":
            return read_shc(bare.rstrip(" "), trust, now_ms, leeway_ms)
        case "bhyt":
            return read_bhyt(bare)
        case "pc_covid":
            return read_pc_covid(bare)
        case "cccd" | "can_cuoc" | "cmnd":
            return read_cccd(bare) if "|" in bare else read_typed(bare)
        case "url":
            return read_url(bare.strip(" "))
        case _:
            return read_opaque(bare)
