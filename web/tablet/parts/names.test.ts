import { expect, test } from "vitest";
import { laneDirection, laneName, laneVehicle } from "./names.ts";

test("a lane whose id ends in a way goes only that way, and is called so", () => {
  const lanes = { "xe-tai": "xe tải", vao: "vào", ra: "ra" };
  expect(["xe-tai-vao", "xe-tai-ra", "xe-tai", "ra", null].map(laneDirection)).toEqual(["in", "out", null, null, null]);
  expect(["xe-tai-vao", "lan-2-ra", "xe-tai", "lan-2", "khac"].map((id) => laneName(lanes, id))).toEqual(["xe tải vào", "2 ra", "xe tải", "2", "khac"]);
});

test("a lane begins with the vehicle that mostly comes by there", () => {
  expect(["xe-may", "xe-tai-ra", "di-bo", "cong-nhan", "o-to", "2", null].map(laneVehicle)).toEqual(["motorbike", "truck", "on_foot", "bus", "car", "car", "car"]);
});
