"""A report as JSON and back: what is frozen when it is issued, and read again years later."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, get_args

from server.reporting.completeness import Completeness, Gap, Place
from server.reporting.document import Report
from server.reporting.figures import Counted
from server.reporting.goods import GoodsLine
from server.reporting.part import Part
from server.reporting.periods import Name, Period


def as_json(report: Report) -> dict[str, Any]:
    """All of it as JSON values; times are Unix milliseconds."""
    return {
        "unit": report.unit,
        "at_ms": report.at_ms,
        "until_ms": report.until_ms,
        "made_ms": report.made_ms,
        "draft": report.is_draft,
        "log": {"epoch": report.epoch, "n": report.n},
        "checkpoints": [asdict(one) for one in report.checkpoints],
        "periods": {one.period.name: _counted(one) for one in report.periods},
        "before": {name: _counted(one) for name, one in report.before.items()},
        "goods": [asdict(one) for one in report.goods],
        "completeness": {
            "checkpoints": report.completeness.checkpoints,
            "complete": report.completeness.complete,
            "gaps": [{**asdict(gap), "lacks": list(gap.lacks)} for gap in report.completeness.gaps],
            "without_device": [asdict(one) for one in report.completeness.without_device],
            "no_shift": [asdict(one) for one in report.completeness.no_shift],
        },
        "area": report.area,
        "units": [asdict(one) for one in report.parts],
        "missing_units": [asdict(one) for one in report.missing],
    }


def from_json(found: dict[str, Any]) -> Report:
    """The report that `as_json` was made of."""
    complete = found["completeness"]
    return Report(
        unit=found["unit"],
        at_ms=found["at_ms"],
        until_ms=found["until_ms"],
        made_ms=found["made_ms"],
        n=found["log"]["n"],
        epoch=found["log"]["epoch"],
        checkpoints=tuple(Place(**one) for one in found["checkpoints"]),
        # By name: JSON that went over HTTP has its members in another order.
        periods=tuple(_from(name, found["periods"][name]) for name in get_args(Name)),
        goods=tuple(GoodsLine(**one) for one in found["goods"]),
        before={name: _from("cut", one) for name, one in found["before"].items()},
        completeness=Completeness(
            complete["checkpoints"],
            complete["complete"],
            tuple(
                Gap(**{**one, "place": Place(**one["place"]), "lacks": tuple(one["lacks"])})
                for one in complete["gaps"]
            ),
            _places(complete["without_device"]),
            _places(complete.get("no_shift", [])),
        ),
        # Reports that were issued before units handed theirs up know nothing of them.
        area=found.get("area", ""),
        parts=_parts(found.get("units", [])),
        missing=_places(found.get("missing_units", [])),
    )


def _parts(found: list[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(
            **{
                **one,
                "unit": Place(**one["unit"]),
                "checkpoints": tuple(one["checkpoints"]),
                "parts": _parts(one["parts"]),
                "missing": _places(one["missing"]),
            }
        )
        for one in found
    )


def _places(found: list[dict[str, Any]]) -> tuple[Place, ...]:
    return tuple(Place(**one) for one in found)


def _counted(one: Counted) -> dict[str, Any]:
    return {
        "from_ms": one.period.from_ms,
        "to_ms": one.period.to_ms,
        "figures": dict(one.total),
        "by_checkpoint": {place: dict(figures) for place, figures in one.by_checkpoint.items()},
        "violations": dict(one.violations),
        "compacted": one.compacted,
        "by_hour": {hour: dict(some) for hour, some in one.by_hour.items()},
    }


def _from(name: Any, one: dict[str, Any]) -> Counted:
    period = Period(name, one["from_ms"], one["to_ms"])
    hours, compacted = one.get("by_hour", {}), one.get("compacted", 0)
    return Counted(
        period, one["figures"], one["by_checkpoint"], one["violations"], hours, compacted
    )
