import { describe, expect, it } from "vitest";

import { levelBook } from "../../shared/rules/grace.ts";
import { parseLevels } from "../../shared/rules/levels.ts";
import { parseRulePack } from "../../shared/rules/pack.ts";
import { announced, begun, Held, minuteEnd, placesOf } from "./announced.ts";
import { rulesContent } from "./test/fake_content.ts";
import { NO_RULES, type Rulebook } from "./verdict.ts";
import type { Checkpoint } from "./vocabulary.ts";

const HOUR_MS = 3_600_000;
const MIDNIGHT_MS = Date.parse("2021-10-17T00:00:00+07:00");
const HERE: Checkpoint = { id: "c", name: "c", province: "58", class: "border", lane: "1", lanes: ["1"], road: "", hotline: "" };

const window = (code: string, level: number, valid_from: string, province: string | null = null) => ({
  ...{ place: { dataset: "2021", code }, name: code, level, valid_from, valid_to: null, province },
  announced_at: "2021-10-01T00:00:00+07:00",
});
const LEVELS = [
  window("22771", 2, "2021-10-01T00:00:00+07:00", "58"),
  window("22771", 4, "2021-10-17T00:00:00+07:00", "58"),
  window("09556", 3, "2021-10-16T12:00:00+07:00", "01"),
];

function rulebook(rule: object = {}): Rulebook {
  const content = rulesContent() as { rules: object[] };
  const rules = parseRulePack("rules", 1, "2021-10-01T00:00:00Z", { ...content, rules: content.rules.map((one) => ({ ...one, ...rule })) });
  return { ...NO_RULES, rules, levels: levelBook(parseLevels({ levels: LEVELS })) };
}

const told = (book: Rulebook, at_ms: number): string[] => announced(book, HERE, at_ms).map((one) => `${one.kind} ${one.id} ${one.near}`);

describe("what is about to apply", () => {
  it("is said 48 hours ahead, the province's own first, and no longer once it applies", () => {
    expect(told(rulebook(), MIDNIGHT_MS - 61 * HOUR_MS)).toEqual([]);
    expect(told(rulebook(), MIDNIGHT_MS - 48 * HOUR_MS)).toEqual(["level 2021:22771 true", "level 2021:09556 false"]);
    expect(told(rulebook(), MIDNIGHT_MS - 1)).toEqual(["level 2021:22771 true"]);
    expect(told(rulebook(), MIDNIGHT_MS)).toEqual([]);
  });

  it("is said for a day after it began, to whoever comes on duty then", () => {
    const after = (ms: number): string[] => begun(rulebook(), HERE, ms).map((one) => (one.kind === "level" ? `${one.id} ${one.from_level} ${one.level}` : ""));
    expect(after(MIDNIGHT_MS - 1)).toEqual([]);
    expect(after(MIDNIGHT_MS)).toEqual(["2021:22771 2 4"]);
    expect(after(MIDNIGHT_MS + 24 * HOUR_MS - 1)).toEqual(["2021:22771 2 4"]);
    expect(after(MIDNIGHT_MS + 24 * HOUR_MS)).toEqual([]);
    expect(begun(NO_RULES, HERE, MIDNIGHT_MS)).toEqual([]);
  });

  it("has the rules that begin or end to hold here, and not those of elsewhere", () => {
    const at = new Date(MIDNIGHT_MS).toISOString();
    const now_ms = MIDNIGHT_MS - HOUR_MS;
    expect(told(rulebook({ effective_from: at }), now_ms)).toContain("rule_starts t.yellow true");
    expect(told(rulebook({ effective_to: at }), now_ms)).toContain("rule_ends t.yellow true");
    const elsewhere = rulebook({ effective_to: at, scope: { provinces: ["01"] } });
    expect(told(elsewhere, now_ms)).toEqual(["level 2021:22771 true"]);
  });
});

it("gives the places their levels until the next one begins or ends", () => {
  const before = placesOf(rulebook(), MIDNIGHT_MS - HOUR_MS);
  expect(before.until_ms).toBe(MIDNIGHT_MS);
  expect(before.places.map(({ place, level }) => [place.code, level])).toEqual([["22771", 2], ["09556", 3]]);
  expect(placesOf(rulebook(), MIDNIGHT_MS).places[0]?.level).toBe(4);
});

it("asks again when what it holds has ended, or the clock was set back", () => {
  const held = new Held<number>();
  let asked = 0;
  const make = (until_ms: number) => () => ({ value: (asked += 1), until_ms });
  expect([held.at(100, make(200)), held.at(199, make(0)), held.at(200, make(300)), held.at(99, make(150))]).toEqual([1, 1, 2, 3]);
  held.forget();
  expect(held.at(99, make(150))).toBe(4);
  expect(minuteEnd(120_000)).toBe(180_000);
});
