"""The rules of sync/SPEC.md, by number, as a client's author reads them there."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_RULE = re.compile(r"^- \*\*([A-Z]\d+)\*\* (.+)$", re.MULTILINE)


@cache
def rules() -> dict[str, str]:
    """Rule number → its text."""
    return dict(_RULE.findall((resources.files("sync") / "SPEC.md").read_text("utf-8")))
