/** base64url without padding, canonical both ways (RFC 4648 §5), hex, and UUIDv7 (RFC 9562 §5.7). */

import { SyncError } from "./errors.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?:[^\uD800-\uDBFF]|^)[\uDC00-\uDFFF]/;

/** Bytes as base64url without padding. */
export function toBase64url(data: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of data) {
    held = ((held << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += ALPHABET.charAt((held >> bits) & 63);
    }
  }
  return bits === 0 ? text : text + ALPHABET.charAt((held << (6 - bits)) & 63);
}

/**
 * The bytes of canonical, unpadded base64url; of exactly `length` bytes where given.
 *
 * Throws SyncError("encoding.base64url"), also for stray bits in the last character: they would let
 * one signature be written in several ways. SPEC E3.
 */
export function fromBase64url(text: unknown, length?: number): Bytes {
  if (typeof text !== "string" || text.length % 4 === 1) throw new SyncError("encoding.base64url", "E3");
  const data = new Uint8Array((text.length * 6) >> 3);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const value = VALUES.get(text.charAt(index));
    if (value === undefined) throw new SyncError("encoding.base64url", "E3");
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      data[at] = held >> bits;
      at += 1;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0 || (length !== undefined && data.length !== length)) {
    throw new SyncError("encoding.base64url", "E3");
  }
  return data;
}

/** Bytes as lower-case hexadecimal. */
export function toHex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether UTF-8 can write the text: no half of a surrogate pair. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** UTF-8. TextEncoder would write U+FFFD for a lone surrogate; here it is SyncError("event.text") (SPEC E1). */
export function textBytes(text: string): Bytes {
  if (!isWellFormed(text)) throw new SyncError("event.text", "E1");
  return new TextEncoder().encode(text);
}

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function sameBytes(one: Uint8Array, two: Uint8Array): boolean {
  return one.length === two.length && one.every((byte, index) => byte === two[index]);
}

/** A UUIDv7 from a time in Unix milliseconds and ten random bytes. */
export function uuid7(unixMs: number, random: Uint8Array): string {
  if (random.length !== 10 || !Number.isSafeInteger(unixMs) || unixMs < 0 || unixMs >= 2 ** 48) {
    throw new SyncError("encoding.uuid", "E2");
  }
  const tail = BigInt(`0x${toHex(random)}`) & ((1n << 74n) - 1n);
  const value =
    (BigInt(unixMs) << 80n) | (0x7n << 76n) | ((tail >> 62n) << 64n) | (2n << 62n) | (tail & ((1n << 62n) - 1n));
  const text = value.toString(16).padStart(32, "0");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

/** Whether `text` is a UUIDv7 in its canonical lower-case form. */
export function isUuid7(text: unknown): text is string {
  return typeof text === "string" && UUID7.test(text);
}
