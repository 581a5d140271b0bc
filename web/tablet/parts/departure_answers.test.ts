import { expect, it } from "vitest";

import { departureAnswers, givenAnswer } from "./departure_answers.ts";

it("offers before and after one rise, and between two", () => {
  expect(departureAnswers([])).toEqual([]);
  expect(departureAnswers([1000])).toEqual([999, 1000]);
  expect(departureAnswers([1000, 2000])).toEqual([999, 1999, 2000]);
});

it("keeps the answer that was given when a rise is asked about no longer", () => {
  expect(givenAnswer([999, 1999, 2000], null)).toBeNull();
  expect([500, 999, 1000, 1999, 2000, 9000].map((at) => givenAnswer([999, 1999, 2000], at))).toEqual([999, 999, 1999, 1999, 2000, 2000]);
  expect(givenAnswer([1999, 2000], 999)).toBe(1999);
});
