/** Validity bulletins. Twin of credentials/bulletins.py, which explains them. */

import { isJsonObject, member } from "./jws.ts";
import { isLongerThan } from "./text.ts";

export const MAX_BULLETINS = 200;
const BULLETIN_TYPES: readonly unknown[] = ["decl", "permit", "pass", "manifest", "card"];

export interface Bulletin {
  type: string;
  issuer: string | null;
  expired_after_ms: number;
  counts_until_ms: number;
  reference: string;
}

/** A bulletin of a trust pack, or the name of its first bad member ("" when it is no object). */
export function readBulletin(entry: unknown): Bulletin | string {
  if (!isJsonObject(entry)) return "";
  const type = member(entry, "type");
  const issuer = member(entry, "issuer") ?? null;
  const expired_after_ms = member(entry, "expired_after_ms");
  const counts_until_ms = member(entry, "counts_until_ms");
  const reference = member(entry, "reference");
  if (typeof type !== "string" || !BULLETIN_TYPES.includes(type)) return "type";
  if (issuer !== null && !isText(issuer, 64)) return "issuer";
  if (!isInstant(expired_after_ms)) return "expired_after_ms";
  if (!isInstant(counts_until_ms)) return "counts_until_ms";
  if (!isText(reference, 200)) return "reference";
  return { type, issuer, expired_after_ms, counts_until_ms, reference };
}

/** Until when a document counts that ends at `expiresMs`; null when nobody extended it. */
export function countsUntilMs(
  bulletins: readonly Bulletin[],
  typ: string,
  issuer: string,
  expiresMs: number,
): number | null {
  let found: number | null = null;
  for (const one of bulletins) {
    if (one.type !== typ || (one.issuer !== null && one.issuer !== issuer)) continue;
    if (one.expired_after_ms > expiresMs || expiresMs >= one.counts_until_ms) continue;
    if (found === null || one.counts_until_ms > found) found = one.counts_until_ms;
  }
  return found;
}

function isText(value: unknown, limit: number): value is string {
  return typeof value === "string" && value !== "" && !isLongerThan(value, limit);
}

function isInstant(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}
