"""What somebody should know of a reading besides its status: Vietnamese first, then English."""

from __future__ import annotations

from datetime import datetime

from cli.data import VIETNAM
from credentials import Evidence
from credentials.dates import epoch_ms_of_instant
from server.console.texts import word

HOUR_MS = 3_600_000
SOON_HOURS = 24

Remark = tuple[str, str]

_UNPROVED = ("Không có gì trong mã được chứng minh.", "Nothing in it is proved.")
_CLAIMS: dict[str, Remark] = {
    "untrusted": (
        "Ký bởi khóa chưa được tin: chỉ là lời khai.",
        "Its key is not trusted: a claim.",
    ),
    "unsigned": ("Mã không có chữ ký: chỉ là lời khai.", "It has no signature: a claim."),
}
_INVALID: dict[str, Remark] = {
    "revoked": (
        "Giấy này đã bị thu hồi: không còn giá trị, dù chữ ký đúng.",
        "Revoked: it counts no more, though its signature is right.",
    ),
    "signature": (
        "Chữ ký sai: mã có thể bị làm giả hoặc bị sửa.",
        "The signature is wrong: the code may be forged or changed.",
    ),
    "key_usage": (
        "Khóa đã ký không được dùng cho loại giấy này, hoặc ngoài thời hạn của khóa.",
        "The signing key is not for such documents, or not for that time.",
    ),
}


def remarks(evidence: Evidence, now_ms: int) -> list[Remark]:
    """All of them, the gravest first, for a reading at `now_ms`."""
    found = _of_status(evidence, now_ms)
    found += [_of_warning(one) for one in evidence.warnings]
    part = (evidence.subject or {}).get("part")
    if part is not None:
        of = f"{part['number']}/{part['of']}"
        found.append(
            (
                f"Đây là mã {of}: danh sách chỉ đủ khi có mọi mã.",
                f"This is code {of}: only all codes together are the whole list.",
            )
        )
    if evidence.identity is not None:
        found.append(
            (
                "Hãy so họ tên và ngày sinh với giấy tờ tùy thân.",
                "Compare name and birth date with the ID in hand.",
            )
        )
    return found


def _of_status(evidence: Evidence, now_ms: int) -> list[Remark]:
    match evidence.status:
        case "claim":
            return [_CLAIMS[evidence.code], _UNPROVED]
        case "unknown":
            return [
                (
                    "Chưa đọc được trọn vẹn mã này; như vậy chưa phải là mã sai. Hãy quét lại.",
                    "It was not read as a whole, which does not make it invalid. Scan it again.",
                )
            ]
        case "invalid":
            return [_of_code(evidence)]
    left_hours = _hours_left(evidence, now_ms)
    if left_hours is None or left_hours >= SOON_HOURS or "extended" in evidence.warnings:
        return []
    ends = _local(evidence.expires_at)
    if left_hours == 0:
        return [(f"Hết hạn trong vòng một giờ: {ends}.", f"It ends within the hour: {ends}.")]
    return [
        (
            f"Sắp hết hạn: còn {left_hours} giờ, đến {ends}.",
            f"It ends soon: hours left {left_hours}, until {ends}.",
        )
    ]


def _of_code(evidence: Evidence) -> Remark:
    if evidence.code == "expired" and evidence.expires_at is not None:
        ends = _local(evidence.expires_at)
        return f"Đã hết hạn lúc {ends}.", f"It ended at {ends}."
    if evidence.code == "not_yet_valid":
        return (
            "Chưa đến lúc có hiệu lực; xem lại ngày giờ của máy này.",
            "It is not valid yet; check this machine's date and time too.",
        )
    known = _INVALID.get(evidence.code)
    return known or (
        f"Không dùng được: {word('vi', 'code', evidence.code)}.",
        f"It cannot count: {word('en', 'code', evidence.code)}.",
    )


def _of_warning(warning: str) -> Remark:
    return word("vi", "warning", warning), word("en", "warning", warning)


def _hours_left(evidence: Evidence, now_ms: int) -> int | None:
    """Whole hours; zero in the last one and after the end."""
    ends_ms = None if evidence.expires_at is None else epoch_ms_of_instant(evidence.expires_at)
    return None if ends_ms is None else max(0, (ends_ms - now_ms) // HOUR_MS)


def _local(instant: str | None) -> str:
    at_ms = epoch_ms_of_instant(instant or "") or 0
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%H:%M %d/%m/%Y")
