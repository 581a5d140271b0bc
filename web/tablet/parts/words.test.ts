/** Small things that a person reads: times, places, names, settings. */

import { expect, test } from "vitest";
import { en } from "../texts/en.ts";
import { vi } from "../texts/vi.ts";
import { maskedNumber } from "./hiding.ts";
import { calledName, initials } from "./names.ts";
import { samplesIn } from "./photo.tsx";
import { folded, likelyPlaces, searchPlaces } from "./places.ts";
import { DEFAULTS, readSettings } from "./settings.ts";
import { shownTheme } from "./theme.ts";
import { ageText, clockText, dateText, otherDayText } from "./time.ts";

const place = (code: string, name: string) => ({ place: { dataset: "2021" as const, code }, name, level: null });
const PLACES = [place("1", "Xã Đặng Cường"), place("2", "Phường Hà Cầu, Quận Hà Đông"), place("3", "Phường Cầu Đất")];

test("times are Vietnam's whatever the tablet thinks", () => {
  expect(clockText(Date.UTC(2026, 10, 21, 19, 7))).toBe("02:07");
});

test("a day is named when it is not today, by Vietnam's midnight", () => {
  const now = Date.UTC(2026, 10, 21, 17, 5);
  expect(otherDayText(now, now)).toBeNull();
  expect(otherDayText(now - 6 * 60_000, now)).toBe("21/11");
  expect(otherDayText(Date.UTC(2026, 0, 1, 3), now)).toBe("01/01");
});

test("the night theme starts at 18:00 +07:00", () => {
  expect(shownTheme("auto", Date.UTC(2026, 10, 22, 10, 59))).toBe("day");
  expect(shownTheme("auto", Date.UTC(2026, 10, 22, 11, 0))).toBe("night");
  expect(shownTheme("day", Date.UTC(2026, 10, 22, 20, 0))).toBe("day");
});

test("ages are one whole unit", () => {
  expect([5_000, 120_000, 3 * 3_600_000, 49 * 3_600_000, -120_000].map((ms) => ageText(vi.ages, ms))).toEqual([
    "5 giây",
    "2 phút",
    "3 giờ",
    "2 ngày",
    "2 phút",
  ]);
});

test("partial dates stay partial", () => {
  expect(["1990-08-15", "1990-08", "1990", "2026-11-24T00:00:00Z"].map(dateText)).toEqual(["15/08/1990", "08/1990", "1990", "24/11/2026"]);
});

test("places are found without marks, đ included, the beginning of the name first", () => {
  expect(folded("Đặng Cường")).toBe("dang cuong");
  expect(searchPlaces(PLACES, "cau", 5).map((one) => one.place.code)).toEqual(["3", "2"]);
  expect(searchPlaces(PLACES, "dang cu", 5).map((one) => one.place.code)).toEqual(["1"]);
  expect(searchPlaces(PLACES, " ", 5)).toEqual([]);
});

test("what was chosen lately is offered first", () => {
  expect(likelyPlaces(PLACES, [{ dataset: "2021", code: "3" }], 2).map((one) => one.place.code)).toEqual(["3", "1"]);
});

test("a number shows enough to compare, a masked one stays as it is", () => {
  expect(maskedNumber("001190012345")).toBe("001••••••345");
  expect(maskedNumber("******012345")).toBe("******012345");
});

test("an officer is called by the last names", () => {
  expect(calledName("Nguyễn Hoàng Phương Thảo")).toBe("Phương Thảo");
  expect(initials("Trần An")).toBe("TA");
});

test("damaged settings are defaults", () => {
  const store = (text: string | null) => ({ getItem: () => text }) as unknown as Storage;
  expect(readSettings(store("{"))).toEqual(DEFAULTS);
  expect(readSettings(store('{"theme":"purple","language":"en"}'))).toEqual({ ...DEFAULTS, language: "en" });
  expect(readSettings(store("null"))).toEqual(DEFAULTS);
});

test("a list of samples that is something else is no list", () => {
  const sample = { name: "cccd", kind: "code", checkpoint: "", title_vi: "CCCD", title_en: "ID card", note_vi: "", note_en: "", png: "/samples/cccd.png" };
  expect(samplesIn([sample, { ...sample, png: 1 }, null])).toEqual([sample]);
  expect(samplesIn("<html>")).toEqual([]);
});

test("both languages say everything", () => {
  for (const key of ["errors", "evidence_codes", "warnings", "plate_classes"] as const) {
    expect(Object.keys(en[key]).sort()).toEqual(Object.keys(vi[key]).sort());
  }
});
