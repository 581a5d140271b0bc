import { expect, test } from "vitest";
import { DOUBLE_TAP_MS, isGhost } from "./ghost_tap.ts";

const [verdict, lane] = [{}, {}] as unknown as [Element, Element];
const last = { screen: verdict, at_ms: 1000 };
const click = (detail: number, after_ms: number, pointerType: string) => ({ detail, timeStamp: 1000 + after_ms, pointerType });

test("the second tap of a double tap presses nothing on the screen that came up", () => {
  expect(isGhost(click(2, 20, "mouse"), last, lane)).toBe(true);
  expect(isGhost(click(2, 900, "mouse"), last, lane)).toBe(true);
  expect(isGhost(click(1, DOUBLE_TAP_MS - 1, "touch"), last, lane)).toBe(true);
});

test("any other tap counts", () => {
  expect(isGhost(click(1, 5, "mouse"), last, lane)).toBe(false);
  expect(isGhost(click(1, DOUBLE_TAP_MS, "touch"), last, lane)).toBe(false);
  expect(isGhost(click(2, 20, "touch"), last, verdict)).toBe(false);
  expect(isGhost(click(2, 20, "mouse"), null, lane)).toBe(false);
});
