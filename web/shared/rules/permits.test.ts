import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { RuleError } from "./errors.ts";
import { parsePermitLists } from "./permit_lists.ts";
import { goodsFirst, isCompanySuspended, permitOf, usesOf } from "./permits.ts";

interface Case {
  name: string;
  evidence: object | null;
  journey: object;
  now_ms: number;
  uses_ms: number[];
  lists: object;
  permit: object | null;
  company_suspended: boolean;
}
interface Refusal {
  name: string;
  lists: object;
  error: string;
  at: string;
}

const file = new URL("../../../tests/vectors/rules/permits.json", import.meta.url);
const { cases, priority, refused } = JSON.parse(readFileSync(file, "utf8")) as {
  cases: Case[];
  priority: { name: string; goods: unknown; province: string; lists: object; first: string[] }[];
  refused: Refusal[];
};

describe("permits", () => {
  it.each(cases)("$name", ({ evidence, journey, now_ms, uses_ms, lists, permit, company_suspended }) => {
    const parsed = parsePermitLists(lists);
    expect(permitOf(evidence, journey, now_ms, usesOf(uses_ms, now_ms), parsed)).toEqual(permit);
    expect(isCompanySuspended([evidence], now_ms, parsed)).toBe(company_suspended);
  });

  it.each(priority)("$name", ({ goods, province, lists, first }) => {
    expect(goodsFirst(goods, province, parsePermitLists(lists))).toEqual(first);
  });

  it.each(refused)("refuses $name", ({ lists, error, at }) => {
    let found: unknown = null;
    try {
      parsePermitLists(lists);
    } catch (raised) {
      if (raised instanceof RuleError) found = { error: raised.code, at: raised.at };
    }
    expect(found).toEqual({ error, at });
  });
});
