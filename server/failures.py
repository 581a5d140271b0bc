"""Unexpected failures in the log: what kind and where, never the exception's text.

The text of an exception may hold a value, and a value may be somebody's name.
"""

from __future__ import annotations

import logging
import secrets
import traceback

_log = logging.getLogger("chot.failure")


def log_failure(doing: str, error: BaseException) -> str:
    """Write one line about `error`; returns the incident id that stands in it."""
    incident = secrets.token_hex(6)
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{one.filename}:{one.lineno} {one.name}" for one in reversed(frames))
    kind = type(error).__qualname__
    _log.error("incident=%s doing=%s error=%s at=%s", incident, doing, kind, where)
    return incident
