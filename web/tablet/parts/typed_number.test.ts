import { expect, test } from "vitest";
import { kindOfNumber } from "./typed_number.ts";

test.each([
  ["001190012345", "cccd"],
  ["012345678", "cmnd"],
  ["0912345678", "phone"],
  ["0312345678", "phone"],
  ["0112345678", null],
  ["0012345678", null],
  ["00119001234", null],
  ["", null],
] as const)("%s is %s", (digits, kind) => {
  expect(kindOfNumber(digits)).toBe(kind);
});
