/** Who is planned is proposed when a shift begins, and nobody else. */

import { expect, test } from "vitest";
import { ShiftPacks } from "../core/shift_packs.ts";
import { firstRoster } from "./shift_words.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = 1_795_320_000_000;
const plan = [
  { officer: "before", duty: "scan", from: NOW_MS - 8 * HOUR_MS, until: NOW_MS + HOUR_MS / 4 },
  { officer: "lead", duty: "lead", from: NOW_MS + HOUR_MS / 4, until: NOW_MS + 8 * HOUR_MS },
  { officer: "now", duty: "health", from: NOW_MS - HOUR_MS, until: NOW_MS + HOUR_MS },
  { officer: "later", duty: "scan", from: NOW_MS + HOUR_MS, until: NOW_MS + 9 * HOUR_MS },
  { officer: "stranger", duty: "scan", from: NOW_MS - HOUR_MS, until: NOW_MS + HOUR_MS },
  { officer: "lead", duty: "juggler", from: NOW_MS - HOUR_MS, until: NOW_MS + HOUR_MS },
  { officer: 7, duty: "scan", from: "today" },
  null,
];

function packs(content: unknown): ShiftPacks {
  const officers = ["before", "lead", "now", "later"].map((id) => ({ id }));
  return new ShiftPacks({ packs: { all: new Map([["roster", { content }]]), roster: { officers } } } as never, () => "here", () => NOW_MS);
}

test("whoever stands here half an hour from now is planned; what cannot be read is nobody", () => {
  expect(packs({ plan }).planned()).toEqual([
    { officer: "lead", name: "", duty: "lead" },
    { officer: "now", name: "", duty: "health" },
  ]);
  for (const content of [undefined, {}, { plan: "x" }]) expect(packs(content).planned()).toEqual([]);
});

test("whoever opens the shift is there too, once", () => {
  const planned = packs({ plan }).planned();
  expect(firstRoster({ id: "now", name: "", role: "officer" }, planned)).toBe(planned);
  expect(firstRoster({ id: "me", name: "", role: "medic" }, planned)).toEqual([{ officer: "me", name: "", duty: "health" }, ...planned]);
  expect(firstRoster(null, [])).toEqual([]);
});
