"""The installed version, read once."""

from __future__ import annotations

from importlib.metadata import version

VERSION = version("chot")
