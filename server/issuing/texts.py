"""What is said about files and rows that cannot be issued: Vietnamese first, English second."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "file.large": ("Tệp quá lớn, tối đa {limit} MB.", "The file is over {limit} MB."),
    "file.kind": (
        "Chỉ nhận tệp .csv hoặc .xlsx, không phải {suffix}.",
        "Only .csv and .xlsx are read, not {suffix}.",
    ),
    "file.empty": ("Tệp không có dòng nào.", "The file has no rows."),
    "permits.many": (
        "Tất cả sẽ có {count} mục {what}; gói permits chứa nhiều nhất {limit}.",
        "There would be {count} entries ({what}); the pack permits holds at most {limit}.",
    ),
    "file.rows": ("Tệp có hơn {limit} dòng.", "The file has more than {limit} rows."),
    "file.columns": ("Dòng {row}: hơn {limit} cột.", "Row {row}: more than {limit} columns."),
    "file.cell": (
        "Dòng {row}: có ô dài hơn {limit} ký tự.",
        "Row {row}: a cell is longer than {limit} characters.",
    ),
    "file.encoding": (
        "Không đọc được bảng mã (TCVN3, VNI?). Trong Excel chọn Lưu thành, loại “CSV UTF-8”.",
        "The encoding is not known (TCVN3, VNI?). In Excel choose Save as, type “CSV UTF-8”.",
    ),
    "file.quotes": (
        "Dòng {row}: dấu ngoặc kép không khép lại.",
        "Row {row}: a quotation mark is not closed.",
    ),
    "file.endless": (
        "Dòng {row}: có ô quá dài, hoặc dấu ngoặc kép không khép lại.",
        "Row {row}: a cell is too long, or a quotation mark is not closed.",
    ),
    "file.xlsx": ("Tệp .xlsx hỏng hoặc có mật khẩu.", "The .xlsx file is damaged or locked."),
    "extra": (
        "Cần cài thêm gói: pip install '{extra}'",
        "An extra package is missing: pip install '{extra}'",
    ),
    "heading.unknown": (
        "Dòng {row}: không có cột tên “{heading}”. Các cột: {known}.",
        "Row {row}: there is no column “{heading}”. Columns: {known}.",
    ),
    "heading.twice": (
        "Dòng {row}: hai cột cùng là “{heading}”.",
        "Row {row}: two columns are both “{heading}”.",
    ),
    "heading.missing": (
        "Dòng {row}: thiếu cột “{heading}”.",
        "Row {row}: the column “{heading}” is missing.",
    ),
    "no_heading": ("ô này không thuộc cột nào", "this cell is in no column"),
    "far": ("quá 5 năm nữa", "is more than 5 years away"),
    "missing": ("không được để trống", "must not be empty"),
    "long": ("dài hơn {limit} ký tự", "is longer than {limit} characters"),
    "control": ("có ký tự không in được", "has characters that cannot be printed"),
    "number_cell": (
        "là số nên mất số 0 ở đầu; hãy đổi định dạng ô sang Văn bản (Text)",
        "is a number and has lost leading zeros; format the cell as Text",
    ),
    "fault": (
        "công thức hỏng ({cell}); sửa lại trong bảng tính",
        "is a formula that found nothing ({cell}); mend it in the spreadsheet",
    ),
    "sheet": (
        "Chỉ đọc trang tính “{sheet}”; KHÔNG đọc: {others}",
        "Only the sheet “{sheet}” was read, and NOT: {others}",
    ),
    "rounded": (
        "là số Excel viết tắt (kiểu 1,09E+11), đã mất chữ số; lấy lại từ tệp gốc, để ô Văn bản",
        "was shortened by a spreadsheet (1.09E+11) and has lost digits; format the cell as Text",
    ),
    "restored": (
        "ô số {cell} được hiểu là {whole}",
        "the number {cell} is read as {whole}",
    ),
    "encoding": (
        "Đọc theo bảng mã {encoding}; hãy xem chữ có dấu đúng không",
        "Read as {encoding}; see whether the letters are right",
    ),
    "birth_date": (
        "phải là ngày sinh, ví dụ 15/08/1990 hoặc 1990",
        "must be a birth date such as 15/08/1990 or 1990",
    ),
    "date": ("phải là ngày, ví dụ 15/08/2021", "must be a date such as 15/08/2021"),
    "moment": (
        "phải là ngày giờ, ví dụ 15/08/2021 hoặc 15/08/2021 06:00",
        "must be a date or time such as 15/08/2021 or 15/08/2021 06:00",
    ),
    "phone": ("phải là số điện thoại, ví dụ 0912345678", "must be a telephone number"),
    "future": ("ở tương lai", "is in the future"),
    "answer": ("cần trả lời", "needs an answer"),
    "sex": ("phải là Nam hoặc Nữ", "must be Nam/M or Nữ/F"),
    "place": (
        "phải là bộ mã và mã xã, ví dụ 2021/268",
        "must be data set and commune code, such as 2021/268",
    ),
    "level": ("phải là 1, 2, 3, 4 hoặc “bỏ”", "must be 1, 2, 3, 4 or “withdraw”"),
    "measure": ("phải là số từ 0 đến {limit}", "must be a number from 0 to {limit}"),
    "early": (
        "có hiệu lực trước lúc công bố; sửa lại, hoặc thêm --move để tính từ lúc công bố",
        "holds before it was announced; correct it, or add --move to let it begin then",
    ),
    "unconfirmed": (
        "gợi ý chưa có người xác nhận",
        "nobody has confirmed the suggestion",
    ),
    "unknown_code": (
        "không có mã {code} trong bộ mã {dataset}",
        "there is no code {code} in the data set {dataset}",
    ),
    "name_differs": ("mã này là {name}", "this is the code of {name}"),
    "many_places": (
        "có nhiều nơi cùng tên, ghi thêm huyện, tỉnh hoặc mã: {places}",
        "means several places; add district, province or code: {places}",
    ),
    "no_place": ("không có nơi tên “{name}”", "there is no place called “{name}”"),
    "nothing_to_withdraw": (
        "không có cấp nào bắt đầu lúc này để bỏ",
        "no level begins then that could be withdrawn",
    ),
    "plate": ("không phải biển số", "is no plate"),
    "hours": ("phải là khung giờ, ví dụ 05:00-20:00", "must be hours, such as 05:00-20:00"),
    "integer": ("phải là số từ 1 đến {limit}", "must be a number from 1 to {limit}"),
    "choice": ("phải là một trong: {known}", "must be one of: {known}"),
    "officer": (
        "chỉ gồm chữ thường không dấu, số và gạch ngang",
        "may have lower-case letters, digits and hyphens only",
    ),
    "pin": ("phải có đúng 6 chữ số", "must have exactly 6 digits"),
    "checkpoint": ("không có chốt {value}", "there is no checkpoint {value}"),
    "ended": ("đã qua", "has passed"),
    "order": ("trước lúc bắt đầu", "is before the beginning"),
    "hotline": ("phải là số điện thoại, ví dụ 115 hoặc 0259 000 0058", "must be a number to call"),
    "choice_kind": (
        "phải là chỉ huy, y tế, công an, cứu nạn hoặc khác",
        "must be command, health, police, rescue or other",
    ),
    "yes_no": ("phải là có hoặc không", "must be yes or no"),
    "duty_long": ("một ca trực lãnh đạo dài hơn 62 ngày", "somebody is on duty for over 62 days"),
    "violation": ("không phải tên hay mã vi phạm", "is no violation of the list"),
    "step_id": ("phải là chữ thường không dấu, số, - hoặc _", "must be a-z, 0-9, - or _"),
    "step_time": ("phải là đầu ca hoặc cuối ca", "must be open or close"),
    "many_steps": ("quá {limit} việc", "makes more than {limit} steps"),
    "named_twice": ("đã có ở dòng {other}", "is in row {other} already"),
    "checkpoint_id": (
        "chỉ gồm chữ thường không dấu, số và gạch ngang, ví dụ bg-dinh-ke",
        "may have lower-case letters, digits and hyphens only, such as bg-dinh-ke",
    ),
    "checkpoint_class": (
        "phải là cửa ngõ, xã phường, giáp ranh, chợ, phong tỏa hoặc lưu động",
        "must be city, ward, border, market, ring or mobile",
    ),
    "checkpoint_state": (
        "phải là dự kiến, hoạt động, tạm dừng hoặc đóng",
        "must be planned, active, hibernating or closed",
    ),
    "km_post": ("phải là lý trình, ví dụ Km 1589+300", "must be like Km 1589+300"),
    "no_road": (
        "không có đường “{road}” trong danh mục; nạp bằng chot road import (đang có: {known})",
        "the list of roads has no “{road}”; add it by chot road import (there are: {known})",
    ),
    "road_shared": (
        "cách viết này đã là của {road}",
        "has a spelling that already means {road}",
    ),
    "lane": (
        "phải là tên làn ngắn, ví dụ xe-may, o-to, xe-tai-ra",
        "must be a short name such as xe-may, o-to, xe-tai-ra",
    ),
    "lane_in_use": (
        "bỏ làn {lane} khi máy {device} còn ở đó; thu hồi hoặc chuyển máy trước",
        "drops the lane {lane} where the tablet {device} stands; revoke or move it first",
    ),
    "direction": ("phải là vào, ra hoặc hai chiều", "must be in, out or both"),
    "officer_role": (
        "phải là cán bộ, chốt trưởng, y tế hoặc tình nguyện viên",
        "must be officer, lead, medic or volunteer",
    ),
    "officer_state": ("phải là tốt hoặc thu hồi", "must be ok or revoked"),
    "officer_unknown": (
        "chưa có cán bộ này để thu hồi",
        "is of nobody who could be revoked",
    ),
    "pin_known": (
        "người này đã có thẻ và PIN; để trống, hoặc cấp thẻ mới bằng chot officer add",
        "is for new badges only; leave it empty, or make a new badge by chot officer add",
    ),
    "officer_none": ("không có cán bộ “{name}”", "there is no officer “{name}”"),
    "officers_many": (
        "có nhiều cán bộ tên “{name}”, ghi mã: {known}",
        "means several officers called “{name}”, give the id: {known}",
    ),
    "officer_revoked": ("thẻ của {name} đã thu hồi", "is {name}, whose badge is revoked"),
    "officer_elsewhere": (
        "{officer} không thuộc chốt {checkpoint}, thẻ không mở ca ở đó",
        "is {officer}, whose badge opens no shift at {checkpoint}",
    ),
    "duty_name": (
        "phải là chốt trưởng, quét, y tế hoặc phân luồng",
        "must be lead, scan, health or traffic",
    ),
    "duty_overlap": (
        "trùng giờ với phân công ở {other}",
        "stands elsewhere at that time: {other}",
    ),
    "span": (
        "phải là một khung giờ, ví dụ 06:00-14:00 hoặc 22h-6h",
        "must be one span of hours, such as 06:00-14:00 or 22h-6h",
    ),
    "permit_what": (
        "phải là hạn mức, tạm ngừng, cho lại hoặc ưu tiên",
        "must be quota, suspend, resume or priority",
    ),
    "permit_type": (
        "phải là giấy đi đường, luồng xanh hoặc xe đưa đón",
        "must be permit, pass or manifest",
    ),
    "document_id": ("không phải số giấy", "is no number of a document"),
    "company": ("quá ngắn để nhận ra một đơn vị", "is too short for a company's name"),
    "tax_code": (
        "phải là mã số thuế 10 số, hoặc 13 số của chi nhánh",
        "must be a tax code of 10 digits, or 13 of a branch",
    ),
    "uses": ("phải là số lượt, từ 0 đến 100000", "must be a number from 0 to 100000"),
    "quota_of": (
        "hạn mức cần loại giấy hoặc số giấy, chỉ một trong hai",
        "a quota is about a type or one document, not both",
    ),
    "suspension_of": (
        "cần loại giấy hoặc đơn vị, chỉ một trong hai",
        "a suspension is about a type or a company, not both",
    ),
    "goods": (
        "phải là các nhóm hàng cách nhau bằng dấu chấm phẩy: {known}",
        "must be groups of goods with semicolons between: {known}",
    ),
    "provinces": (
        "phải là tên hay mã tỉnh của bộ mã 2021",
        "must be names or codes of provinces of 2021",
    ),
    "company_other": (
        "{name} đã có mã số thuế khác: {code}",
        "is not that of {name}, which has {code}",
    ),
    "no_company": (
        "không có đơn vị “{name}”; nạp bằng chot company import",
        "there is no company “{name}”; add it by chot company import",
    ),
    "company_suspended": ("{name} đang bị tạm ngừng", "is {name}, which is suspended"),
    "worker_state": ("phải là đang làm hoặc nghỉ việc", "must be works or left"),
    "many_lanes": ("quá {limit} làn", "has more than {limit} lanes"),
    "twice": ("giống hệt dòng {other}", "is the same as row {other}"),
    "differs": ("khác dòng {other} của cùng chuyến", "differs from row {other} of the same trip"),
    "size": (
        "nội dung quá dài, mã QR không in rõ được trong 5 × 5 cm",
        "the content is too long for a QR code that prints well at 5 × 5 cm",
    ),
    "workers": (
        "có {listed} tên nhưng ghi {count} người",
        "names {listed} workers but says {count}",
    ),
    "dose": ("liều {number} cần cả vắc xin và ngày", "dose {number} needs product and date"),
    "test": (
        "xét nghiệm cần loại, kết quả và giờ lấy mẫu",
        "a test needs type, result and time of sampling",
    ),
    "nothing": (
        "thẻ không có mũi tiêm, xét nghiệm hay khỏi bệnh nào",
        "the card has no dose, test or recovery",
    ),
    "watch_number": (
        "phải có 12 chữ số (CCCD) hoặc 9 chữ số (CMND)",
        "must have 12 digits (CCCD) or 9 (CMND)",
    ),
    "watch_category": (
        "phải là F0 sau điều trị, F1, F1 trẻ em, F2 hoặc F3",
        "must be f0_after, f1, f1_child, f2 or f3",
    ),
    "commune": (
        "phải là bộ mã và mã của một xã có thật, ví dụ 2021/22738",
        "must be data set and code of a commune that exists, such as 2021/22738",
    ),
    "watch_long": ("sau lúc bắt đầu hơn 1 năm", "is more than a year after the beginning"),
    "watch_twice": (
        "cùng người, cùng diện và cùng ngày bắt đầu với dòng {other}",
        "is the same person, category and beginning as row {other}",
    ),
    "dates": (
        "phải là các ngày cách nhau bằng dấu phẩy, ví dụ 15/08/2021, 22/08/2021",
        "must be days with commas between, such as 15/08/2021, 22/08/2021",
    ),
    "no_key": (
        "Không có khóa nào đang ký loại này. Tạo và công bố: chot keys generate, chot keys publish",
        "No key signs this type now. Make and publish one: chot keys generate, chot keys publish",
    ),
}


def said(code: str, lang: str, /, **values: object) -> str:
    """The text of `code` in "vi" or "en"."""
    vi, en = TEXTS[code]
    return (vi if lang == "vi" else en).format(**values)
