"""Vectors of plates: as read, normal form, candidates, province."""

from typing import Any

PLATES: tuple[tuple[str, str, tuple[str, ...], str | None], ...] = (
    ("29A-123.45", "29A12345", ("car",), "Hà Nội"),
    ("30e 123 45", "30E12345", ("car",), "Hà Nội"),
    ("29A-1234", "29A1234", ("car",), "Hà Nội"),
    ("29A12345", "29A12345", ("car", "motorbike"), "Hà Nội"),
    ("29A01234", "29A01234", ("car",), "Hà Nội"),
    ("29-B1 123.45", "29B112345", ("motorbike",), "Hà Nội"),
    ("29-B1 1234", "29B11234", ("motorbike",), "Hà Nội"),
    ("29B1\n123.45", "29B112345", ("motorbike",), "Hà Nội"),
    ("29-AA 123.45", "29AA12345", ("motorbike", "motorbike_50cc"), "Hà Nội"),
    ("29-MĐ1 123.45", "29MĐ112345", ("motorbike_50cc", "motorbike"), "Hà Nội"),
    ("29-mđ1 123.45", "29MĐ112345", ("motorbike_50cc", "motorbike"), "Hà Nội"),
    ("29-MÐ1 123.45", "29MĐ112345", ("motorbike_50cc", "motorbike"), "Hà Nội"),
    ("30LD-123.45", "30LD12345", ("joint_venture_ld", "motorbike", "motorbike_50cc"), "Hà Nội"),
    ("51LD-1234", "51LD1234", ("joint_venture_ld",), "TP. Hồ Chí Minh"),
    ("29DA-123.45", "29DA12345", ("car", "motorbike", "motorbike_50cc"), "Hà Nội"),
    ("29HC-123.45", "29HC12345", ("car", "motorbike", "motorbike_50cc"), "Hà Nội"),
    ("29KT-123.45", "29KT12345", ("car", "motorbike", "motorbike_50cc"), "Hà Nội"),
    ("29MK-123.45", "29MK12345", ("other", "motorbike", "motorbike_50cc"), "Hà Nội"),
    ("29CD-123.45", "29CD12345", ("other", "motorbike", "motorbike_50cc"), "Hà Nội"),
    ("51R-012.34", "51R01234", ("trailer",), "TP. Hồ Chí Minh"),
    ("51RM-0123", "51RM0123", ("trailer",), "TP. Hồ Chí Minh"),
    ("T29-123.45", "T2912345", ("temporary",), "Hà Nội"),
    ("85T-023.45", "85T02345", ("car", "temporary"), "Ninh Thuận"),
    ("85T02345", "85T02345", ("car", "temporary"), "Ninh Thuận"),
    ("85T12345", "85T12345", ("car", "temporary", "motorbike"), "Ninh Thuận"),
    ("80-011-NG-01", "80011NG01", ("diplomatic",), None),
    ("80NG01101", "80NG01101", ("diplomatic", "motorbike", "motorbike_50cc"), None),
    ("29QT12345", "29QT12345", ("diplomatic",), "Hà Nội"),
    ("TM 12-34", "TM1234", ("military",), None),
    ("80A-012.34", "80A01234", ("car", "police"), None),
    ("13A-123.45", "13A12345", ("car",), None),
    ("", "", ("other",), None),
    ("không đọc được", "KHNGĐCĐC", ("other",), None),
    ("２９Ａ12345", "12345", ("other",), "Lạng Sơn"),
    ("29I-123.45", "29I12345", ("other",), "Hà Nội"),
)


def plates() -> list[dict[str, Any]]:
    found = []
    for text, normal, candidates, province in PLATES:
        code = normal[1:3] if normal.startswith("T") else normal[:2]
        has_code = code.isdigit() and "military" not in candidates
        plate = {
            "normal": normal,
            "candidates": list(candidates),
            "province_code": code if has_code else None,
            "province": province,
        }
        found.append({"text": text, "plate": plate})
    return found
