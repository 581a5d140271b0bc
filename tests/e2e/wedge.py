"""A hand scanner that types like a keyboard, with a Vietnamese input method between or without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from playwright.sync_api import Page

GAP_MS = 8
InputMethod = Literal["off", "codes_kept", "telex", "vni"]
"""`codes_kept`: only `key` is swallowed, as ibus does; the others rewrite, as Unikey does."""

SHIFTED = dict(zip(')!@#$%^&*(_+{}|:"~<>?', "0123456789-=[]\\;'`,./", strict=True))
SIGN_CODES = {
    "-": "Minus", "=": "Equal", "[": "BracketLeft", "]": "BracketRight", "\\": "Backslash",
    ";": "Semicolon", "'": "Quote", "`": "Backquote", ",": "Comma", ".": "Period", "/": "Slash",
    " ": "Space",
}  # fmt: skip
TELEX = {"aw": "ă", "aa": "â", "dd": "đ", "ee": "ê", "oo": "ô", "ow": "ơ", "uw": "ư", "as": "á"}
VNI = {"a8": "ă", "a6": "â", "d9": "đ", "e6": "ê", "o6": "ô", "o7": "ơ", "u7": "ư", "a1": "á"}


TYPE = """([keys, gap_ms]) => {
    const began = performance.now();
    keys.forEach(([code, key, shiftKey], n) => {
        const how = { code, key, shiftKey, bubbles: true, cancelable: true };
        const event = new KeyboardEvent("keydown", how);
        Object.defineProperty(event, "timeStamp", { value: began + gap_ms * n });
        document.body.dispatchEvent(event);
    });
}"""
"""In the page and in one go: key by key from outside, a busy machine would stall in mid-code."""


def scan_by_wedge(page: Page, text: str, method: InputMethod = "off") -> None:
    """The key events of `text` and Enter, one each GAP_MS by their own word."""
    keys = [*key_events(text, method), ("Enter", "Enter", False)]
    page.evaluate(TYPE, [keys, GAP_MS])


def key_events(text: str, method: InputMethod = "off") -> Iterator[tuple[str, str, bool]]:
    """(code, key, shift) of each key that goes down."""
    rewrites = {"telex": TELEX, "vni": VNI}.get(method, {})
    before = ""
    for character in text:
        rewritten = rewrites.get((before + character).lower())
        if rewritten is not None:
            yield "Backspace", "Backspace", False
            yield "", rewritten, False
            before = ""
            continue
        code, shift = _key(character)
        yield code, "Process" if method == "codes_kept" else character, shift
        before = character


def _key(character: str) -> tuple[str, bool]:
    plain = SHIFTED.get(character, character.lower())
    shift = plain != character
    if plain.isdigit():
        return f"Digit{plain}", shift
    return SIGN_CODES.get(plain) or f"Key{plain.upper()}", shift
