/** What would change the answer, asked of the packs that ship. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseLevelBook } from "../../shared/rules/grace.ts";
import { parseRulePack, reasonsOf } from "../../shared/rules/pack.ts";
import { NO_LISTS } from "../../shared/rules/permit_lists.ts";
import { decideDraft } from "../core/verdict.ts";
import type { Checkpoint, CrossingDraft, DraftPerson, NamedPlace } from "../core/types.ts";
import { newDraft } from "./draft.ts";
import { type Way, waysOut } from "./what_if.ts";

const NOW_MS = Date.UTC(2021, 9, 21, 3);
const NOBODY = { usesOf: () => [], wasRefused: () => false };
const LEVEL_3 = { dataset: "2021", code: "09556" } as const;
const LEVEL_4 = { dataset: "2021", code: "27460" } as const;

function contentOf(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../../rules/packs/${name}.json`, import.meta.url), "utf8"));
}

/** The ways out at a checkpoint of this pack, for a draft of level 3 and 4 places. */
function waysAt(pack: string, province: string, patch: Partial<CrossingDraft>, places: readonly NamedPlace[] = [], asked: () => void = () => undefined): readonly Way[] {
  const rules = { ...parseRulePack("rules", 1, new Date(NOW_MS).toISOString(), contentOf(pack)), confirmed_at_ms: NOW_MS };
  const checkpoint = { id: "here", province, class: "border" } as Checkpoint;
  const book = { rules, reasons: reasonsOf(rules.content), levels: LEVELS, watchlist: null, permits: NO_LISTS, broken: [] };
  const draft = { ...newDraft("in", "car", NOW_MS), ...patch };
  const decide = (one: CrossingDraft) => (asked(), decideDraft(one, book, checkpoint, NOW_MS, NOBODY as never));
  return waysOut(draft, decide, NOW_MS, places);
}

const since = "2021-01-01T00:00:00+07:00";
const LEVELS = parseLevelBook({ levels: [[LEVEL_3, 3] as const, [LEVEL_4, 4] as const].map(([place, level]) => ({ place, level, valid_from: since, announced_at: since })) });

const walker = (patch: Partial<DraftPerson> = {}): DraftPerson => ({ role: "driver", evidence: null, card: { colour: "none", basis: "seen" }, ...patch });
const needs = (ways: readonly Way[]): string[] => ways.map((way) => way.needs.map((one) => one.what).join("+"));

test("from level 3 Khánh Hòa names papers with their limits, from the rules alone", () => {
  const ways = waysAt("khanh_hoa_2021_10", "56", { origin: LEVEL_3, people: [walker()] });
  expect(ways).toEqual([
    { needs: [{ what: "green_card" }], outcome: "pass" },
    { needs: [{ what: "negative_pcr", hours: 72 }], outcome: "pass" },
    { needs: [{ what: "one_dose", days: 14 }], outcome: "pass" },
  ]);
});

test("from level 4 Ninh Thuận takes the green card alone", () => {
  expect(needs(waysAt("ninh_thuan_2021_10", "58", { origin: LEVEL_4, people: [walker()] }))).toEqual(["green_card"]);
});

test("a lorry is told of the green lane, a car is not", () => {
  const patch = { origin: LEVEL_4, people: [walker()] };
  expect(needs(waysAt("ninh_thuan_2021_10", "58", { ...patch, vehicle_class: "truck" }))).toContain("pass");
  expect(needs(waysAt("ninh_thuan_2021_10", "58", patch))).not.toContain("pass");
});

test("a tablet of 2 GB is not kept busy: so many times at most are the rules asked", () => {
  let asked = 0;
  const facts = { doses: [], tests: [], recoveries: [], declaration: { symptoms: ["fever"], exposure: true, origin: null, destination: null, plate: null } };
  const evidence = { family: "own", status: "verified", code: "ok", facts, identity: null, subject: { type: "declaration" } } as unknown as DraftPerson["evidence"];
  waysAt("khanh_hoa_2021_10", "56", { origin: LEVEL_4, people: [walker({ evidence })] }, [], () => (asked += 1));
  waysAt("ha_dong_2021_08", "01", { origin: LEVEL_4, people: [walker({ evidence })] }, [], () => (asked += 1));
  expect(asked).toBeLessThan(2 * 60);
});

test("symptoms that were told are never asked away", () => {
  const facts = { doses: [], tests: [], recoveries: [], declaration: { symptoms: ["fever"], exposure: false, origin: null, destination: null, plate: null } };
  const evidence = { family: "own", status: "verified", code: "ok", facts, identity: null, subject: { type: "declaration" } } as unknown as DraftPerson["evidence"];
  for (const [pack, province] of [["ninh_thuan_2021_10", "58"], ["ha_dong_2021_08", "01"]] as const) {
    expect(waysAt(pack, province, { origin: LEVEL_3, people: [walker({ evidence })] })).toEqual([]);
  }
});

test("who passes is asked for nothing, and whoever is not known is asked for two papers together where one is not enough", () => {
  expect(waysAt("khanh_hoa_2021_10", "56", { direction: "out" })).toEqual([]);
  const ways = waysAt("ha_dong_2021_08", "01", { origin: LEVEL_3, people: [walker()] });
  expect(ways.length).toBeGreaterThan(0);
  expect(ways.every(({ needs: list }) => list.length <= 2)).toBe(true);
});
