import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import type { NamedPlace } from "../core/types.ts";
import { nameOf, parseUnits, searchUnits } from "./units.ts";

const file = (dataset: "2021" | "2025") => ({
  dataset,
  text: readFileSync(new URL(`../../../rules/places/units_${dataset}.txt`, import.meta.url), "utf8"),
});
const UNITS = parseUnits([file("2021"), file("2025")]);
const OLD = parseUnits([file("2021")]);
const LEVELLED: NamedPlace[] = [{ place: { dataset: "2021", code: "22910" }, name: "Xã Cà Ná", level: 2 }];

const search = (text: string, province = "58", limit = 5): string[] =>
  searchUnits(OLD, LEVELLED, text, province, limit).map(({ place, name, level }) => `${place.code} ${name} ${level ?? "-"}`);

it("finds a commune by its name and the initials of what it lies in", () => {
  const found = "22910 Xã Cà Ná, Thuận Nam, Ninh Thuận 2";
  for (const text of ["nt ca na", "ca na nt", "Cà Ná", "ca na ninh thuan", "xa ca na", "tn ca na"]) {
    expect(search(text)[0]).toBe(found);
  }
});

it("takes either place for the mark of a tone, and đ for d", () => {
  expect(search("thành phố hoà bình", "17", 1)[0]).toContain("Thành phố Hòa Bình");
  expect(search("dak to", "62", 1)[0]).toMatch(/Đ[ăắ]k Tô/);
});

it("puts the checkpoint's province before others, and a name that begins with the text first", () => {
  expect(search("phuoc", "58", 1)[0]).toContain("Ninh Thuận");
  expect(search("ha dong", "01", 1)[0]).toBe("268 Quận Hà Đông, Hà Nội -");
});

it("finds nothing by what a unit lies in alone, nor by nothing", () => {
  expect(search("bdh")).toEqual([]);
  expect(search(" ")).toEqual([]);
  expect(search("khong co noi nay")).toEqual([]);
});

it("keeps the data sets apart, for codes were reused", () => {
  expect(nameOf(UNITS, [], { dataset: "2021", code: "09556" })).toBe("Phường Hà Cầu, Hà Đông, Hà Nội");
  expect(nameOf(UNITS, [], { dataset: "2025", code: "09556" })).toBe("Phường Hà Đông, Hà Nội");
  expect(nameOf(UNITS, [], { dataset: "2025", code: "00000" })).toBe("00000");
});
