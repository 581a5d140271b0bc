"""A report as one HTML file: reads in any browser, prints on A4, loads nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import escape

from server.reporting.charts import SHADES, Chart, drawn
from server.reporting.page import KIND, Page
from server.reporting.tables import TEXT_MM, Table, is_number
from server.reporting.words import number

CHART_WIDTH = 468.0
STYLE = """
@page { size: A4; margin: 20mm 15mm 20mm 30mm; @top-center { content: counter(page); } }
@page :first { @top-center { content: ""; } }
body { font: 13pt/1.3 "Times New Roman", "Liberation Serif", Tinos, serif; color: #000;
  background: #fff; max-width: 165mm; margin: 8mm auto; padding: 0 4mm; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
header { display: grid; grid-template-columns: 2fr 3fr; gap: 0 4mm; text-align: center; }
header p { margin: 0; font-size: 12pt; }
header .ruled { display: inline-block; border-bottom: 1px solid; padding-bottom: 1pt; }
header hr { width: 24mm; border: 0; border-top: 1px solid; margin: 2pt auto; }
.center { margin: 0; }
.last { margin-bottom: 2mm; }
h1, .subject, .center, .draft { text-align: center; }
h1 { font-size: 14pt; margin: 5mm 0 0; }
.subject { font-size: 14pt; font-weight: bold; margin: 0 0 3mm; }
.draft { color: #a00000; font-weight: bold; margin: 4mm 0 0; }
.body { text-align: justify; text-indent: 10mm; margin: 0 0 4pt; }
h2 { font-size: 13pt; margin: 4mm 0 1mm; break-after: avoid; }
h3 { font-size: 12pt; margin: 4mm 0 1mm; break-after: avoid; }
@media screen { .wide { overflow-x: auto; } }
table { border-collapse: collapse; width: 100%; font-size: 11pt; }
th, td { border: 1px solid #555; padding: 1pt 3pt; text-align: left; vertical-align: top; }
thead th { text-align: center; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.sum > * { font-weight: bold; }
tbody th { font-weight: normal; }
tr, figure { break-inside: avoid; }
.note, .seal { font-size: 11pt; font-style: italic; margin: 1mm 0; }
.seal { font-style: normal; font-size: 9pt; overflow-wrap: anywhere; }
.signatures { display: grid; grid-template-columns: 1fr 1fr; margin-top: 6mm;
  break-inside: avoid; }
.signatures p { margin: 0; }
.recipients { font-size: 11pt; }
.recipients b { font-size: 12pt; font-style: italic; }
.party .recipients { font-size: 12pt; }
.party .recipients b { font: 14pt "Times New Roman", "Liberation Serif", serif;
  text-decoration: underline; }
.signer { text-align: center; font-weight: bold; font-size: 14pt; }
.signer .name { margin-top: 24mm; }
.annex { break-before: page; }
figure { margin: 0 0 2mm; }
svg { width: 100%; height: auto; font-family: inherit; }
"""


def html(page: Page, unit: str) -> str:
    """The whole document."""
    return "\n".join(_lines(page, unit)) + "\n"


def _lines(page: Page, unit: str) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="author" content="{escape(unit)}">'
    yield f"<title>{escape(page.subject)}</title>\n<style>{STYLE}</style>\n</head>"
    yield f'<body class="{"party" if page.is_party else "state"}">\n<main>'
    yield from _head(page)
    if page.draft:
        yield f'<p class="draft">{escape(page.draft)}</p>'
    yield f'<h1>{KIND}</h1>\n<p class="subject">{escape(page.subject)}</p>'
    if page.is_party:
        yield '<p class="center">-----</p>'
    for at, line in enumerate(page.addressees, 1):
        last = " last" if at == len(page.addressees) else ""
        yield f'<p class="center{last}">{escape(line)}</p>'
    for text in page.body:
        yield f'<p class="body">{escape(text)}</p>'
    for table in page.tables:
        yield from _table(table)
    yield f"<h2>{escape(page.completeness_heading)}</h2>"
    for line in page.completeness:
        yield f'<p class="body">{escape(line)}</p>'
    yield from _signatures(page)
    if page.seal:
        yield f'<p class="seal">{escape(page.seal)}</p>'
    if page.charts:
        yield '<section class="annex">\n<h1>PHỤ LỤC: BIỂU ĐỒ</h1>'
        yield f'<p class="center"><i>{escape(page.annex)}</i></p>'
        for chart in page.charts:
            yield from _figure(chart)
        yield "</section>"
    yield "</main>\n</body>\n</html>"


def _head(page: Page) -> Iterator[str]:
    *above, last = page.nation
    yield "<header>\n<div>"
    if page.parent:
        yield f"<p>{_broken(page.parent)}</p>"
    yield f"<p><b>{_broken(page.agency)}</b></p>"
    if page.is_party:
        yield "<p>*</p>"
    else:
        yield "<hr>"
    yield f"<p>{escape(page.number)}</p>\n</div>\n<div>"
    for line in above:
        yield f"<p><b>{escape(line)}</b></p>"
    yield f'<p><b class="ruled">{escape(last)}</b></p>'
    yield f"<p><i>{escape(page.dated)}</i></p>\n</div>\n</header>"


def _broken(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))


def _table(table: Table) -> Iterator[str]:
    head, *rows = table.rows
    yield f'<h2>{escape(table.heading)}</h2>\n<div class="wide"><table>'
    yield "".join(f'<col style="width: {one / TEXT_MM:.1%}">' for one in table.widths_mm)
    cells = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    yield f"<thead><tr>{cells}</tr></thead>\n<tbody>"
    for at, row in enumerate(rows, 1):
        first, *rest = row
        cells = "".join(
            f'<td class="number">{escape(cell)}</td>'
            if is_number(cell)
            else f"<td>{escape(cell)}</td>"
            for cell in rest
        )
        kind = ' class="sum"' if at in table.strong else ""
        yield f'<tr{kind}><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"
    if table.note:
        yield f'<p class="note">{escape(table.note)}</p>'


def _signatures(page: Page) -> Iterator[str]:
    yield '<div class="signatures">\n<div class="recipients">\n<p><b>Nơi nhận:</b></p>'
    for line in page.recipients:
        yield f"<p>{escape(line)}</p>"
    yield '</div>\n<div class="signer">'
    for line in page.signer:
        yield f"<p>{escape(line)}</p>"
    yield f'<p class="name">{escape(page.signed_by)}</p>\n</div>\n</div>'


def _figure(chart: Chart) -> Iterator[str]:
    made = drawn(chart, CHART_WIDTH)
    rows = "; ".join(
        f"{label}: {', '.join(number(value) for value in values)}" for label, values in chart.rows
    )
    said = f"{' · '.join(chart.series)}. {rows}"
    yield f"<figure>\n<h3>{escape(chart.heading)}</h3>"
    yield (
        f'<svg viewBox="0 0 {made.width:g} {made.height:.1f}" role="img">'
        f"<title>{escape(chart.heading)}</title>"
        f"<desc>{escape(said)}</desc>"
    )
    for one in made.rects:
        yield (
            f'<rect x="{one.x:.1f}" y="{one.y:.1f}" width="{one.width:.1f}" '
            f'height="{one.height:.1f}" fill="{SHADES[one.shade]}"/>'
        )
    for text in made.labels:
        yield (
            f'<text x="{text.x:.1f}" y="{text.y:.1f}" font-size="{text.size:g}" '
            f'text-anchor="{text.anchor}">{escape(text.text)}</text>'
        )
    yield "</svg>"
    if chart.note:
        yield f'<p class="note">{escape(chart.note)}</p>'
    yield "</figure>"
