/** On whose word: what counsel checked comes before the list that nobody did. */

import { expect, test } from "vitest";
import { ShiftPacks } from "../core/shift_packs.ts";
import { dongText, legalOf, VIOLATIONS } from "./offences.ts";

function packs(content: unknown): ShiftPacks {
  const all = new Map(content === undefined ? [] : [["offences", { content }]]);
  return new ShiftPacks({ packs: { all } } as never, () => "here", () => 0);
}

test("without the pack everything proposed is unconfirmed, and what has no text proposes none", () => {
  const published = packs(undefined).legal();
  for (const what of VIOLATIONS) expect(legalOf(what, published)?.unconfirmed ?? true).toBe(true);
  expect(legalOf("other", published)).toBeNull();
});

test("a published row is proposed without the remark; a broken row is passed over", () => {
  const published = packs({ legal: [{ what: "no_mask", document: "117/2020/NĐ-CP", clause: "Điều 12.1.a" }, { what: "traffic", document: 7 }, null] }).legal();
  expect(legalOf("no_mask", published)).toEqual({ document: "117/2020/NĐ-CP", clause: "Điều 12.1.a", unconfirmed: false });
  expect(legalOf("traffic", published)?.unconfirmed).toBe(true);
});

test("a fine is read in thousands", () => {
  expect([0, 500, 2_000_000, 10_500_000].map(dongText)).toEqual(["0 đ", "500 đ", "2.000.000 đ", "10.500.000 đ"]);
});
