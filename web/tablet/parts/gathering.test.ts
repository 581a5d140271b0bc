/** The codes of a manifest come in any order, twice, or from another one. */

import { expect, test } from "vitest";
import { evidenceOf } from "../../shared/credentials/evidence.ts";
import type { Evidence } from "../core/types.ts";
import { gather, gatherAll, type Gathered, scannedCount, withoutTheRest } from "./gathering.ts";

function part(number: number, of = 3, id = "xe-1", status: Evidence["status"] = "verified"): Evidence {
  return evidenceOf("own", status, status === "verified" ? "ok" : "expired", {
    issuer: "chot",
    key_id: "k",
    fingerprints: ["f"],
    subject: { type: "manifest", id, workers: 6, people: [{ name: `Công nhân ${number}`, id_number: null }], part: { number, of } },
  });
}

function gathered(...numbers: number[]): Gathered {
  let found: Gathered | null = null;
  for (const number of numbers) {
    const next = gather(found, part(number));
    if (next.is === "more") found = next.gathered;
  }
  if (found === null) throw new Error("nothing gathered");
  return found;
}

test("codes in any order make one document with everybody in their order", () => {
  const two = gathered(3, 1);
  expect([scannedCount(two), two.of, two.joined.missing]).toEqual([2, 3, [2]]);
  const done = gather(two, part(2));
  if (done.is !== "whole") throw new Error(done.is);
  expect(done.evidence.status).toBe("verified");
  expect(done.evidence.subject?.["part"]).toBeUndefined();
  expect((done.evidence.subject?.["people"] as { name: string }[]).map(({ name }) => name)).toEqual(["Công nhân 1", "Công nhân 2", "Công nhân 3"]);
});

test("a repeated code changes nothing", () => {
  const next = gather(gathered(1, 3), part(3));
  expect(next).toMatchObject({ is: "not_added", why: "repeated" });
});

test("a code of another manifest is named as such and not taken", () => {
  expect(gather(gathered(1), part(2, 3, "xe-2"))).toMatchObject({ is: "not_added", why: "another_document" });
  expect(gather(gathered(1), part(2, 4))).toMatchObject({ is: "not_added", why: "another_document" });
});

test("what is no part, half read or refused is not taken either", () => {
  const declaration = evidenceOf("own", "verified", "ok", { subject: { type: "declaration", id: "d" } });
  expect(gather(gathered(1), declaration)).toMatchObject({ is: "not_added", why: "not_a_part" });
  expect(gather(gathered(1), evidenceOf("own", "unknown", "unrecognised"))).toMatchObject({ is: "not_added", why: "not_readable" });
  expect(gather(gathered(1), part(2, 3, "xe-1", "invalid"))).toMatchObject({ is: "not_added", why: "refused" });
});

test("the first code stands for itself unless it is one of several that counts", () => {
  const single = evidenceOf("own", "verified", "ok", { subject: { type: "manifest", id: "m" } });
  expect(gather(null, single)).toEqual({ is: "whole", evidence: single });
  const expired = part(1, 3, "xe-1", "invalid");
  expect(gather(null, expired)).toEqual({ is: "whole", evidence: expired });
  const only = gather(null, part(1, 1));
  expect(only.is).toBe("whole");
});

test("a picture of a sheet adds every code on it", () => {
  const whole = gatherAll(null, [part(2), part(3), part(1)]);
  expect(whole).toMatchObject({ is: "whole", evidence: { status: "verified" } });
  const two = gatherAll(null, [part(2), part(2, 3, "xe-2"), part(3)]);
  if (two.is !== "more") throw new Error(two.is);
  expect(two.gathered.joined.missing).toEqual([1]);
  expect(gatherAll(two.gathered, [part(3), part(2, 3, "xe-2")])).toMatchObject({ is: "not_added", why: "another_document" });
  const card = evidenceOf("cccd", "claim", "unsigned");
  expect(gatherAll(null, [card, part(1)])).toEqual({ is: "whole", evidence: card });
});

test("going on without the rest is unknown, never invalid, and can be found again", () => {
  const evidence = withoutTheRest(gathered(1));
  expect(evidence).toMatchObject({ status: "unknown", code: "unrecognised", key_id: "k", fingerprints: ["f"] });
});
