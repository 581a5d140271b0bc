import { expect, test } from "vitest";
import { ASK_AFTER_MS, asksAgain } from "./wave.tsx";

const STARTED_MS = 1_000_000;

test("somebody is asked after an hour, and an hour after each answer", () => {
  expect(asksAgain(STARTED_MS, null, STARTED_MS + ASK_AFTER_MS - 1)).toBe(false);
  expect(asksAgain(STARTED_MS, null, STARTED_MS + ASK_AFTER_MS)).toBe(true);
  const said_ms = STARTED_MS + ASK_AFTER_MS + 5;
  expect(asksAgain(STARTED_MS, said_ms, said_ms)).toBe(false);
  expect(asksAgain(STARTED_MS, said_ms, said_ms + ASK_AFTER_MS)).toBe(true);
});

test("a clock set back asks no sooner", () => {
  expect(asksAgain(STARTED_MS, null, STARTED_MS - ASK_AFTER_MS)).toBe(false);
});
