"""Every screen in both themes and languages: axe-core, the size of targets and of text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize

from tests.e2e.conftest import Launch
from tests.e2e.server import Served
from tests.e2e.tablet import Tablet
from tests.e2e.walk import walk

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE = ViewportSize(width=360, height=740)
EIGHT_INCHES = ViewportSize(width=800, height=1280)
LOOKS = (("vi", "day"), ("en", "night"))
SCREENS = 40
"""At least so many, or the walk lost its way."""

LOOK = """([language, theme]) => {
    const settings = JSON.parse(localStorage.getItem("chot-settings") ?? "{}");
    localStorage.setItem("chot-settings", JSON.stringify({ ...settings, language, theme }));
    window.dispatchEvent(new StorageEvent("storage"));
}"""
IS_SHOWN = """([language, theme]) => document.documentElement.lang === language
    && document.documentElement.dataset.theme === theme
    && document.getAnimations().every((one) => one.playState === "finished")"""
FOUND = """async (tags) => (await axe.run(document, { runOnly: tags })).violations.map((one) => ({
    rule: one.id,
    where: one.nodes.slice(0, 3).map((node) => node.target.join(" ") + ": " + node.failureSummary),
}))"""
SMALL = """() => {
    const shown = (one) => one.checkVisibility() && one.getClientRects().length > 0;
    const found = [];
    for (const one of document.querySelectorAll("button, a[href], input, select, label")) {
        if (one instanceof HTMLLabelElement && !one.classList.contains("button")) continue;
        if (!shown(one) || one.type === "file") continue;
        const { width, height } = one.getBoundingClientRect();
        // Half a pixel is how a browser rounds a third of a row.
        if (width < 55.5 || height < 55.5) {
            const name = one.getAttribute("aria-label") ?? one.innerText;
            found.push(`target ${Math.round(width)}×${Math.round(height)}: ${name.slice(0, 40)}`);
        }
    }
    for (const one of document.querySelectorAll("button")) {
        const over = [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight];
        // A font's line is a little higher than its box; a word or line too many is more than that.
        if (!shown(one) || Math.max(...over) <= 4) continue;
        found.push(`words run out by ${over}: ${(one.innerText || one.className).slice(0, 40)}`);
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { parentElement: one, data } = walker.currentNode;
        if (data.trim() === "" || !shown(one)) continue;
        const size = parseFloat(getComputedStyle(one).fontSize);
        if (size < 18) found.push(`text ${size} px: ${data.slice(0, 40)} (${one.className})`);
    }
    return found;
}"""


def axe_violations(page: Page) -> list[dict[str, Any]]:
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(FOUND, RULES)
    return found


WORSE = """() => {
    const button = document.createElement("button");
    button.id = "worse";
    button.textContent = "Một";
    button.style.cssText = "width: 40px; height: 40px; font-size: 12px; color: #999";
    button.style.background = "#fff";
    document.querySelector("main").append(button);
}"""
FULLER = """() => {
    const button = document.createElement("button");
    button.textContent = "Khuyếnkhíchkhaibáo";
    button.style.cssText = "width: 60px; height: 60px; font-size: 18px";
    document.querySelector("main").append(button);
}"""


def test_a_small_pale_button_would_be_found(served: Served, browser: Launch) -> None:
    page = browser(served.url).page
    page.goto(f"{served.url}/tablet/")
    page.get_by_role("heading").first.wait_for()
    assert (axe_violations(page), page.evaluate(SMALL)) == ([], [])
    page.evaluate(WORSE)
    assert [one["rule"] for one in axe_violations(page)] == ["color-contrast"]
    assert page.evaluate(SMALL) == ["target 40×40: Một", "text 12 px: Một ()"]
    page.evaluate(FULLER)
    assert any(one.startswith("words run out by") for one in page.evaluate(SMALL))


def test_every_screen_passes_axe_and_its_targets_fit_a_glove(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    page.set_viewport_size(PHONE)
    faults: list[str] = []
    names = []
    for name in walk(tablet, served, served.url):
        names.append(name)
        for look in LOOKS:
            page.evaluate(LOOK, look)
            page.wait_for_function(IS_SHOWN, arg=look)
            faults += [f"{name} {look}: {one}" for one in axe_violations(page)]
            for size in (EIGHT_INCHES, PHONE):
                page.set_viewport_size(size)
                faults += [f"{name} {look} {size['width']}: {one}" for one in page.evaluate(SMALL)]
        page.evaluate(LOOK, LOOKS[0])
        page.wait_for_function(IS_SHOWN, arg=LOOKS[0])
    print(f"{len(names)} screens: {', '.join(names)}")
    assert len(names) >= SCREENS
    assert faults == [], "\n".join(dict.fromkeys(faults))
