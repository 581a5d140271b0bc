"""What `chot rules` says: each finding and state as one plain sentence, Vietnamese and English."""

from __future__ import annotations

from rules.authoring import Finding

SEVERITIES = {
    "error": ("LỖI", "ERROR"),
    "warning": ("CẨN THẬN", "WARNING"),
    "note": ("LƯU Ý", "NOTE"),
}
OUTCOMES = {
    "pass": ("cho qua", "pass"),
    "refer": ("kiểm tra thêm", "refer"),
    "turn_back": ("quay đầu", "turn_back"),
}
STATES = {
    "fired": ("áp dụng", "fired"),
    "exempted": ("được miễn bởi", "exempted by"),
    "failed": ("lỗi", "failed"),
    "not_fired": ("không đúng điều kiện", "condition does not hold"),
    "out_of_scope": ("ngoài phạm vi", "out of scope"),
    "not_in_force": ("chưa hoặc hết hiệu lực", "not in force"),
}

FINDINGS = {
    "pack.field": ("thiếu hoặc sai '{member}'", "'{member}' is missing or wrong"),
    "pack.field.number": (
        "'{member}' là số không dùng được; nếu là chữ, đặt trong dấu nháy",
        "'{member}' is a number that does not fit; quote it if it is text",
    ),
    "pack.field.moment": (
        "'{member}' phải là ngày giờ có múi giờ, như 2026-12-23T00:00:00+07:00, sau lúc bắt đầu",
        "'{member}' must be a time with its offset, such as 2026-12-23T00:00:00+07:00, in order",
    ),
    "pack.basis": (
        "không có căn cứ: cần document, date, issuer, clause",
        "no legal basis: document, date, issuer, clause are needed",
    ),
    "pack.condition": (
        "điều kiện không đúng dạng CertLogic: {detail}",
        "the condition is not CertLogic: {detail}",
    ),
    "pack.reason": (
        "một mã lý do có hai lời khác nhau",
        "one reason code with two different texts",
    ),
    "pack.limit": ("gói quá lớn hoặc lồng quá sâu", "the pack is too large or too deep"),
    "pack.type": ("có giá trị không phải JSON", "a value that is not JSON"),
    "reason.vi": (
        "thiếu lời lý do tiếng Việt, hoặc dài quá 90 ký tự",
        "no Vietnamese reason text, or one of over 90 characters",
    ),
    "reason.en": (
        "thiếu lời lý do tiếng Anh, hoặc dài quá 90 ký tự",
        "no English reason text, or one of over 90 characters",
    ),
    "rule.variable": ("không có biến {detail}", "no such variable: {detail}"),
    "rule.member": ("không ai đọc mục {detail}", "nobody reads the member {detail}"),
    "rule.never": ("điều kiện không bao giờ đúng", "the condition can never hold"),
    "rule.fails": (
        "không tính được điều kiện: {detail}",
        "the condition cannot be evaluated: {detail}",
    ),
    "rule.shadowed": (
        "không bao giờ được xét: {detail} luôn miễn trước",
        "never counts: {detail} always exempts first",
    ),
    "rule.past": ("đã hết hiệu lực", "no longer in force"),
    "rule.province": ("không có mã tỉnh {detail}", "no such province: {detail}"),
    "rule.elsewhere": (
        "không áp dụng ở {detail}: ngoài phạm vi",
        "never holds at {detail}: out of scope",
    ),
    "rule.overlap": (
        "cùng mức ưu tiên nhưng khác kết luận với {detail}",
        "same priority, another outcome than {detail}",
    ),
    "rule.unsampled": (
        "không hành trình mẫu nào chạm tới",
        "fires in no sample journey",
    ),
    "journey.outcome": (
        "kết luận khác điều đã ghi (tính được, mong đợi): {detail}",
        "another outcome than expected (found, expected): {detail}",
    ),
    "journeys.none": (
        "không có hành trình mẫu: chưa thử kết luận nào (--journeys)",
        "no sample journeys: no outcome was tried (--journeys)",
    ),
    "basis.unconfirmed": ("căn cứ chưa xác nhận: {detail}", "unconfirmed basis: {detail}"),
}


def said(finding: Finding, lang: str) -> str:
    """One sentence about a finding."""
    member = finding.at.rpartition("/")[2]
    code = finding.code
    if code == "pack.field" and finding.detail == "number":
        code = "pack.field.number"
    elif code == "pack.field" and member in ("effective_from", "effective_to", "until", "now"):
        code = "pack.field.moment"
    elif code == "pack.field" and finding.at.endswith(("/reason/vi", "/reason/en")):
        code = f"reason.{member}"
    return of(FINDINGS[code], lang).format(detail=finding.detail, member=member or "rules")


def of(pair: tuple[str, str], lang: str) -> str:
    """The Vietnamese or the English text of a pair."""
    return pair[0] if lang == "vi" else pair[1]


def outcome_word(outcome: str, lang: str) -> str:
    """An outcome for a reader."""
    return of(OUTCOMES[outcome], lang)
