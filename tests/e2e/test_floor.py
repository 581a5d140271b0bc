"""A browser as old as the floor, as far as a young one can play it: without what came later."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.e2e.conftest import Launch
from tests.e2e.one_scan import PC_COVID
from tests.e2e.server import Served, wait_for
from tests.e2e.tablet import PATIENCE_MS, Tablet
from tests.e2e.wedge import scan_by_wedge

CHECKPOINT = "hd-truc-phia-nam"
YOUNGER = """{
const lists = ["at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"];
const later = ["VideoFrame", "ImageDecoder", "scheduler", "cookieStore", "navigation"];
for (const [of, names] of [
    [globalThis, ["structuredClone", "WeakRef", "FinalizationRegistry", "AggregateError"]],
    [globalThis, later],
    [Object, ["hasOwn", "groupBy"]],
    [Map, ["groupBy"]],
    [Array, ["fromAsync"]],
    [Promise, ["any", "try", "withResolvers"]],
    [String.prototype, ["replaceAll", "at", "isWellFormed", "toWellFormed"]],
    [Array.prototype, lists],
    [Object.getPrototypeOf(Uint8Array.prototype), lists],
    [Uint8Array.prototype, ["toBase64", "toHex"]],
    [Uint8Array, ["fromBase64", "fromHex"]],
    [Intl, ["Segmenter", "DurationFormat"]],
    [globalThis.Crypto?.prototype ?? {}, ["randomUUID"]],
    [AbortSignal, ["any", "timeout"]],
    [AbortSignal.prototype, ["throwIfAborted"]],
    [URL, ["canParse", "parse"]],
    [Response, ["json"]],
    [globalThis.Element?.prototype ?? {}, ["checkVisibility", "replaceChildren"]],
    [globalThis.HTMLElement?.prototype ?? {}, ["inert", "showPopover", "popover"]],
    [globalThis.HTMLVideoElement?.prototype ?? {}, ["requestVideoFrameCallback"]],
    [globalThis.Navigator?.prototype ?? {}, ["wakeLock", "serial", "userAgentData"]],
    [globalThis.Document?.prototype ?? {}, ["startViewTransition", "getAnimations"]],
]) for (const name of names) delete of[name];
}"""
LEFT = "[typeof structuredClone, typeof [].at, typeof navigator.serial, typeof Object.hasOwn]"


def older(route: Route) -> None:
    """The decoder's worker is a world of its own."""
    answer = route.fetch()
    route.fulfill(response=answer, body=YOUNGER + answer.text())


def without_wasm(route: Route) -> None:
    """As Chromium 96, which asks the policy about workers and does not know 'wasm-unsafe-eval'."""
    answer = route.fetch()
    policy = {"content-security-policy": "script-src 'self'"}
    route.fulfill(response=answer, headers=dict(answer.headers) | policy)


def test_a_crossing_is_scanned_and_sent_with_nothing_younger_than_the_floor(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    page.add_init_script(YOUNGER)
    page.context.route("**/decode_worker-*.js", older)
    link = served.enrolment_link(CHECKPOINT, "o-to", served.url)
    tablet.enrol(link, served.badge(f"{CHECKPOINT}-quet"))
    assert page.evaluate(LEFT) == ["undefined"] * 4
    tablet.open_shift(served.pin)
    tablet.scan(PC_COVID)
    tablet.tap_card("Thẻ xanh")
    tablet.button("Không rõ nơi đi").click()
    tablet.enter_plate("30A00080")
    tablet.save()
    wait_for("the crossing", lambda: served.plates(CHECKPOINT).count("30A00080") == 1)


def test_a_browser_that_compiles_no_decoder_says_so_and_takes_a_hand_scanner(
    served: Served, browser: Launch
) -> None:
    tablet = Tablet(browser(served.url))
    page = tablet.page
    tablet.browser.watch.expected += ["wasm", "WebAssembly", "Aborted", "ArrayBuffer"]
    page.context.route("**/decode_worker-*.js", without_wasm)
    tablet.enrol(served.enrolment_link(CHECKPOINT, "o-to", served.url))
    words = page.get_by_role("alert").filter(has_text="không cho camera đọc mã")
    expect(words).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("Nếu dòng này không mất")).to_have_count(0)
    scan_by_wedge(page, served.badge(f"{CHECKPOINT}-quet"))
    tablet.open_shift(served.pin)
    scan_by_wedge(page, PC_COVID)
    expect(page.get_by_role("button", name="Thẻ xanh")).to_be_visible(timeout=PATIENCE_MS)
