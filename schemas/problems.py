"""Every error a client can meet: one table of stable codes, one JSON shape (RFC 9457).

A code is never reused for something else. `vi` and `en` are what a person reads; `status` is the
HTTP status. The tablet's catalogue and `docs/errors.md` are checked against this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import Schema, fields


@dataclass(frozen=True, slots=True)
class Problem:
    """One row: HTTP status, and the words for it."""

    status: int
    vi: str
    en: str


PROBLEMS: dict[str, Problem] = {
    # the request itself
    "request.malformed": Problem(400, "Yêu cầu không đọc được", "The request cannot be read"),
    "request.invalid": Problem(422, "Có trường không hợp lệ", "A field is not valid"),
    "request.too_large": Problem(413, "Gói tin quá lớn, hãy gửi nhỏ hơn", "Too large; send less"),
    "request.encoding": Problem(415, "Kiểu nội dung không hỗ trợ", "Content type not supported"),
    "request.not_found": Problem(404, "Không có địa chỉ này", "There is nothing here"),
    "request.method": Problem(405, "Phương thức không hỗ trợ", "Method not allowed"),
    "request.rate": Problem(429, "Quá nhiều yêu cầu, hãy đợi", "Too many requests; wait"),
    "request.reused": Problem(
        422,
        "Khóa lặp lại đã dùng cho yêu cầu khác",
        "The Idempotency-Key stood with another request",
    ),
    "request.running": Problem(
        409, "Yêu cầu cùng khóa đang chạy", "The request with this Idempotency-Key still runs"
    ),
    # who is asking
    "auth.missing": Problem(401, "Chưa đăng nhập", "Not signed in"),
    "auth.expired": Problem(401, "Phiên đã hết hạn", "The session has expired"),
    "auth.invalid": Problem(401, "Thông tin đăng nhập không đúng", "Wrong credentials"),
    "auth.assertion": Problem(401, "Chữ ký thiết bị không hợp lệ", "Device signature not valid"),
    "auth.forbidden": Problem(403, "Không có quyền", "Not allowed"),
    "auth.csrf": Problem(403, "Phiên làm việc đã đổi, hãy tải lại trang", "Reload the page"),
    "device.unknown": Problem(401, "Thiết bị chưa đăng ký", "The device is not enrolled"),
    "device.revoked": Problem(403, "Thiết bị đã bị thu hồi", "The device was revoked"),
    "enrolment.code": Problem(403, "Mã đăng ký sai hoặc đã dùng", "Enrolment code wrong or used"),
    "enrolment.key": Problem(422, "Khóa thiết bị không hợp lệ", "The device key is not valid"),
    # sync: what refuses a whole batch
    "batch.shape": Problem(422, "Gói sự kiện sai cấu trúc", "The batch has a wrong shape"),
    "batch.size": Problem(413, "Gói sự kiện quá lớn", "The batch is too large"),
    "batch.genesis": Problem(422, "Chuỗi không bắt đầu từ thiết bị này", "Wrong start of chain"),
    "batch.device": Problem(403, "Gói không thuộc thiết bị này", "The batch is not this device's"),
    "batch.signature": Problem(422, "Chữ ký gói không hợp lệ", "The batch signature is wrong"),
    "batch.compacted": Problem(
        422, "Đoạn này đã được gộp", "These events are too old to be told from others"
    ),
    "event.shape": Problem(422, "Sự kiện sai cấu trúc", "An event has a wrong shape"),
    "event.size": Problem(413, "Sự kiện quá lớn", "An event is too large"),
    "event.text": Problem(422, "Văn bản sự kiện không phải UTF-8", "The event text is not UTF-8"),
    "encoding.base64url": Problem(422, "Sai mã base64url", "Not canonical base64url"),
    "protocol.unknown": Problem(422, "Phiên bản giao thức không hỗ trợ", "Unknown protocol"),
    "feed.unknown": Problem(422, "Không có luồng dữ liệu này", "There is no such feed"),
    "feed.forbidden": Problem(403, "Thiết bị không được xem luồng này", "Not this device's feed"),
    "cursor.shape": Problem(422, "Con trỏ không hợp lệ", "The cursor is not valid"),
    # sync: what refuses one event (in results[], never as an HTTP error)
    "event.json": Problem(422, "Nội dung không phải JSON", "The text is not a JSON object"),
    "event.depth": Problem(422, "Nội dung lồng quá sâu", "The text is nested too deep"),
    "event.duplicate_name": Problem(422, "Trùng tên trường", "A name stands twice"),
    "event.field": Problem(422, "Trường không hợp lệ", "A field is not valid"),
    "event.missing": Problem(422, "Thiếu trường bắt buộc", "A required field is missing"),
    "event.author": Problem(422, "Chỉ máy chủ ghi loại này", "Only servers write this kind"),
    "event.scope": Problem(422, "Sự kiện không thuộc chốt này", "Not this device's checkpoint"),
    "event.kind": Problem(422, "Máy chủ chưa hiểu loại này", "Kind or version not known yet"),
    "person.commitment": Problem(422, "Phần cá nhân không khớp cam kết", "Wrong person part"),
    "seal.key": Problem(422, "Không mở được khóa niêm phong", "The sealed key cannot be opened"),
    "seal.body_key": Problem(422, "Niêm phong cho máy chủ khác", "Sealed for another server"),
    "seal.body": Problem(422, "Không mở được nội dung niêm phong", "The sealed body does not open"),
    "seal.text": Problem(422, "Không mở được phần niêm phong", "The sealed part cannot be opened"),
    "device.forked": Problem(409, "Thiết bị bị nhân bản, cần đăng ký lại", "Cloned; enrol again"),
    # files of unsent events (SPEC X)
    "file.format": Problem(422, "Không phải tệp sự kiện chưa gửi", "Not a file of unsent events"),
    "file.shape": Problem(422, "Phần đầu tệp sai cấu trúc", "The file's header has a wrong shape"),
    # relays and their upstream (SPEC U)
    "relay.loop": Problem(409, "Máy chủ này đã nằm trên đường lên", "A ring of servers; refused"),
    "relay.scope": Problem(403, "Ngoài các chốt của máy trung chuyển", "Not of this relay's posts"),
    "relay.revoked": Problem(403, "Máy trung chuyển đã bị thu hồi", "The relay was revoked"),
    # packs, searches, records
    "pack.unknown": Problem(404, "Không có gói này", "There is no such pack"),
    "search.purpose": Problem(422, "Cần mục đích và căn cứ tra cứu", "Give purpose and reference"),
    "search.unknown": Problem(404, "Không có lượt tra cứu này", "There is no such search"),
    "search.wide": Problem(403, "Phạm vi quá rộng, cần người thứ hai", "Needs a second person"),
    "record.unknown": Problem(404, "Không có bản ghi này", "There is no such record"),
    # the server's own state
    "server.busy": Problem(503, "Máy chủ đang bận, hãy thử lại", "Busy; try again"),
    "server.failed": Problem(500, "Lỗi máy chủ, chưa lưu gì", "Server error; nothing was stored"),
}


class FieldError(Schema):
    """One field that is wrong: its path in the request, "missing", "invalid" or a code."""

    field = fields.String(required=True)
    code = fields.String(required=True)


class ProblemSchema(Schema):
    """The one error shape: application/problem+json (RFC 9457) with a stable `code`.

    `nonce`: with "auth.assertion", what to sign. `incident`: with "server.failed", what to tell
    the administrator.
    """

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(FieldError))
    nonce = fields.String()
    incident = fields.String()


def as_markdown() -> str:
    """`docs/errors.md`: every code with its status and words. `python -m schemas.problems`."""
    lines = [
        "# Error codes",
        "",
        "Every error of `/api/v1` is `application/problem+json` (RFC 9457): `type`, `title`,",
        "`status`, `code`, `detail`, and where fields are wrong `errors: [{field, code}]`. Act on",
        "`code`: it is never reused for something else. `results[]` of a sync answer uses the same",
        "codes, one event at a time. Written by `python -m schemas.problems`; a test compares.",
        "",
        "| code | status | tiếng Việt | English |",
        "|---|---|---|---|",
    ]
    rows = sorted(PROBLEMS.items())
    lines += [f"| `{code}` | {row.status} | {row.vi} | {row.en} |" for code, row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(as_markdown(), end="")
