"""Cells of CSV files that a spreadsheet will open."""

from __future__ import annotations

Cell = str | int | float
# The last four are the full-width forms, which some spreadsheets take for the same.
RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def defused(cell: Cell) -> Cell:
    """A cell that a spreadsheet will show and never run (OWASP, "CSV injection")."""
    if isinstance(cell, str) and cell[:1] in RUN:
        return f"'{cell}"
    return cell
