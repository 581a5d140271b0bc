"""Every screen in both languages and themes as a picture in docs/screens/; add yours in walk.py."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize

from tests.e2e.conftest import Launch
from tests.e2e.pictures import FOLDER, MOST_BYTES, differs, keep, slug, take
from tests.e2e.server import Served
from tests.e2e.tablet import Tablet
from tests.e2e.test_accessible import EIGHT_INCHES, IS_SHOWN, LOOK, PHONE, SCREENS
from tests.e2e.walk import walk

LOOKS = tuple(product(("vi", "en"), ("day", "night")))
ON_PHONE = ("vi", "night")
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def test_every_screen_has_its_pictures(served: Served, browser: Launch) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    kept = set()
    for name in walk(tablet, served, served.url):
        pictures = []
        for look in LOOKS:
            pictures.append(_look(page, look, EIGHT_INCHES))
            kept.add(_keep(pictures[-1], f"{slug(name)}-{'-'.join(look)}"))
        kept.add(_keep(_look(page, ON_PHONE, PHONE), f"{slug(name)}-phone"))
        _look(page, LOOKS[0], EIGHT_INCHES)
        # Day and night are another picture in each language.
        assert all(differs(*pair) for pair in pairwise(pictures)), name
    assert len(kept) >= SCREENS * (len(LOOKS) + 1)
    for old in set((FOLDER / "tablet").glob("*.png")) - kept:
        old.unlink()


def _look(page: Page, look: tuple[str, str], size: ViewportSize) -> Image.Image:
    page.set_viewport_size(size)
    page.evaluate(LOOK, look)
    page.wait_for_function(IS_SHOWN, arg=look)
    page.evaluate(PAINTED)
    return take(page)


def _keep(picture: Image.Image, name: str) -> Path:
    path = FOLDER / "tablet" / f"{name}.png"
    size = keep(picture, path)
    assert size <= MOST_BYTES, f"{path.name}: {size} bytes"
    return path
