"""Alerts in the console: seen, taken, closed with a note; and what others see meanwhile."""

from __future__ import annotations

import json
import random
import re
from contextlib import closing

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.home.look import HomeLook
from server.packs import EVERYBODY, checkpoint_scope, publish
from server.store.forgotten import Target
from server.store.log.erasures import erasures_in
from server.store.log.verify import walk_log
from server.store.reader import read_only
from server.store.registered import UserRole
from sync.batch import plain_event
from tests.server.console.conftest import Console, post
from tests.server.home.deciding import HOUR_MS, ORIGIN, RED, cross, rules_content
from tests.server.store.tablets import NAME, NOON_MS, PHONE, enrolled


def look(console: Console) -> None:
    with HomeLook(console.store.config, console.store.keys, lambda: NOON_MS) as looker:
        while True:
            reached = console.projector.catch_up()
            if not console.projector.look(looker) and console.last_n() == reached:
                return


@pytest.fixture
def stale(console: Console, rng: random.Random) -> str:
    """The record of a crossing that a tablet with old levels let pass."""
    store, keys = console.store, console.store.keys
    publish(store, keys, "rules", checkpoint_scope("hd-ql6"), rules_content(RED), NOON_MS - HOUR_MS)
    window = {"place": ORIGIN, "level": 4, "valid_from": "2026-11-01T00:00:00+07:00"}
    publish(store, keys, "levels", EVERYBODY, {"levels": [window]}, NOON_MS - HOUR_MS)
    tablet = enrolled(store, rng)
    tablet.push(store, tablet.batch(cross(tablet, packs={"rules": 1})))
    look(console)
    return tablet.records[-1]


def alert_of(client: FlaskClient, state: str = "new") -> str:
    page = client.get(f"/console/alerts?state={state}").text
    (found,) = re.findall(r'<tr id="([^"]+)">', page)
    return str(found)


def act(client: FlaskClient, record: str, **changed: str) -> TestResponse:
    """Send the form of the page, as it stands."""
    page = client.get(f"/console/alerts/{record}").text
    sent = dict(re.findall(r'<input [^>]*name="(\w+)" value="([^"]*)"', page.split("<aside>")[1]))
    return client.post(f"/console/alerts/{record}/acts", data=sent | changed)


def test_w4_an_alert_is_taken_and_closed_with_a_note(console: Console, stale: str) -> None:
    client = console.sign_in("reviewer")
    assert '<b class="badge">1' in client.get("/console/").text
    record = alert_of(client)
    page = client.get(f"/console/alerts/{record}").text
    assert "Xét theo quy định cũ" in page
    there = f"/console/crossings/{stale}?alert={record}"
    assert f'href="{there}"' in page
    opened = client.get(there)
    assert opened.status_code == 200
    assert f'class="back"><a href="/console/alerts/{record}"' in opened.text
    answer = act(client, record, state="taken")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Người reviewer" in page, "seen before the projector has it"
    assert record not in client.get("/console/alerts").text
    look(console)
    assert alert_of(client, "taken") == record
    assert act(client, record, state="closed", note="").status_code == 422
    assert act(client, record, state="closed", note="đã gọi lại chốt").status_code == 303
    look(console)
    assert alert_of(client, "closed") == record
    assert "đã gọi lại chốt" in client.get(f"/console/alerts/{record}").text
    assert console.store.alert_counts() == {"new": 0, "taken": 0, "closed": 1}
    assert "badge" not in client.get("/console/").text


def test_w4_who_was_slower_sees_what_the_other_did(console: Console, stale: str) -> None:
    one, other = console.sign_in("reviewer"), console.sign_in("approver")
    record = alert_of(one)
    assert act(one, record, state="taken").status_code == 303
    before = console.last_n()
    answer = act(other, record, state="closed", note="xong", seen="0" * 64)
    assert answer.status_code == 409
    assert "vừa xử lý" in answer.text
    assert console.last_n() == before


def test_command_sees_alerts_and_no_plates(console: Console, stale: str) -> None:
    client = console.sign_in("command")
    record = alert_of(client)
    for page in (client.get("/console/alerts").text, client.get(f"/console/alerts/{record}").text):
        assert "30A-123.45" not in page
        assert stale not in page
    assert act(client, record, state="closed", note="đã rõ").status_code == 303


@pytest.mark.parametrize("role", ["admin", "community"])
def test_who_has_nothing_to_do_with_crossings_has_no_alerts(
    console: Console, stale: str, role: UserRole
) -> None:
    assert console.sign_in(role).get("/console/alerts").status_code == 403


def test_every_look_at_an_alert_is_in_the_audit_log(console: Console, stale: str) -> None:
    client = console.sign_in("reviewer")
    record = alert_of(client)
    act(client, record, state="taken")
    seen = [(one.what, one.subject) for one in console.audit() if one.what.startswith("alert")]
    assert seen == [("alerts", ""), ("alert", record), ("alert.act", record)]


def test_what_is_no_alert_is_refused(console: Console, stale: str) -> None:
    client = console.sign_in("reviewer")
    assert client.get("/console/alerts?state=old").status_code == 422
    assert client.get("/console/alerts?code=x").status_code == 422
    for key in ("x", f"{'9' * 30}.x"):
        for page in ("/console/alerts", "/console/shifts", "/console/notes", "/console/"):
            assert client.get(f"{page}?after={key}").status_code == 422, page
    assert client.get(f"/console/alerts/{stale}").status_code == 404
    assert client.get("/console/alerts/x").status_code == 404
    wrong = {"state": "new", "seen": ""}
    assert post(client, f"/console/alerts/{alert_of(client)}/acts", wrong).status_code == 422


def test_the_list_shows_one_kind_where_asked(console: Console, stale: str) -> None:
    client = console.sign_in("reviewer")
    record = alert_of(client)
    assert record in client.get("/console/alerts?code=decision.stale").text
    assert record not in client.get("/console/alerts?code=late.rules").text


def person(console: Console, rng: random.Random, **said: object) -> str:
    """The record of a crossing of somebody of whom an officer noted this."""
    tablet = enrolled(console.store, rng)
    tablet.push(console.store, tablet.batch(cross(tablet, person={"name": NAME, **said})))
    look(console)
    return tablet.records[-1]


def test_w9_the_health_service_sees_its_own_alerts_and_whom_to_reach(
    console: Console, stale: str, rng: random.Random
) -> None:
    crossing = person(console, rng, phone=PHONE, symptoms=["cough"], temperature_c=38.4)
    client = console.sign_in("health")
    landing = client.get("/console/")
    assert landing.location == "/console/alerts"
    record = alert_of(client)
    page = client.get(f"/console/alerts/{record}").text
    for said in ("Ho, sốt, khó thở", NAME, PHONE, "38.4 °C", "Ho<"):
        assert said in page, said
    assert crossing not in page, "the way to the crossing is not the health service's"
    looks = [(one.what, one.subject) for one in console.audit() if one.what == "alert"]
    assert looks == [("alert", record)]
    assert client.get("/console/alerts?code=decision.stale").status_code == 422
    assert '<b class="badge">1' in client.get("/console/alerts").text
    for role in ("reviewer", "approver", "command"):
        seen = console.sign_in(role).get(f"/console/alerts/{record}").text
        assert NAME not in seen and PHONE not in seen and "38.4" not in seen
    (other,) = [
        one.record
        for one in console.store.alerts("new", (), "", 10)[0]
        if one.code == "decision.stale"
    ]
    assert client.get(f"/console/alerts/{other}").status_code == 403
    for path in (f"/console/crossings/{crossing}", "/console/watchlist"):
        assert client.get(path).status_code == 403, path


def test_w9_whom_a_test_without_a_crossing_is_about_is_read_from_the_test(
    console: Console, rng: random.Random
) -> None:
    tablet = enrolled(console.store, rng)
    body = tablet.body(
        tablet.new_record(), kind="quick_test", fields={"type": "rapid", "result": "positive"}
    )
    said = {"salt": "A" * 22, "set": {"person": {"name": NAME, "phone": PHONE}}}
    event = plain_event(body, json.dumps(said, ensure_ascii=False, separators=(",", ":")))
    tablet.push(console.store, tablet.batch(event))
    look(console)
    client = console.sign_in("health")
    page = client.get(f"/console/alerts/{alert_of(client)}").text
    assert "Test nhanh dương tính" in page and NAME in page and PHONE in page


NOTE = "đã gọi chị Phạm Thị Ghi Chú"


@pytest.mark.parametrize("named_by", ["crossing", "alert", "event"])
def test_g2_a_note_to_an_alert_is_erased_with_its_crossing_or_by_itself(
    console: Console, stale: str, named_by: str
) -> None:
    client, store = console.sign_in("reviewer"), console.store
    record = alert_of(client)
    assert act(client, record, state="closed", note=NOTE).status_code == 303
    look(console)
    assert NOTE in client.get(f"/console/alerts/{record}").text
    if named_by == "event":
        author = store.own_author
        newest = store.held(author)[0]
        targets, unknown = store.targets_of_refs([f"{author}:{newest}"])
        assert unknown == []
    else:
        targets = store.targets_of_record(record if named_by == "alert" else stale)
    store.erase(targets, "request", "Đơn 12/2026", None, NOON_MS)
    look(console)
    page = client.get(f"/console/alerts/{record}")
    assert page.status_code == 200 and NOTE not in page.text
    notes = [
        one.person
        for one in store.pull(None, 0, 500, True).events
        if json.loads(one.body)["kind"] == "alert"
    ]
    assert set(notes) == {None}
    with closing(read_only(store.config.log_path)) as log:
        assert walk_log(log, store.keys, lambda _: None).breaks == 0
        # A restore does it again from the list (G5).
        for _, home, refs, *_, destination in erasures_in(log):
            assert store.not_erased(home, refs, destination) == []
            again = [Target(one, home, destination) for one in refs]
            assert store.erase(again, "request", "-", None, NOON_MS, again=True)
