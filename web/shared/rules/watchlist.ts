/** The watchlist as a tablet holds it. Twin of rules/watchlist.py, which explains it; servers build it. */

import { sha256Start } from "./sha256.ts";
import { Shape } from "./shape.ts";
import { checked } from "./values.ts";

const MIN_BUCKET_BITS = 8;
const MAX_BUCKET_BITS = 30;
const MAX_BUCKETS = 1_000_000;
const MAX_CODED_CHARS = 8_000_000;

const DOMAIN = "chot/1 watchlist\n";
const SEPARATORS = /[ .-]/g;
const NUMBER = /^[0-9]{9}(?:[0-9]{3})?$/;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** The buckets that hold somebody listed, rising, of 2^bucket_bits. */
export interface WatchFilter {
  readonly bucket_bits: number;
  readonly buckets: Uint32Array;
}

/** An ID number as it is hashed: 12 digits (CCCD) or 9 (CMND); null for masked or other ones. */
export function watchNumber(text: string): string | null {
  const bare = text.replace(SEPARATORS, "");
  return NUMBER.test(bare) ? bare : null;
}

/**
 * The numbers by which the person of an Evidence may be listed; a chip card tells the old one.
 *
 * What a signature proves does not matter: a hit only asks for a closer look.
 */
export function watchNumbers(evidence: object | null): string[] {
  const { identity, subject } = (evidence ?? {}) as { identity?: unknown; subject?: unknown };
  const numbers = new Set<string>();
  for (const found of [member(identity, "id_number"), member(subject, "old_id_number")]) {
    const number = typeof found === "string" ? watchNumber(found) : null;
    if (number !== null) numbers.add(number);
  }
  return [...numbers];
}

/** `external.watch_hit` of decide(): false without a list, a person or a whole number. */
export function watchHit(watchlist: WatchFilter | null, evidence: object | null): boolean {
  return watchlist !== null && watchNumbers(evidence).some((number) => holds(watchlist, number));
}

/** Whether the bucket of this number (as `watchNumber` gives it) is named. */
export function holds({ bucket_bits, buckets }: WatchFilter, number: string): boolean {
  const bucket = bucketOf(number, bucket_bits);
  let low = 0;
  let high = buckets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((buckets[middle] as number) < bucket) low = middle + 1;
    else high = middle;
  }
  return buckets[low] === bucket;
}

/** The first bits of SHA-256: fewer bits name the union of the buckets of more. */
export function bucketOf(number: string, bucketBits: number): number {
  return sha256Start(DOMAIN + number) >>> (32 - bucketBits);
}

/**
 * The filter in a pack's content. Throws RuleError("pack.field" | "pack.type") with the place.
 *
 * Whatever is not exactly what the server could have written is refused: a damaged list that is
 * read in part would let people pass in silence.
 */
export function parseWatchlist(content: unknown): WatchFilter {
  const shape = new Shape(checked(content, "pack"), "");
  const bucket_bits = shape.integer("bucket_bits", MIN_BUCKET_BITS, MAX_BUCKET_BITS);
  const count = shape.integer("buckets", 0, MAX_BUCKETS);
  const riceBits = shape.integer("rice_bits", 0, bucket_bits);
  const coded = shape.value("coded");
  if (typeof coded !== "string" || coded.length > MAX_CODED_CHARS) throw shape.refused("coded");
  const data = bytesOf(coded);
  const buckets = data === null ? null : decoded(data, count, riceBits, 2 ** bucket_bits);
  if (buckets === null) throw shape.refused("coded");
  return { bucket_bits, buckets };
}

/** The `count` buckets, each below `end`; null where the bytes are not just those. */
function decoded(data: Uint8Array, count: number, riceBits: number, end: number): Uint32Array | null {
  const size = data.length * 8;
  let at = 0;
  const bit = (): number => ((data[at >> 3] as number) >> (7 - (at++ & 7))) & 1;
  // A bucket takes at least 1 + riceBits bits: no allocation for a count that cannot be there.
  if (count * (1 + riceBits) > size) return null;
  const buckets = new Uint32Array(count);
  let bucket = -1;
  for (let index = 0; index < count; index += 1) {
    let upper = 0;
    for (;;) {
      if (at >= size) return null;
      if (bit() === 0) break;
      upper += 1;
    }
    if (at + riceBits > size) return null;
    let low = 0;
    for (let each = 0; each < riceBits; each += 1) low = low * 2 + bit();
    bucket += 1 + upper * 2 ** riceBits + low;
    if (bucket >= end) return null;
    buckets[index] = bucket;
  }
  if (size - at >= 8) return null;
  while (at < size) if (bit() === 1) return null;
  return buckets;
}

/** Canonical base64url without padding. */
function bytesOf(text: string): Uint8Array | null {
  if (!BASE64URL.test(text) || text.length % 4 === 1) return null;
  const plain = text.replace(/-/g, "+").replace(/_/g, "/");
  const letters = atob(plain);
  if (btoa(letters).replace(/=/g, "") !== plain) return null;
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

function member(value: unknown, name: string): unknown {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>)[name] : null;
}
