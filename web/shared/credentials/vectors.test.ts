/** The vectors that the Python room runs too (tests/credentials/test_vectors.py). */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Evidence } from "./evidence.ts";
import {
  type Conditions,
  importRevocations,
  joinParts,
  type Joined,
  normalisePlate,
  openBadge,
  PackError,
  type PackPayload,
  parseTrust,
  PartsError,
  type Plate,
  read,
  recognise,
  type RevocationImport,
  TrustError,
  verifyPack,
} from "./index.ts";

interface Reading {
  trusts: Record<string, unknown>;
  cases: {
    id: string;
    text: string;
    trust: string;
    now_ms: number;
    leeway_ms: number;
    conditions?: Conditions;
    evidence: Evidence;
  }[];
}
interface Packs {
  root_jwk: unknown;
  cases: {
    id: string;
    text: string;
    now_ms: number;
    code: string | null;
    payload: PackPayload | null;
  }[];
}

function load<T>(name: string): T {
  const url = new URL(`../../../tests/vectors/credentials/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as T;
}

const reading = load<Reading>("reading");
const health = load<Reading>("health");
const packs = load<Packs>("packs");
const parts = load<
  { id: string; texts: string[]; trust: string; now_ms: number; joined: Joined | null; code: string | null }[]
>("parts");
const plates = load<{ text: string; plate: Plate }[]>("plates");
const revocations = load<{ id: string; list: unknown; imported: RevocationImport | null; where: string | null }[]>(
  "revocations",
);
const trustErrors = load<{ id: string; content: unknown; where: string }[]>("trust_errors");

describe.each([reading, health])("reading", ({ trusts, cases }) => {
  test.each(cases)("$id", async (one) => {
    const trust = await parseTrust(trusts[one.trust]);
    const found = await read(one.text, trust, one.now_ms, one.leeway_ms, one.conditions);
    expect(found).toEqual(one.evidence);
    expect(recognise(one.text)).toBe(one.evidence.family);
  });
});

test("a badge gives its secret only when it is verified", async () => {
  const badge = reading.cases.find((one) => one.id === "badge");
  if (badge === undefined) throw new Error("no badge among the vectors");
  const trusted = await parseTrust(reading.trusts["district"]);
  const nobody = await parseTrust(reading.trusts["none"]);
  const opened = await openBadge(badge.text, trusted, badge.now_ms);
  expect(Array.from(opened.secret ?? [])).toEqual(Array.from({ length: 16 }, (_, i) => i));
  expect((await openBadge(badge.text, nobody, badge.now_ms)).secret).toBeNull();
  expect((await openBadge(badge.text, trusted, badge.now_ms * 2)).secret).toBeNull();
  expect((await openBadge("hello", trusted, badge.now_ms)).secret).toBeNull();
});

describe("plates", () => {
  test.each(plates)("$text", ({ text, plate }) => {
    expect(normalisePlate(text)).toEqual(plate);
  });
});

describe("packs", () => {
  test.each(packs.cases)("$id", async ({ text, now_ms, code, payload }) => {
    const found = await verifyPack(text, packs.root_jwk, now_ms).then(
      (verified) => ({ code: null, payload: verified }),
      (error: unknown) => {
        if (!(error instanceof PackError)) throw error;
        return { code: error.code, payload: error.payload };
      },
    );
    expect(found).toEqual({ code, payload });
  });
});

describe("parts", () => {
  test.each(parts)("$id", async ({ texts, trust: name, now_ms, joined, code }) => {
    const trust = await parseTrust(reading.trusts[name]);
    const found = await Promise.all(texts.map((text) => read(text, trust, now_ms)));
    let answer: { joined: Joined | null; code: string | null };
    try {
      answer = { joined: joinParts(found), code: null };
    } catch (error) {
      if (!(error instanceof PartsError)) throw error;
      answer = { joined: null, code: error.code };
    }
    expect(answer).toEqual({ joined, code });
  });
});

describe("trust errors", () => {
  test.each(trustErrors)("$id", async ({ content, where }) => {
    const error = await parseTrust(content).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TrustError);
    expect((error as TrustError).where).toBe(where);
  });
});

describe("revocation lists", () => {
  test.each(revocations)("$id", async ({ list, imported, where }) => {
    const found = await importRevocations(list).then(
      (taken) => ({ imported: taken, where: null }),
      (error: unknown) => {
        if (!(error instanceof TrustError)) throw error;
        return { imported: null, where: error.where };
      },
    );
    expect(found).toEqual({ imported, where });
  });
});
