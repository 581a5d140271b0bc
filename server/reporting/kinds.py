"""The kinds of file a report may be, by name alone: nothing that makes one is loaded for them."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["text", "json", "html", "docx", "pdf"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PAGES: tuple[Kind, ...] = ("html", "docx", "pdf")
"""Those that have a letterhead."""
