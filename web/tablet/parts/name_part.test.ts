import { expect, test } from "vitest";
import { namePart } from "./name_part.ts";

test.each([
  ["Lê Văn Mẫu", "Lê V. M•••"],
  ["NGUYEN THI MAU", "NGUYEN T. M•••"],
  ["Nguyễn Thị Đào Mẫu", "Nguyễn T. Đ. M•••"],
  ["Mẫu", "Mẫu"],
  ["", "–"],
  [null, "–"],
])("of %s as much is shown as %s", (name, shown) => {
  expect(namePart(name)).toBe(shown);
});
