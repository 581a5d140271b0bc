"""Who issues a report and to whom: the parts of a page that Decree 30/2020/NĐ-CP asks for.

Party bodies have a layout of their own (Guideline 36-HD/VPTW of 2018): `body` says which it is.

They lie in `letterhead.json` in the data directory; without the file, dots stand for what is to be
written by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

Body = Literal["state", "party"]
PARTY_SYMBOL = "BC/QU"
LETTERHEAD_FILE = "letterhead.json"
LONGEST = 200
MOST = 20


class LetterheadError(Exception):
    """`letterhead.json` cannot be used; the argument says why."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """`parent` is the agency above (not bold), `agency` who issues; `symbol` follows the number.

    `addressees` stand after «Kính gửi», `recipients` after «Nơi nhận». `authority` is what stands
    above the signer's post: TM., KT., TL. (T/M of a party body) or nothing.
    """

    body: Body = "state"

    parent: str = ""
    agency: str = ""
    symbol: str = "BC-BCĐ"
    place: str = "…………"
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ("Như trên", "Lưu: VT")
    authority: str = ""
    post: str = ""
    signer: str = ""


def load_letterhead(data_dir: Path, unit: str) -> Letterhead:
    """What `letterhead.json` says; the server's own unit where it names no agency."""
    path = data_dir / LETTERHEAD_FILE
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        found = {}
    except ValueError as error:
        raise LetterheadError(f"{LETTERHEAD_FILE}: {error}") from None
    return letterhead_of(found, unit)


def letterhead_of(found: Any, unit: str) -> Letterhead:
    """Checked: known names, bounded texts. Raises LetterheadError."""
    names = {one.name for one in fields(Letterhead)}
    if not isinstance(found, Mapping) or not set(found) <= names:
        unknown = sorted(set(found) - names) if isinstance(found, Mapping) else []
        raise LetterheadError(f"{LETTERHEAD_FILE}: {', '.join(unknown) or 'không phải đối tượng'}")
    if found.get("body", "state") not in get_args(Body):
        raise LetterheadError(f"{LETTERHEAD_FILE}: body là state (nhà nước) hoặc party (đảng)")
    values: dict[str, Any] = {"agency": unit.upper()}
    if found.get("body") == "party":
        values["symbol"] = PARTY_SYMBOL
    for name, value in found.items():
        many = name in ("addressees", "recipients")
        texts = value if many else [value]
        is_good = isinstance(texts, list) and len(texts) <= MOST
        if not is_good or not all(isinstance(one, str) and len(one) <= LONGEST for one in texts):
            raise LetterheadError(f"{LETTERHEAD_FILE}: {name}")
        values[name] = tuple(texts) if many else value
    return Letterhead(**values)
