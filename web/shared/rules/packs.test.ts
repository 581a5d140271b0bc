import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { DAY_MS, parseInstant } from "./dates.ts";
import { decide } from "./decide.ts";
import { levelsAt, parseLevels } from "./levels.ts";
import { isStale, parseRulePack, reasonsOf } from "./pack.ts";

type Case = {
  name: string;
  evidence: string | null;
  journey: object;
  external?: object;
  now?: string;
  expected: { outcome: string; reason: string };
};
type Sample = {
  now: string;
  levels: string;
  evidence: { [name: string]: object };
  journey: object;
  cases: Case[];
};

const ROOT = new URL("../../../", import.meta.url);

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, ROOT), "utf8"));
}

const ISSUED_AT = "2026-11-20T00:00:00Z";
const NAMES = [
  "ha_dong_2021_08",
  "ninh_thuan_2021_10",
  "bac_giang_2021_06",
  "hcmc_2021_10",
  "khanh_hoa_2021_10",
  "an_giang_2021_10",
];

describe.each(NAMES)("pack %s", (name) => {
  const sample = read(`tests/vectors/rules/${name}_journeys.json`) as Sample;
  const pack = parseRulePack(name, 1, ISSUED_AT, read(`rules/packs/${name}.json`));
  const windows = parseLevels(read(`rules/packs/${sample.levels}.json`));

  it.each(sample.cases)("$name", ({ evidence, journey, external, now, expected }) => {
    const nowMs = parseInstant(now ?? sample.now);
    const code = evidence === null ? null : (sample.evidence[evidence] ?? null);
    const told = { levels: levelsAt(windows, nowMs), ...external };
    const verdict = decide(code, { ...sample.journey, ...journey }, told, nowMs, pack);
    expect({ outcome: verdict.outcome, reason: verdict.reasons[0] }).toEqual(expected);
  });

  it("is fresh again once a server has confirmed it", () => {
    const issuedMs = parseInstant(ISSUED_AT);
    const laterMs = issuedMs + 30 * DAY_MS;
    expect(isStale(pack, laterMs)).toBe(true);
    expect(isStale({ ...pack, confirmed_at_ms: laterMs - DAY_MS }, laterMs)).toBe(false);
    expect(isStale({ ...pack, confirmed_at_ms: 0 }, issuedMs)).toBe(false);
  });

  it("has a line to read for every reason a verdict can carry", () => {
    const reasons = reasonsOf(pack.content);
    for (const { expected } of sample.cases) expect(reasons.get(expected.reason)?.vi).toBeTruthy();
    expect([...reasonsOf(null).keys()]).toEqual(["rules_error", "rules_missing", "rules_stale", "list_check"]);
  });
});
