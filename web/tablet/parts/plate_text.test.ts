import { expect, test } from "vitest";
import { likelyCodes } from "./plate_local.ts";
import { plateFrom, platePhase, plateText } from "./plate_text.ts";

test("keys follow the plate: province, series, number", () => {
  expect(["", "2", "29", "29B", "29B1", "29AB", "AB", "AB1"].map(platePhase)).toEqual([
    "province",
    "province",
    "series",
    "series",
    "number",
    "number",
    "number",
    "number",
  ]);
});

test.each([
  ["30F12345", "30F-123.45"],
  ["30F1234", "30F-1234"],
  ["29B112345", "29B1-123.45"],
  ["29AB12345", "29AB-123.45"],
  ["AB1234", "AB-1234"],
  ["80123NG45", "80123NG45"],
])("%s reads %s", (normal, shown) => {
  expect(plateText(normal)).toBe(shown);
});

test("an ambiguous plate keeps its candidates, an odd one is kept too", () => {
  expect(plateFrom("29LD12345")?.candidates.length).toBeGreaterThan(1);
  expect(plateFrom("Z9")).toEqual({ read: "Z9", normal: "Z9", candidates: ["other"] });
  expect(plateFrom("")).toBeNull();
});

test("the local province comes first, then what was seen lately", () => {
  expect(likelyCodes("58", ["79A12345", "85B1234", "AB1234"], 4)).toEqual(["85", "79"]);
  expect(likelyCodes("01", ["89C11234"], 4)).toEqual(["29", "30", "33", "89"]);
  expect(likelyCodes(null, [], 4)).toEqual([]);
});
