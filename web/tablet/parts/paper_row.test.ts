import { expect, test } from "vitest";
import { nextLine, occurredMs, timeOf, timeText } from "./paper_row.ts";

test("four digits are a time, two the minutes of the hour the log is in", () => {
  expect(timeOf("0815", null)).toEqual({ hour: 8, minute: 15 });
  expect(timeOf("42", 8)).toEqual({ hour: 8, minute: 42 });
  expect(["42", "8", "081", "2460", "2400", "0860"].map((one) => timeOf(one, null))).toEqual([null, null, null, null, null, null]);
  expect(timeOf("61", 8)).toBeNull();
});

test("what is missing is shown as missing", () => {
  expect(["", "0", "08", "081", "0815"].map((one) => timeText(one, null))).toEqual(["__:__", "0_:__", "08:__", "08:1_", "08:15"]);
  expect(timeText("42", 8)).toBe("08:42");
});

test("the time is that of Vietnam, also for the day before", () => {
  const midnight = Date.parse("2026-11-22T00:00:00+07:00");
  expect(new Date(occurredMs(midnight, 1, { hour: 23, minute: 50 })).toISOString()).toBe("2026-11-21T16:50:00.000Z");
});

test("lines are numbered on", () => {
  expect(["17", "S2-017", "S2-99", "sổ", ""].map(nextLine)).toEqual(["18", "S2-018", "S2-100", "sổ", ""]);
});
