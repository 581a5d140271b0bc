"""What a report says before its tables: the few figures that a superior asks for first."""

from __future__ import annotations

from collections.abc import Mapping

from server.reporting.document import Report
from server.reporting.words import change, clock, moment, number


def summary(report: Report) -> list[str]:
    """Two or three sentences; each names its period."""
    cut, since_midnight, activation = report.periods
    now, yesterday = cut.total, report.before["previous_day"].total
    begins = clock(cut.period.from_ms)
    traffic = ", ".join(
        f"{number(now[name])} {said} ({change(now[name], yesterday[name])})"
        for name, said in (("vehicles", "lượt phương tiện"), ("people", "lượt người"))
    )
    first = (
        f"Từ {begins} đến {moment(report.until_ms)}, {whereabouts(report)} kiểm soát {traffic} "
        "so với cùng kỳ hôm trước"
    )
    back = (
        f"quay đầu {number(now['turned_back'])} lượt (không cho vào "
        f"{number(now['turned_back_in'])}, không cho ra {number(now['turned_back_out'])})"
    )
    return [
        f"{first}; {'; '.join([back, *_found(now)])}.",
        f"Từ 00:00: {_traffic(since_midnight.total)}. Từ khi lập chốt "
        f"({moment(activation.period.from_ms)}): {_traffic(activation.total)}.",
    ]


def whereabouts(report: Report) -> str:
    """Where it was counted: «5 chốt thuộc Tỉnh Ninh Thuận», «3 chốt của 2 đơn vị trực thuộc»."""
    own, units = len(report.checkpoints), len(report.parts)
    if units and not own:
        return f"{report.completeness.checkpoints} chốt của {units} đơn vị trực thuộc"
    place = f" thuộc {report.area}" if report.area else ""
    return f"{own} chốt{place}" + (f" và {units} đơn vị trực thuộc" if units else "")


def _traffic(total: Mapping[str, int]) -> str:
    return (
        f"{number(total['vehicles'])} lượt phương tiện, {number(total['people'])} lượt người, "
        f"quay đầu {number(total['turned_back'])} lượt"
    )


def _found(total: Mapping[str, int]) -> list[str]:
    """What happened at all; what did not is in the table."""
    said: list[str] = []
    if total["violations"]:
        fines = f", phạt {number(total['fines_vnd'])} đồng" if total["fines_vnd"] else ""
        said.append(f"{number(total['violations'])} vụ vi phạm{fines}")
    if total["health_signs"]:
        said.append(f"{number(total['health_signs'])} người có sốt, ho, khó thở")
    if total["quick_tests"]:
        positive = f"dương tính {number(total['positive'])}"
        said.append(f"test nhanh {number(total['quick_tests'])}, {positive}")
    if total["incidents"]:
        said.append(f"{number(total['incidents'])} sự việc")
    return said
