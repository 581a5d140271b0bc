import { expect, test } from "vitest";
import { paceOf, startOfDay, waitSeconds } from "./gate_figures.ts";
import type { Passage } from "./passages.ts";

const NOW_MS = Date.parse("2026-11-22T02:00:00+07:00");

function passed(seconds_ago: number, patch: Partial<Passage> = {}): Passage {
  return {
    ...{ record: `r${seconds_ago}`, time_ms: NOW_MS - seconds_ago * 1000, lane: "o-to", direction: "in", mode: "checked" },
    ...{ vehicle_class: "car", plate: null, trailer: null, headcount: 1, action: "passed", voided: false, paper: false, paired_exit: null },
    ...patch,
  } as Passage;
}

test("the wait is the queue at the pace of those that passed this lane lately", () => {
  const all = [passed(300), passed(200), passed(100), passed(50, { lane: "xe-may" }), passed(40, { voided: true }), passed(30, { paper: true })];
  const pace = paceOf(all, "o-to", NOW_MS);
  expect(pace).toEqual({ passed: 3, seconds_each: 100 });
  expect(waitSeconds(12, pace)).toBe(1200);
  expect(waitSeconds(0, pace)).toBe(0);
});

test("too few passed, or too long ago: no wait is made up", () => {
  expect(paceOf([passed(60), passed(30)], "o-to", NOW_MS).seconds_each).toBeNull();
  expect(waitSeconds(5, paceOf([passed(3000), passed(2900), passed(2800)], "o-to", NOW_MS))).toBeNull();
});

test("a day begins at midnight in Vietnam", () => {
  expect(new Date(startOfDay(NOW_MS)).toISOString()).toBe("2026-11-21T17:00:00.000Z");
});
