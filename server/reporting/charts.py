"""The charts page: figures of the report as bars, each with its number beside.

A chart is values; `drawn` gives it once as rectangles and texts, which HTML shows as SVG and PDF as
vectors. A word processor gets the same values as bars in a table (`docx_charts`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.reporting.document import Report
from server.reporting.words import FIGURES_VI, number, span

MOST_PLACES = 24
SHADES = ("#1f4e79", "#86a9cd", "#c8c8c8")
"""Dark, middle, light: told apart on a black-and-white printer too."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows of a label and one value a series; `stacked`: the values of a row add up."""

    heading: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    stacked: bool = False
    note: str = ""

    @property
    def greatest(self) -> int:
        """The longest bar; at least 1."""
        size = sum if self.stacked else max
        return max((size(values) for _, values in self.rows), default=0) or 1


@dataclass(frozen=True, slots=True)
class Rect:
    """In points from the upper left corner; `shade` counts in `SHADES`."""

    x: float
    y: float
    width: float
    height: float
    shade: int


@dataclass(frozen=True, slots=True)
class Label:
    """A text whose baseline starts, ends or has its middle at (x, y)."""

    x: float
    y: float
    text: str
    size: float
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    rects: tuple[Rect, ...]
    labels: tuple[Label, ...]


def charts(report: Report) -> list[Chart]:
    """The charts that have something to show."""
    every = (
        _compared(report, "Lưu lượng so với kỳ trước và cùng kỳ hôm trước", TRAFFIC),
        _compared(report, "Xử lý so với kỳ trước và cùng kỳ hôm trước", HANDLED),
        _hours(report),
        _places(report),
    )
    return [one for one in every if any(any(values) for _, values in one.rows)]


TRAFFIC = ("vehicles", "people", "in", "out")
HANDLED = ("turned_back", "referred", "overrides", "violations", "health_signs", "quick_tests")


def _compared(report: Report, heading: str, names: tuple[str, ...]) -> Chart:
    cut = report.periods[0]
    counted = (cut, report.before["previous_cut"], report.before["previous_day"])
    words = ("Kỳ này", "Kỳ trước", "Cùng kỳ hôm trước")
    series = tuple(f"{word} {span(one.period)}" for word, one in zip(words, counted, strict=True))
    rows = ((FIGURES_VI[name], tuple(one.total[name] for one in counted)) for name in names)
    return Chart(heading, series, tuple((said, values) for said, values in rows if any(values)))


def _hours(report: Report) -> Chart:
    by_hour = report.periods[1].by_hour
    last = max((int(hour) for hour in by_hour), default=-1)
    hours = (f"{hour:02}" for hour in range(last + 1))
    rows = tuple((f"{hour}h", _both(by_hour.get(hour, {}))) for hour in hours)
    return Chart("Lượt qua chốt theo giờ, từ 00:00", ("Vào", "Ra"), rows, stacked=True)


def _both(one: Mapping[str, int]) -> tuple[int, int]:
    return one.get("in", 0), one.get("out", 0)


def _places(report: Report) -> Chart:
    by_id = {one.id: one.name for one in report.checkpoints}
    counted = sorted(report.periods[1].by_checkpoint.items(), key=lambda one: -one[1]["people"])
    rows = tuple(
        (by_id.get(place, place), (figures["vehicles"], figures["people"]))
        for place, figures in counted
        if figures["people"] or figures["vehicles"]
    )
    left = len(rows) - MOST_PLACES
    note = f"Và {left} chốt khác có ít người hơn." if left > 0 else ""
    series = ("Lượt phương tiện", "Lượt người")
    return Chart("Theo chốt, từ 00:00", series, rows[:MOST_PLACES], note=note)


LABEL, BAR, BETWEEN, AFTER = 150.0, 8.0, 1.5, 46.0
"""In points: room for a row's label, height of a bar, between bars of a row, room for a value."""
COLUMNS_HEIGHT = 96.0
SMALL, NORMAL = 7.5, 9.0


def drawn(chart: Chart, width: float) -> Drawing:
    """The chart `width` points wide, its legend above."""
    rects: list[Rect] = []
    labels: list[Label] = []
    x = 0.0
    for shade, name in enumerate(chart.series):
        rects.append(Rect(x, 1, 9, 9, shade))
        labels.append(Label(x + 13, 9, name, NORMAL))
        x += 13 + len(name) * NORMAL * 0.52 + 18
    top = 20.0
    if chart.stacked:
        height = _columns(chart, width, top, rects, labels)
    else:
        height = _bars(chart, width, top, rects, labels)
    return Drawing(width, height, tuple(rects), tuple(labels))


def _bars(chart: Chart, width: float, y: float, rects: list[Rect], labels: list[Label]) -> float:
    scale = (width - LABEL - AFTER) / chart.greatest
    for label, values in chart.rows:
        height = len(values) * (BAR + BETWEEN)
        middle = y + height / 2 + NORMAL * 0.32
        labels.append(Label(LABEL - 6, middle, cut(label), NORMAL, "end"))
        for shade, value in enumerate(values):
            rects.append(Rect(LABEL, y, value * scale, BAR, shade))
            labels.append(Label(LABEL + value * scale + 3, y + BAR - 1, number(value), SMALL))
            y += BAR + BETWEEN
        y += 5
    return y


def _columns(chart: Chart, width: float, y: float, rects: list[Rect], labels: list[Label]) -> float:
    step = min(width / max(len(chart.rows), 1), 40.0)
    scale = COLUMNS_HEIGHT / chart.greatest
    floor = y + 10 + COLUMNS_HEIGHT
    for at, (label, values) in enumerate(chart.rows):
        x, above = at * step, floor
        for shade, value in enumerate(values):
            above -= value * scale
            rects.append(Rect(x + step * 0.12, above, step * 0.76, value * scale, shade))
        middle = x + step / 2
        labels.append(Label(middle, above - 3, number(sum(values)), SMALL - 0.5, "middle"))
        labels.append(Label(middle, floor + 10, label, SMALL, "middle"))
    return floor + 14


def cut(label: str) -> str:
    """A label that has room beside a bar; … where something is left out."""
    most = round(LABEL / (NORMAL * 0.5))
    return label if len(label) <= most else label[: most - 1] + "…"
