/** The facts on our own card, as short claims. Twin of credentials/card_claims.py. */

import { instantOfEpochS, isPartialDate, MAX_EPOCH_S } from "./dates.ts";
import type { Dose, Facts, Recovery, Test } from "./evidence.ts";
import { type JsonObject, member } from "./jws.ts";
import { hasLoneSurrogate, isLongerThan } from "./text.ts";

export const FACT_CLAIMS = ["k", "u", "z"];
const MAX_DOSES = 8;
const MAX_TESTS = 4;
const MAX_RECOVERIES = 4;
const MAX_DOSE_NUMBER = 20;
const MAX_PRODUCT_CHARACTERS = 60;

/** The facts in these claims, or the short name of the first claim of another shape. */
export function cardFacts(claims: JsonObject): Facts | string {
  const doses = each(member(claims, "k"), MAX_DOSES, doseOf);
  if (doses === null) return "k";
  const tests = each(member(claims, "u"), MAX_TESTS, testOf);
  if (tests === null) return "u";
  const recoveries = each(member(claims, "z"), MAX_RECOVERIES, recoveryOf);
  if (recoveries === null) return "z";
  return { doses, tests, recoveries, declaration: null };
}

function each<T>(value: unknown, limit: number, read: (item: unknown[]) => T | null): T[] | null {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value) || value.length > limit) return null;
  const found: T[] = [];
  for (const item of value as unknown[]) {
    const one = Array.isArray(item) ? read(item as unknown[]) : null;
    if (one === null) return null;
    found.push(one);
  }
  return found;
}

function doseOf(item: unknown[]): Dose | null {
  const [first, second, product, day] = item;
  if (item.length !== 4) return null;
  const number = integerOf(first, MAX_DOSE_NUMBER);
  const of = integerOf(second, MAX_DOSE_NUMBER);
  const date = dateOf(day);
  if (!number || !of || date === null || typeof product !== "string" || product === "") return null;
  if (isLongerThan(product, MAX_PRODUCT_CHARACTERS) || hasLoneSurrogate(product)) return null;
  return { number, of, product, date };
}

function testOf(item: unknown[]): Test | null {
  const [type, result, sampled, resulted] = item;
  if (item.length !== 4 || (type !== "p" && type !== "r")) return null;
  if (result !== "n" && result !== "p") return null;
  const sampledS = integerOf(sampled, MAX_EPOCH_S);
  const resultedS = resulted === null ? null : integerOf(resulted, MAX_EPOCH_S);
  if (sampledS === null || (resultedS === null && resulted !== null)) return null;
  return {
    type: type === "p" ? "pcr" : "rapid",
    result: result === "n" ? "negative" : "positive",
    sampled_at: instantOfEpochS(sampledS),
    resulted_at: resultedS === null ? null : instantOfEpochS(resultedS),
  };
}

function recoveryOf(item: unknown[]): Recovery | null {
  if (item.length !== 2) return null;
  const recovered_at = dateOf(item[0]);
  const valid_until = dateOf(item[1]);
  if (recovered_at === null || (valid_until === null && item[1] !== null)) return null;
  return { recovered_at, valid_until };
}

function dateOf(value: unknown): string | null {
  return typeof value === "string" && value.length === 10 && isPartialDate(value) ? value : null;
}

function integerOf(value: unknown, limit: number): number | null {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > limit) {
    return null;
  }
  // -0 is no other instant than 0, but another text.
  return value === 0 ? 0 : value;
}
