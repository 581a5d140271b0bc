"""A report as the parts of its page, in the words and order that every kind of file shows.

State bodies go by Decree 30/2020/NĐ-CP, party bodies by Guideline 36-HD/VPTW of 2018: their title
is the Party's, a star stands under the issuer, the number has no colon and dashes go before BC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from textwrap import wrap

from server.reporting.charts import Chart, charts
from server.reporting.document import Report
from server.reporting.letterhead import Letterhead
from server.reporting.said import (
    COMPLETENESS,
    ROMAN,
    completeness_lines,
    draft_line,
    source_line,
    subject,
)
from server.reporting.summary import summary
from server.reporting.tables import Table, tables
from server.reporting.words import long_day

KIND = "BÁO CÁO"
UNKNOWN = "…………………………"


@dataclass(frozen=True, slots=True)
class Page:
    """What is written where. `nation` stands above right, `agency` with `parent` above left.

    Where either takes more than a line, the lines are as long as each other.
    `annex` is the line under the heading of the charts; `seal` says by what a reader can check that
    it is the issued report.
    """

    is_party: bool
    parent: str
    agency: str
    nation: tuple[str, ...]
    number: str
    dated: str
    draft: str
    subject: str
    addressees: tuple[str, ...]
    body: tuple[str, ...]
    tables: tuple[Table, ...]
    completeness_heading: str
    completeness: tuple[str, ...]
    recipients: tuple[str, ...]
    signer: tuple[str, ...]
    signed_by: str
    charts: tuple[Chart, ...]
    annex: str
    seal: str


def page_of(report: Report, head: Letterhead, number: str = "", sha256: str = "") -> Page:
    """`number` is the document's own, dots where it has none yet; `sha256` of an issued report."""
    is_party = head.body == "party"
    numbered = _number(head, number)
    found = tables(report)
    lines = completeness_lines(report)
    ending = "." if is_party else "./."
    return Page(
        is_party=is_party,
        parent=_even(head.parent.upper()),
        agency=_even(head.agency.upper()),
        nation=PARTY if is_party else STATE,
        number=numbered,
        dated=f"{head.place}, {long_day(report.at_ms)}",
        draft=draft_line(report),
        subject=subject(report),
        addressees=_addressees(head.addressees),
        body=(
            f"Thực hiện chế độ báo cáo theo khung giờ, {report.unit} báo cáo như sau:",
            *summary(report),
        ),
        tables=tuple(
            replace(one, heading=f"{ROMAN[at]}. {one.heading}") for at, one in enumerate(found)
        ),
        completeness_heading=f"{ROMAN[len(found)]}. {COMPLETENESS}",
        completeness=(*lines, source_line(report).rstrip(".") + ending),
        recipients=_recipients(head),
        signer=tuple(one.upper() for one in (head.authority, head.post) if one),
        signed_by=head.signer or UNKNOWN,
        charts=tuple(charts(report)),
        annex=f"(Kèm theo Báo cáo số {numbered.removeprefix('Số').lstrip(': ')}, "
        f"{long_day(report.at_ms)})",
        seal=f"Bản đã ban hành, sha256 {sha256}" if sha256 else "",
    )


AGENCY_CHARACTERS = 22
"""Capitals of 12 points that stand in a line above left."""
ABOVE = "Như trên"


def _even(text: str) -> str:
    """A long name in lines that are about even, "\\n" between: no word stands alone below."""
    most = ceil(len(text) / AGENCY_CHARACTERS)
    wrapped = (
        wrap(text, width, break_long_words=False, break_on_hyphens=False)
        for width in range(1, len(text) + 1)
    )
    return "\n".join(next((lines for lines in wrapped if len(lines) <= most), [text]))


def _recipients(head: Letterhead) -> tuple[str, ...]:
    """Whoever is named above is not named again; where nobody is, nothing points there."""
    names = [one for one in head.recipients if head.addressees or one != ABOVE]
    return (*(f"- {name};" for name in names[:-1]), *(f"- {name}." for name in names[-1:]))


STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
PARTY = ("ĐẢNG CỘNG SẢN VIỆT NAM",)


def _number(head: Letterhead, number: str) -> str:
    if head.body == "party":
        return f"Số {number or '…'}-{head.symbol}"
    return f"Số: {number or '…'}/{head.symbol}"


def _addressees(names: Sequence[str]) -> tuple[str, ...]:
    if len(names) < 2:
        return tuple(f"Kính gửi: {name}" for name in names)
    *others, last = names
    return ("Kính gửi:", *(f"- {name};" for name in others), f"- {last}.")
