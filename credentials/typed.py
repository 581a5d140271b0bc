"""A number that an officer typed from a card: 9 digits (CMND) or 12 digits (CCCD). A claim."""

import re

from credentials.evidence import Evidence, Family, Identity
from credentials.id_number import id_number_warnings

# What people put between groups of digits.
_SEPARATORS = re.compile(r"[ .-]")


def family_of_typed(text: str) -> Family | None:
    """`cmnd` for 9 digits, `cccd` for 12, None for anything else."""
    digits = _SEPARATORS.sub("", text)
    if not re.fullmatch("[0-9]{9}(?:[0-9]{3})?", digits):
        return None
    return "cmnd" if len(digits) == 9 else "cccd"


def read_typed(text: str) -> Evidence:
    """The name is empty: a number alone names nobody."""
    digits = _SEPARATORS.sub("", text)
    return Evidence(
        family="cmnd" if len(digits) == 9 else "cccd",
        status="claim",
        code="unsigned",
        identity=Identity("", None, digits),
        warnings=id_number_warnings(digits, None, None),
    )
