"""A report in words, in the order of its pages: the same lines for every kind of file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from server.reporting.addendum import GoodsChange, LaterReport
from server.reporting.completeness import Completeness, Gap, Place
from server.reporting.document import Report
from server.reporting.part import Part
from server.reporting.periods import Name
from server.reporting.summary import summary, whereabouts
from server.reporting.tables import aligned, tables
from server.reporting.words import (
    DIRECTIONS_VI,
    FIGURES_VI,
    LACKS_VI,
    PERIODS_VI,
    clock,
    minutes,
    moment,
    signed,
    word,
)

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
COMPLETENESS = "Độ đầy đủ của số liệu"


def subject(report: Report) -> str:
    """What stands under BÁO CÁO."""
    return f"Kết quả kiểm soát tại {whereabouts(report)} đến {moment(report.at_ms)}"


def draft_line(report: Report) -> str:
    """What nobody may overlook on a draft; "" on what is none."""
    return f"DỰ THẢO · số liệu đến {clock(report.until_ms)}" if report.is_draft else ""


def completeness_lines(report: Report) -> list[str]:
    """How much of it may be missing, and whom to call."""
    found = report.completeness
    lines = [f"Số liệu đầy đủ từ {found.complete}/{found.checkpoints} chốt đang hoạt động."]
    return lines + checkpoint_lines(found) + unit_lines(report)


def checkpoint_lines(found: Completeness) -> list[str]:
    """One line a checkpoint: what may be held back there, and whom to call."""
    lacks: dict[Place, list[str]] = {}
    for place, gaps in _by_place(found.gaps).items():
        lacks[place] = _devices(gaps)
    for place in found.without_device:
        lacks.setdefault(place, []).append("chưa có máy nào")
    for place in found.no_shift:
        lacks.setdefault(place, []).append("không có ca trực nào đang mở")
    return [f"{place.name}: {'; '.join(some)}.{_call(place)}" for place, some in lacks.items()]


def _by_place(gaps: Sequence[Gap]) -> dict[Place, list[Gap]]:
    found: dict[Place, list[Gap]] = {}
    for gap in gaps:
        found.setdefault(gap.place, []).append(gap)
    return found


def _devices(gaps: Sequence[Gap]) -> list[str]:
    """Devices that lack the same are named together."""
    alike: dict[str, list[str]] = {}
    for gap in gaps:
        alike.setdefault(_lacks(gap), []).append(gap.lane)
    return [f"máy làn {', '.join(lanes)} {lacks}" for lacks, lanes in alike.items()]


def unit_lines(report: Report) -> list[str]:
    """Which units below have handed up no report, or an incomplete one, and whom to call."""
    units = len(report.parts) + len(report.missing)
    if not units:
        return []
    lines = [f"Đã có báo cáo của {len(report.parts)}/{units} đơn vị trực thuộc."]
    lines += [f"Chưa có báo cáo của {one.name}.{_call(one)}" for one in report.missing]
    return lines + [line for part in report.parts for line in _part_lines(part)]


def _part_lines(part: Part) -> Iterator[str]:
    name = part.unit.name
    if part.complete < part.active:
        yield f"{name}: số liệu đầy đủ từ {part.complete}/{part.active} chốt.{_call(part.unit)}"
    for one in part.missing:
        yield f"{name}: chưa có báo cáo của {one.name}.{_call(one)}"
    for below in part.parts:
        yield from _part_lines(below)


def _call(place: Place) -> str:
    """Whom to call; a number stays on one line."""
    return f" Gọi {place.hotline.replace(' ', chr(0xA0))}." if place.hotline else ""


def _lacks(gap: Gap) -> str:
    said = {one: LACKS_VI[one] for one in gap.lacks}
    if "unsent" in said:
        said["unsent"] = f"còn {gap.unsent} sự kiện chưa gửi"
    if "silent" in said and gap.silent_ms is not None:
        said["silent"] = f"mất liên lạc {minutes(gap.silent_ms)}"
    return ", ".join(said.values())


def source_line(report: Report) -> str:
    """From which log it was counted, so that it can be counted again."""
    made = moment(report.made_ms)
    return f"Theo nhật ký đến số {report.n}, kỳ nhật ký {report.epoch}, lập lúc {made}."


def plain(report: Report) -> Iterator[str]:
    """The report for a terminal."""
    yield f"BÁO CÁO  {subject(report)}"
    if line := draft_line(report):
        yield line
    yield from summary(report)
    found = tables(report)
    for at, table in enumerate(found):
        yield ""
        yield f"{ROMAN[at]}. {table.heading}"
        yield from aligned(table)
        if table.note:
            yield f"  {table.note}"
    yield ""
    yield f"{ROMAN[len(found)]}. {COMPLETENESS}"
    for line in completeness_lines(report):
        yield f"  {line}"
    yield source_line(report)


def addendum_lines(found: Mapping[Name, Mapping[str, int]]) -> Iterator[str]:
    """What came after a report was issued, by period."""
    for name, figures in found.items():
        yield f"{PERIODS_VI[name]}:"
        for figure, change in figures.items():
            if figure in FIGURES_VI:
                yield f"  {FIGURES_VI[figure]}: {signed(change)}"


def goods_later_lines(found: Sequence[GoodsChange]) -> Iterator[str]:
    """What came after a report was issued, of the goods."""
    if found:
        yield "Hàng hóa, từ 00:00:"
    for one in found:
        much = f"{signed(one.quantity)} {word('unit', one.unit)}"
        if not one.unit:
            much = f"{signed(one.lines)} dòng không ghi số lượng"
        elif not one.quantity:
            much = f"{signed(one.lines)} dòng"
        direction = DIRECTIONS_VI.get(one.direction, one.direction)
        yield f"  {direction} · {word('goods', one.group)}: {much}"


def later_lines(found: Sequence[LaterReport]) -> Iterator[str]:
    """Which reports of units came after issuing, and what they would change."""
    for one in found:
        was = "trước chưa có" if one.before is None else f"thay số {one.before.number}"
        yield f"{one.unit.name}: báo cáo số {one.number} ({was})"
        for figure, moved in one.moved("cut").items():
            if figure in FIGURES_VI:
                yield f"  {FIGURES_VI[figure]}: {signed(moved)}"
