"""Tablets, users, the access log and the figures."""

from __future__ import annotations

import html
import re
import sqlite3

from cryptography.hazmat.primitives.asymmetric import ec

from server.console.times import HOUR_MS, short_time
from server.enrolment import code_hash
from server.keys import public_jwk
from sync.encoding import uuid7
from tests.server.console.conftest import Console, post

DEVICE = "01a20000-0000-7000-8000-00000000000d"


def enrol(console: Console) -> str:
    """Enrol a tablet through the page's one-time code; its id."""
    client = console.sign_in("admin")
    page = post(client, "/console/devices/enrolments", {"lane": "hd-ql6/2", "name": "Máy 7"}).text
    found = re.search(r'value="(http://localhost/tablet/#enrol=([0-9a-z]{20}))"', page)
    assert found, page
    jwk = public_jwk(ec.generate_private_key(ec.SECP256R1()))
    device = console.store.enrol(code_hash(found[2]), DEVICE, jwk, console.now_ms)
    assert device is not None
    assert (device.checkpoint, device.lane, device.name) == ("hd-ql6", "2", "Máy 7")
    other = public_jwk(ec.generate_private_key(ec.SECP256R1()))
    again = console.store.enrol(code_hash(found[2]), DEVICE[:-1] + "e", other, console.now_ms)
    assert again is None
    return DEVICE


def test_a_one_time_link_and_its_picture_enrol_one_tablet(console: Console) -> None:
    client = console.sign_in("admin")
    page = post(client, "/console/devices/enrolments", {"lane": "hd-ql6/2"}).text
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page
    assert "Chốt Quốc lộ 6" in page
    link = html.unescape(re.findall(r'value="(http[^"]+)"', page)[0])
    assert link not in client.get("/console/devices").text
    enrol(console)


def test_a_lane_that_is_none_makes_no_code(console: Console) -> None:
    client = console.sign_in("admin")
    for lane in ("", "hd-ql6", "hd-ql6/9", "elsewhere/1"):
        answer = post(client, "/console/devices/enrolments", {"lane": lane})
        assert answer.status_code == 422
        assert "#enrol=" not in answer.text
        assert "Hãy chọn chốt và làn của chốt đó." in answer.text


def test_the_list_says_who_is_silent_what_is_unsent_and_whose_clock_is_off(
    console: Console,
) -> None:
    device = enrol(console)
    assert "Chưa liên lạc" in console.sign_in("admin").get("/console/devices").text
    console.store.contact(device, console.now_ms, 37, -2 * HOUR_MS)
    client = console.sign_in("admin")
    page = client.get("/console/devices").text
    for said in ("Máy 7", "vừa xong", "37", "nhanh 2 giờ", "Đang dùng"):
        assert said in page
    console.now_ms += 3 * HOUR_MS
    page = console.sign_in("admin").get("/console/devices").text
    assert "Im lặng" in page
    assert "3 giờ trước" in page


def test_revoking_asks_first_and_is_audited(console: Console) -> None:
    device = enrol(console)
    client = console.sign_in("admin")
    url = f"/console/devices/{device}/revocation"
    assert "Không thể hoàn tác" in client.get(url).text
    assert console.store.device(device).revoked_ms is None  # type: ignore[union-attr]
    answer = post(client, url, {})
    assert answer.location == "/console/devices?told=revoked"
    assert console.store.device(device).revoked_ms == console.now_ms  # type: ignore[union-attr]
    assert ("device.revoked", device) in [(one.what, one.subject) for one in console.audit()]
    assert "Đã thu hồi" in client.get("/console/devices").text
    assert post(client, url, {}).status_code == 404


def test_the_server_itself_cannot_be_revoked(console: Console) -> None:
    url = f"/console/devices/{console.store.server_id}/revocation"
    assert post(console.sign_in("admin"), url, {}).status_code == 404


def test_users_are_listed_without_their_secrets(console: Console) -> None:
    page = console.sign_in("admin").get("/console/users").text
    assert "Người reviewer" in page
    assert "argon2" not in page


def test_the_access_log_is_newest_first_and_filters_by_user(console: Console) -> None:
    console.sign_in("reviewer").get("/console/")
    client = console.sign_in("admin")
    page = client.get("/console/audit").text
    numbers = [int(one) for one in re.findall(r'<td class="number"[^>]*>(\d+)</td>', page)]
    assert numbers == [4, 3, 2, 1]
    assert "Chuỗi băm nguyên vẹn: đã kiểm tra 4 mục" in page
    page = client.get("/console/audit?user=id-reviewer").text
    assert re.findall(r'<td class="number"[^>]*>(\d+)</td>', page) == ["2", "1"]
    assert client.get("/console/audit?user=nobody").status_code == 422
    assert client.get("/console/audit?before=x").status_code == 422


def test_the_access_log_pages_to_its_first_entry(console: Console) -> None:
    client = console.sign_in("admin")
    for _ in range(150):
        client.get("/console/users")
    seen: list[int] = []
    url: str | None = "/console/audit"
    while url:
        page = client.get(url).text
        seen += [int(one) for one in re.findall(r'<td class="number"[^>]*>(\d+)</td>', page)]
        older = re.search(r'href="([^"]+)" rel="next"', page)
        url = older[1].replace("&amp;", "&") if older else None
    assert seen == list(range(152, 0, -1))


def test_a_changed_access_log_is_said_in_plain_words(console: Console) -> None:
    console.sign_in("reviewer")
    with sqlite3.connect(console.store.config.log_path) as log:
        log.execute("DROP TRIGGER audit_stays")
        log.execute("UPDATE audit SET who = 'id-admin' WHERE n = 1")
    log.close()
    page = console.sign_in("admin").get("/console/audit").text
    assert "Chuỗi băm không khớp từ mục 1" in page


def test_a_waved_crossing_says_why_since_when_and_on_whose_word(console: Console) -> None:
    wave = uuid7(console.now_ms, bytes(10))
    fields = {"lane": "1", "direction": "in", "reason": "queue", "by": "lead-1"}
    started = console.now_ms
    console.store.write("wave", wave, "hd-ql6", "officer-1", fields, None, started)
    ended = {"ended": started + HOUR_MS}
    console.store.write("wave", wave, "hd-ql6", "officer-1", ended, None, started + HOUR_MS)
    passed = {"outcome": "pass", "reasons": []}
    record = console.cross(
        mode="waved",
        plate=None,
        verdict=passed,
        action="passed",
        override={"reason": "other", "by": "x"},
        wave=wave,
    )
    page = console.sign_in("reviewer").get(f"/console/crossings/{record}").text
    assert "Ùn tắc dài; " in page
    assert f"{short_time(started)} – {short_time(started + HOUR_MS)}" in page
    assert "lead-1 quyết định" in page


def test_what_was_waved_through_is_counted_and_said(console: Console) -> None:
    console.cross()
    for _ in range(2):
        passed = {"outcome": "pass", "reasons": []}
        console.cross(mode="waved", plate=None, verdict=passed, action="passed")
    assert console.store.counts(0, console.now_ms, [])["waved"] == 2
    page = console.sign_in("command").get("/console/figures").text
    assert re.search(r"<dt>Xả chốt</dt><dd>2</dd>", page)


def test_figures_count_today_and_name_nobody(console: Console) -> None:
    console.cross()
    console.cross(action="passed", direction="out", verdict={"outcome": "pass", "reasons": []})
    page = console.sign_in("command").get("/console/figures").text
    assert re.findall(r"<dd>(\d+)</dd>", page) == ["2", "2", "2", "1", "1"]
    assert "Chốt Quốc lộ 6" in page
    assert "Chốt Cà Ná" not in page
    for personal in ("Nguyễn Văn Thử", "29C", "0912"):
        assert personal not in page
    console.now_ms += 24 * HOUR_MS
    assert "Hôm nay chưa có lượt nào" in console.sign_in("command").get("/console/figures").text


def test_an_order_to_wipe_is_asked_about_audited_and_shown_until_it_is_done(
    console: Console,
) -> None:
    device = enrol(console)
    client = console.sign_in("admin")
    console.store.contact(device, console.now_ms, 37, 0)
    asked = client.get(f"/console/devices/{device}/wipe").text
    assert "Máy báo còn 37 lượt chưa gửi" in asked
    assert post(client, f"/console/devices/{device}/wipe", {}).status_code == 303
    page = client.get("/console/devices").text
    assert "Chờ xóa" in page
    assert f"/console/devices/{device}/wipe" not in page
    assert [one.subject for one in console.store.audited_of("device.wipe")] == [device]
