"""The officer of `officer.js` with a finger: Playwright's clicks go the way of a touch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.async_api import Page

PATIENCE_MS = 60_000


async def tap_all(
    page: Page, crossings: list[dict[str, Any]], say: Callable[[str, str], None]
) -> None:
    """Each crossing, one after another; `say` hears of each when it happens on the screen."""
    for one in crossings:
        await _tap(page, one, say)


async def _tap(page: Page, one: dict[str, Any], say: Callable[[str, str], None]) -> None:
    plate = str(one["plate"])
    await _button(page, "Không có mã")
    await _button(page, "Họ tên")
    await page.locator("#said-name").fill(one["name"])
    await _button(page, "Tiếp tục")
    await _button(page, "Không rõ nơi đi")
    # Who declares by word of mouth is asked what the form asks.
    await _button(page, "Không triệu chứng")
    await page.get_by_role("button", name=re.compile("^Biển số")).click(timeout=PATIENCE_MS)
    sheet = page.get_by_role("dialog", name="Biển số")
    for key in plate:
        await sheet.get_by_role("button", name=key, exact=True).first.click()
    await sheet.get_by_role("button", name="Xong", exact=True).click()
    say("pressed", plate)
    save = page.get_by_role("button", name="LƯU", exact=True)
    await (save.dblclick() if one["twice"] else save.click())
    saved = page.get_by_role("status").filter(has_text="Đã lưu")
    # Not `expect`: a page that the story crashes meanwhile would be told as a failed assertion.
    await saved.wait_for(timeout=PATIENCE_MS)
    say("shown", plate)
    if one["undo"]:
        await page.get_by_role("button", name="Hoàn tác").click()
        await page.get_by_text("Đã hủy lượt vừa lưu").wait_for(timeout=PATIENCE_MS)
        say("undone", plate)


async def _button(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click(timeout=PATIENCE_MS)
