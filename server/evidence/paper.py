"""The case as a page that is printed: in Vietnamese, in words, nothing left to a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape

from server.console.reasons import Rulebook, place_names, rulebook
from server.console.texts import word
from server.console.words import Words
from server.evidence.gather import Case
from server.reporting.periods import VIETNAM
from server.store.noted_protocol import NotedWhole
from server.store.protocol import Store
from server.store.view_protocol import CrossingWhole, Write

READ_ME = """\
HỒ SƠ MỘT LƯỢT QUA CHỐT / CASE FILE OF ONE CROSSING

ho-so.html          bản để đọc và in / to read and print
ho-so.json          như trên, đủ mọi trường / the same with every field
su-kien.jsonl       từng ghi chép đúng nguyên văn máy bảng đã ký / each event as it was signed
chung-minh/         các lô có chữ ký của máy bảng và biên nhận của máy chủ / the signed batches
khoa.json           khóa công khai của máy bảng và máy chủ / the public keys
nhat-ky-xem.jsonl   ai đã xem hồ sơ này / who looked at it
manifest.json       mã băm SHA-256 của mọi tệp / the digest of every file
manifest.sig        chữ ký của máy chủ trên manifest.json / the server's signature

Kiểm tra ở bất cứ máy nào, không cần mạng / check it anywhere, offline:

    chot evidence check TỆP

Trong chung-minh có ghi chép của những lượt khác cùng lô: chữ ký gồm cả lô nên không bỏ ra được.
Họ tên, số giấy tờ, điện thoại của những lượt ấy đã được bỏ. Chỉ dùng cho việc nêu trong hồ sơ.
The batches hold events of other crossings, because a signature covers all of a batch; who those
people are is left out. To be used for the stated case only.
"""
STYLE = """
@page { size: A4; margin: 20mm 15mm 20mm 25mm }
body { font: 13px/1.45 "Times New Roman", "Liberation Serif", "Noto Serif", serif; color: #000;
       max-width: 180mm; margin: 0 auto; padding: 8mm }
h1 { font-size: 18px; text-align: center } h2 { font-size: 15px; margin: 6mm 0 2mm }
table { border-collapse: collapse; width: 100%; margin-bottom: 3mm }
th, td { border: 1px solid #666; padding: 1mm 2mm; text-align: left; vertical-align: top;
         overflow-wrap: anywhere }
th { font-weight: 600; width: 34% } tr { break-inside: avoid }
h2 { break-after: avoid }
.who td, .who th { width: auto; font-size: 12px }
.who th { overflow-wrap: normal; white-space: nowrap }
.who td:nth-child(-n+3) { min-width: 22mm; max-width: 36mm } p.small { font-size: 11px }
"""


def paper(store: Store, case: Case, purpose: str, reference: str, made_ms: int) -> str:
    """One HTML document without anything from elsewhere; all that people wrote is escaped."""
    places = {one.id: one.name for one in store.checkpoints()}
    people = {one.id: one.name for one in store.officers()}
    people |= {one.id: one.name for one in store.users()}
    parts: list[str] = []
    if case.crossing is not None:
        rules = rulebook(store, [case.crossing.row.checkpoint])
        parts += _crossing(case.crossing, places, people, rules, place_names(store))
    words = Words("vi", place_names(store))
    for one in case.notes:
        parts += _note(one, words, people)
    if case.alerts:
        parts.append("<h2>Cảnh báo</h2>")
        parts.append(
            _table(
                (word("vi", "alert", one.row.code), _alert(one.row.state, one.row.withdrawn))
                for one in case.alerts
            )
        )
    parts.append("<h2>Ai đã xem hồ sơ này</h2>")
    parts.append(
        _rows(
            ("Lúc", "Ai", "Việc", "Mục đích", "Số văn bản"),
            (
                (_time(one.at_ms), people.get(one.who, one.who), one.what, one.purpose,
                 one.reference)
                for _, one in case.looks
            ),
        )
    )  # fmt: skip
    lacking = (
        f"<p>Nguyên văn của {len(case.lacking)} ghi chép không còn (đã gộp).</p>"
        if case.lacking
        else ""
    )
    head = _table(
        [
            ("Mã hồ sơ", case.record),
            ("Lập lúc", _time(made_ms)),
            ("Mục đích", purpose),
            ("Số văn bản, vụ việc", reference),
            ("Theo nhật ký máy chủ đến số", str(case.n)),
        ]
    )
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="vi"><meta charset="utf-8"><title>Hồ sơ {escape(case.record)}'
        f"</title>\n<style>{STYLE}</style>\n<h1>HỒ SƠ MỘT LƯỢT QUA CHỐT</h1>\n{head}\n{body}\n"
        f'{lacking}<p class="small">Bản in này là một tệp của hồ sơ có chữ ký số. Kiểm tra: '
        "chot evidence check. Có thông tin cá nhân: chỉ dùng cho việc nêu trên.</p></html>\n"
    )


def _crossing(
    found: CrossingWhole,
    places: dict[str, str],
    people: dict[str, str],
    rules: Rulebook,
    communes: dict[tuple[str, str], str],
) -> Iterator[str]:
    row = found.row

    def reason(code: str) -> str:
        return rules.text("vi", code, row.checkpoint)

    words = Words("vi", communes, reason)
    yield "<h2>Lượt qua chốt</h2>"
    yield _table(
        [
            ("Thời điểm", _time(row.occurred_ms)),
            ("Máy chủ nhận lúc", _time(row.received_ms)),
            ("Chốt", places.get(row.checkpoint, row.checkpoint)),
            (
                "Làn, chiều",
                f"{word('vi', 'lane', row.lane)} · {word('vi', 'direction', row.direction)}",
            ),
            ("Người ghi", people.get(row.officer, row.officer)),
            ("Máy bảng", row.device),
            ("Mã khiếu nại", row.complaint_code),
            ("Kết luận", word("vi", "outcome", row.outcome)),
            ("Xử lý", word("vi", "action", row.action)),
            ("Lý do", "; ".join(reason(one) for one in row.reasons)),
            ("Đánh dấu", ", ".join(word("vi", "flag", one) for one in row.flags)),
        ]
    )
    yield "<h2>Những gì đã ghi</h2>"
    yield _table(words.lines(found.fields))
    for title, items in (("Người", found.people), ("Hàng", found.goods)):
        for item, values in items.items():
            yield f"<h2>{title} {escape(item.rsplit(':', 1)[-1])}</h2>"
            yield _table(words.lines(values))
    for title, sides in (
        ("Còn tranh chấp", found.conflicts),
        ("Đã phân xử theo quy tắc", found.settled),
    ):
        if sides:
            yield f"<h2>{title}</h2>"
            yield _rows(
                ("Mục", "Giá trị", "Ai ghi", "Lúc"),
                (
                    (words.path(path), _said(words, one), _who(one, people),
                     _time(one.occurred_ms))
                    for path, writes in sides.items()
                    for one in writes
                ),
            )  # fmt: skip
    if found.reviews:
        yield "<h2>Đối soát</h2>"
        yield _history(found.reviews, words, people)
    if found.twins:
        yield "<h2>Lượt ghi trùng</h2>"
        yield _rows(
            ("Thời điểm", "Biển số", "Quan hệ", "Mã lượt"),
            (
                (_time(one.row.occurred_ms), one.row.plate, one.tie, one.row.record)
                for one in found.twins
            ),
        )
    yield "<h2>Lịch sử ghi chép</h2>"
    yield _history(found.history, words, people)


def _note(one: NotedWhole, words: Words, people: dict[str, str]) -> Iterator[str]:
    yield f"<h2>Sổ việc: {escape(word('vi', 'noted.kind', one.row.kind))}</h2>"
    yield _table(
        [
            ("Thời điểm", _time(one.row.occurred_ms)),
            ("Người ghi", people.get(one.row.officer, one.row.officer)),
            *words.lines(one.fields),
            *words.lines(one.person),
        ]
    )
    yield _history(one.history, words, people)


def _history(writes: Iterable[Write], words: Words, people: dict[str, str]) -> str:
    return _rows(
        ("Lúc", "Ai", "Ghi chép", "Nội dung"),
        ((_time(one.occurred_ms), _who(one, people), one.ref, _said(words, one)) for one in writes),
    )


def _said(words: Words, one: Write) -> str:
    lines = [*words.lines(one.fields), *words.lines(one.person or {})]
    return "; ".join(f"{label}: {value}" for label, value in lines)


def _who(one: Write, people: dict[str, str]) -> str:
    return people.get(one.officer or "", one.officer or "máy chủ")


def _alert(state: str, withdrawn: bool) -> str:
    return "đã rút" if withdrawn else word("vi", "alert_state", state)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><th>{escape(label)}</th><td>{escape(value) or '–'}</td></tr>" for label, value in rows
    )
    return f"<table>{cells}</table>"


def _rows(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in headings)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    return f'<table class="who"><tr>{head}</tr>{body}</table>'


def _cells(row: Iterable[str]) -> str:
    return "".join(f"<td>{escape(cell) or '–'}</td>" for cell in row)


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
