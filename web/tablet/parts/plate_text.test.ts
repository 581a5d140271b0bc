import { expect, test } from "vitest";
import { likelyPlates, likelyCodes, likelyStarts } from "./plate_local.ts";
import { likelyKeys, OTHER_LETTERS, PLATE_LETTERS, plateFrom, plateText } from "./plate_text.ts";

/** One or more of each form that the parser knows, and of each class. */
const PLATES = [
  ...["85C12345", "30F1234", "29B112345", "29AB12345", "29MĐ12345", "50LD12345", "29DA12345", "51RM1234", "29R12345"],
  ...["80123NG45", "29001QT01", "80045NN12", "29NG12345", "AB1234", "QH4521", "T2912345", "29T12345", "80A12345", "29KT12345"],
];

test.each(PLATES)("every character of %s has a bright key, so it costs one tap each", (plate) => {
  expect(plateFrom(plate)?.candidates).not.toEqual(["other"]);
  const dim = [...plate].filter((key, at) => {
    // The first key is bright for a province; a letter there is quieter, and one tap all the same.
    if (at === 0 && /[A-Z]/.test(key)) return false;
    // So is the third digit of a diplomatic plate, where nearly all others have a letter.
    if (at === 2 && /^[0-9]{3}/.test(plate)) return false;
    const { digits, letters } = likelyKeys(plate.slice(0, at));
    return /[0-9]/.test(key) ? !digits : !letters;
  });
  expect(dim).toEqual([]);
  expect([...plate].every((key) => `0123456789${PLATE_LETTERS}`.includes(key))).toBe(true);
});

test("letters that no Vietnamese plate has are there too", () => {
  expect(new Set(`${PLATE_LETTERS}${OTHER_LETTERS}`).size).toBe(27);
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

test("a series seen twice saves two taps", () => {
  expect(likelyStarts("58", ["85C11111", "79A12345", "85C22222", "85A33333"], 5)).toEqual(["85", "85C", "79"]);
  expect(likelyStarts("58", [], 5)).toEqual(["85"]);
});

test("a plate seen lately is one tap once it can be told from the others", () => {
  const seen = ["85C11111", "79A12345", "85C22222", "85A33333", "85B44444"];
  expect(likelyPlates("", seen, 3)).toEqual([]);
  expect(likelyPlates("85", seen, 3)).toEqual([]);
  expect(likelyPlates("79", seen, 3)).toEqual(["79A12345"]);
  expect(likelyPlates("85C", seen, 3)).toEqual(["85C11111", "85C22222"]);
  expect(likelyPlates("234", seen, 3)).toEqual(["79A12345"]);
  expect(likelyPlates("79A12345", seen, 3)).toEqual([]);
});
