"""Duplicates on the page of a crossing: what is linked, and a person who splits or joins."""

from __future__ import annotations

import html
import random
import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.home.look import HomeLook
from tests.server.console.conftest import Console, post
from tests.server.store.tablets import CAR, NOON_MS, Tablet, enrolled

LATER_MS = 90_000
MISREAD = {"read": "30A-123.4S", "normal": "30A1234S"}


def look(console: Console) -> None:
    """Project, and let the home server write what follows."""
    with HomeLook(console.store.config, console.store.keys, lambda: console.now_ms) as looker:
        while True:
            reached = console.projector.catch_up()
            if not console.projector.look(looker) and console.last_n() == reached:
                return


@pytest.fixture
def tablets(console: Console, rng: random.Random) -> tuple[Tablet, Tablet]:
    return enrolled(console.store, rng), enrolled(console.store, rng)


def refused(console: Console, tablet: Tablet, at_ms: int, **fields: object) -> str:
    """A crossing that waits for a review; its record."""
    tablet.now_ms = at_ms - 1000
    event = tablet.crossing(action="turned_back", **fields)  # type: ignore[arg-type]
    tablet.push(console.store, tablet.batch(event))
    look(console)
    return tablet.records[-1]


def pair(console: Console, tablets: tuple[Tablet, Tablet], **second: object) -> tuple[str, str]:
    first = refused(console, tablets[0], NOON_MS)
    return first, refused(console, tablets[1], NOON_MS + LATER_MS, **second)


def decide(
    client: FlaskClient, record: str, other: str, decision: str, **changed: str
) -> TestResponse:
    """Press the button of the page, as it stands."""
    page = client.get(f"/console/crossings/{record}").text
    (form,) = [
        one
        for one in re.findall(r"<form [^>]*/links\".*?</form>", page, re.S)
        if f'value="{other}"' in one
    ]
    sent = dict(re.findall(r'<input [^>]*name="(\w+)" value="([^"]*)"', form))
    assert f'value="{decision}"' in form
    return client.post(
        f"/console/crossings/{record}/links", data=sent | {"decision": decision} | changed
    )


def duplicates(console: Console) -> dict[str, str]:
    from server.store.view_protocol import Criteria

    rows, _ = console.store.search(Criteria(flags=("duplicate",)), "", 50)
    return {row.record: row.counted_as for row in rows}


def test_l3_the_queue_shows_both_and_counts_one(
    console: Console, tablets: tuple[Tablet, Tablet]
) -> None:
    first, later = pair(console, tablets)
    page = console.sign_in("reviewer").get("/console/").text
    assert set(re.findall(r'<tr id="([^"]+)">', page)) == {first, later}
    assert '<span class="flag duplicate">Trùng</span>' in page
    assert console.store.open_reviews()["all"] == console.store.open_reviews()["refused"] == 1


def test_l3_each_page_leads_to_the_other_and_says_which_one_counts(
    console: Console, tablets: tuple[Tablet, Tablet]
) -> None:
    first, later = pair(console, tablets)
    client = console.sign_in("reviewer")
    page = client.get(f"/console/crossings/{later}").text
    assert "Lượt này không tính trong số liệu" in page
    assert f'href="/console/crossings/{first}?twin_of={later}"' in page
    page = client.get(f"/console/crossings/{first}").text
    assert "Lượt này không tính trong số liệu" not in page
    assert f'href="/console/crossings/{later}?twin_of={first}"' in page


def test_l4_a_split_takes_effect_and_stays(
    console: Console, tablets: tuple[Tablet, Tablet]
) -> None:
    first, later = pair(console, tablets)
    client = console.sign_in("reviewer")
    answer = decide(client, later, first, "split")
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Đã tách hai lượt" in page
    assert "Người reviewer" in page, "seen before the projector has it"
    look(console)
    assert duplicates(console) == {}
    assert console.store.open_reviews()["all"] == 2
    assert decide(client, first, later, "linked").status_code == 303
    look(console)
    assert duplicates(console) == {later: first}


def test_l4_what_was_misread_is_offered_and_joined(
    console: Console, tablets: tuple[Tablet, Tablet]
) -> None:
    first, later = pair(console, tablets, plate=MISREAD)
    client = console.sign_in("reviewer")
    assert "Có thể trùng với" in client.get(f"/console/crossings/{first}").text
    assert decide(client, first, later, "linked").status_code == 303
    look(console)
    assert duplicates(console) == {later: first}


@pytest.mark.parametrize(
    "fields",
    [{"plate": {"read": "51C-888.88", "normal": "51C88888"}}, {"direction": "out"}],
)
def test_l4_another_truck_is_not_offered(
    console: Console, tablets: tuple[Tablet, Tablet], fields: dict[str, object]
) -> None:
    first, later = pair(console, tablets, **fields)
    page = console.sign_in("reviewer").get(f"/console/crossings/{first}").text
    assert later not in page
    client = console.sign_in("reviewer")
    wrong = {"other": later, "decision": "linked", "seen": ""}
    assert post(client, f"/console/crossings/{first}/links", wrong).status_code == 422


def test_l4_a_decision_on_what_somebody_else_has_just_decided_is_asked_again(
    console: Console, tablets: tuple[Tablet, Tablet]
) -> None:
    first, later = pair(console, tablets)
    client = console.sign_in("reviewer")
    decide(client, first, later, "split")
    before = console.last_n()
    answer = decide(client, first, later, "linked", seen="0" * 64)
    assert answer.status_code == 409
    assert "có người vừa quyết định" in html.unescape(answer.text)
    assert console.last_n() == before


def test_a_duplicate_that_needs_no_review_opens_from_its_twin_only(
    console: Console, tablets: tuple[Tablet, Tablet]
) -> None:
    first = refused(console, tablets[0], NOON_MS)
    quiet, alone = (
        tablets[1],
        console.cross(action="passed", verdict={"outcome": "pass", "reasons": []}),
    )
    quiet.now_ms = NOON_MS + LATER_MS
    quiet.push(console.store, quiet.batch(quiet.crossing(**CAR)))
    look(console)
    client = console.sign_in("reviewer")
    later = quiet.records[-1]
    assert client.get(f"/console/crossings/{later}?twin_of={first}").status_code == 200
    assert client.get(f"/console/crossings/{alone}?twin_of={first}").status_code == 422


def test_every_decision_is_in_the_audit_log(
    console: Console, tablets: tuple[Tablet, Tablet]
) -> None:
    first, later = pair(console, tablets)
    decide(console.sign_in("reviewer"), first, later, "split")
    (entry,) = [one for one in console.audit() if one.what == "link"]
    assert (entry.who, entry.subject) == ("id-reviewer", first)
    assert entry.details == {"other": later, "decision": "split"}


def test_l5_the_page_says_what_others_were_told(
    console: Console, tablets: tuple[Tablet, Tablet]
) -> None:
    first = refused(console, tablets[0], NOON_MS)
    client = console.sign_in("reviewer")
    assert "báo địa bàn giáp ranh" in client.get(f"/console/crossings/{first}").text
    tablet = tablets[0]
    event = tablet.amendment(first, {}, voided="mistake")
    tablet.push(console.store, tablet.batch(event))
    look(console)
    assert "(đã rút)" in client.get(f"/console/crossings/{first}").text


def test_a_search_leads_to_the_duplicates_of_what_it_showed_and_no_further(
    console: Console, tablets: tuple[Tablet, Tablet]
) -> None:
    first, later = pair(console, tablets)
    alone = console.cross()
    client = console.sign_in("reviewer")
    form = {"purpose": "tracing", "request_number": "12/TV-2026", "plate": "30A12345"}
    form |= {"from": "2026-11-22T11:00", "to": "2026-11-22T12:01"}
    answer = post(client, "/console/searches", form)
    assert answer.status_code == 303, answer.text
    search = answer.location.rsplit("/", 1)[1]
    assert first in client.get(answer.location).text
    here = f"search={search}&twin_of={first}"
    assert client.get(f"/console/crossings/{later}?search={search}").status_code == 404
    assert client.get(f"/console/crossings/{alone}?{here}").status_code == 404
    assert client.get(f"/console/crossings/{later}?{here}").status_code == 200
