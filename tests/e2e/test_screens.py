"""Every screen in both languages and themes as a picture; add yours in walk.py.

`CHOT_PICTURES=1` writes those into docs/screens/ of which a word or more changed (pictures.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.e2e.conftest import Launch
from tests.e2e.pictures import FOLDER, MOST_BYTES, Picture, differs, keep, slug, take
from tests.e2e.server import Served, chot, free_port, serving
from tests.e2e.tablet import Tablet
from tests.e2e.test_accessible import EIGHT_INCHES, IS_SHOWN, LOOK, PHONE, SCREENS
from tests.e2e.walk import walk

LOOKS = tuple(product(("vi", "en"), ("day", "night")))
ON_PHONE = ("vi", "night")
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def untouched(tmp_path: Path) -> Iterator[Served]:
    """A server of its own: where somebody walked before, shifts are taken and people known."""
    data = tmp_path / "data"
    chot("demo", "--data", data, "--days", "0")
    with serving(data, port=free_port()) as running:
        yield running


def test_every_screen_has_its_pictures(untouched: Served, browser: Launch, tmp_path: Path) -> None:
    folder = FOLDER if os.environ.get("CHOT_PICTURES") else tmp_path
    (folder / "tablet").mkdir(exist_ok=True)
    tablet = Tablet(browser(untouched.url))
    page = tablet.page
    kept = set()
    for name in walk(tablet, untouched, untouched.url):
        pictures = []
        for look in LOOKS:
            pictures.append(_look(page, look, EIGHT_INCHES))
            kept.add(_keep(folder, pictures[-1], f"{slug(name)}-{'-'.join(look)}"))
        kept.add(_keep(folder, _look(page, ON_PHONE, PHONE), f"{slug(name)}-phone"))
        _look(page, LOOKS[0], EIGHT_INCHES)
        # Day and night are another picture in each language.
        assert all(differs(one.image, other) for one, other in pairwise(pictures)), name
    assert len(kept) >= SCREENS * (len(LOOKS) + 1)
    for old in set((folder / "tablet").glob("*.png")) - kept:
        old.unlink()


WORD = """([from, to]) => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { currentNode: node } = walker;
        if (node.data.includes(from)) return void (node.data = node.data.replace(from, to));
    }
    throw new Error(from);
}"""


def test_a_changed_word_is_another_picture_and_a_later_hour_is_not(
    served: Served, browser: Launch, tmp_path: Path
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    page.set_viewport_size(EIGHT_INCHES)
    tablet.enrol(served.enrolment_link("nt-ninh-son", "o-to", served.url))
    path = tmp_path / "shift.png"
    keep(take(page), path)
    before = path.read_bytes()

    def redrawn() -> bool:
        keep(take(page), path)
        changed = path.read_bytes() != before
        path.write_bytes(before)
        return changed

    assert not redrawn()
    clock = page.locator(".status-clock").inner_text()
    page.evaluate(WORD, [clock, "23:59" if clock != "23:59" else "00:00"])
    assert not redrawn()
    page.evaluate(WORD, ["thẻ", "mã"])
    assert redrawn()


def _look(page: Page, look: tuple[str, str], size: ViewportSize) -> Picture:
    page.set_viewport_size(size)
    page.evaluate(LOOK, look)
    page.wait_for_function(IS_SHOWN, arg=look)
    page.evaluate(PAINTED)
    return take(page)


def _keep(folder: Path, picture: Picture, name: str) -> Path:
    path = folder / "tablet" / f"{name}.png"
    size = keep(picture, path)
    assert size <= MOST_BYTES, f"{path.name}: {size} bytes"
    return path
