"""The browser killed while it saves: a crossing is there once or not at all; «Đã lưu» is true."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.e2e.browser import kill
from tests.e2e.conftest import Launch
from tests.e2e.server import Served
from tests.e2e.tablet import PATIENCE_MS, Tablet

CHECKPOINT = "nt-ninh-son"


PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Resolves when what the page had to show is on the screen."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where saving stops: what holds it there, and whether the crossing is kept."""

    name: str
    plate: str
    script: str
    kept: bool


MOMENTS = (
    Moment(
        "while the bytes are made",
        "85C70001",
        """() => {
            crypto.subtle.encrypt = () => {
                window.held = true;
                return new Promise(() => {});
            };
        }""",
        False,
    ),
    Moment(
        "inside the transaction",
        "85C70002",
        """() => {
            const add = IDBObjectStore.prototype.add;
            const hold = (store) => { store.get(0).onsuccess = () => hold(store); };
            IDBObjectStore.prototype.add = function (...row) {
                const request = add.apply(this, row);
                if (this.name === "own") {
                    // A transaction with a request under way is not committed.
                    hold(this);
                    window.held = true;
                }
                return request;
            };
        }""",
        False,
    ),
    Moment(
        "on disk, the screen not yet told",
        "85C70003",
        """() => {
            const listen = IDBTransaction.prototype.addEventListener;
            IDBTransaction.prototype.addEventListener = function (type, listener, ...how) {
                const appends = this.mode === "readwrite" && this.objectStoreNames.length === 2;
                const deaf = () => { window.held = true; };
                const told = type === "complete" && appends ? deaf : listener;
                return listen.call(this, type, told, ...how);
            };
        }""",
        True,
    ),
)


def test_crossing_is_saved_once_or_not_at_all(
    served: Served, browser: Launch, tmp_path: Path
) -> None:
    badge = served.badge(f"{CHECKPOINT}-quet")
    tablet = Tablet(browser(served.url))
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to"), badge)
    tablet.open_shift(served.pin)
    tablet.installed()
    for moment in MOMENTS:
        tablet.prepare_crossing(moment.plate)
        tablet.page.evaluate(moment.script)
        tablet.button("LƯU").click()
        tablet.page.wait_for_function("() => window.held === true", timeout=PATIENCE_MS)
        tablet.page.evaluate(PAINTED)
        assert tablet.saved_word().count() == 0, f"{moment.name}: said to be saved"
        kill(tmp_path / "tablet")

        tablet = Tablet(browser(served.url))
        tablet.start(served.url, badge)
        tablet.open_shift(served.pin)

    # Said to be saved, and killed in the same breath.
    tablet.quick_crossing("85C70004")
    kill(tmp_path / "tablet")
    tablet = Tablet(browser(served.url))
    tablet.start(served.url, badge)
    tablet.open_shift(served.pin)

    tablet.send_now()
    tablet.expect_unsent(0)
    kept = {moment.plate: moment.kept for moment in MOMENTS} | {"85C70004": True}
    # Newest first, so that it is the list of now in which the others are not.
    for plate, there in reversed(kept.items()):
        tablet.expect_recent(plate, count=int(there))
    assert served.plates(CHECKPOINT) == [plate for plate, there in kept.items() if there]
