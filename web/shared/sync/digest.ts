/** The digest of a set of events: the sum of their hashes, so that one more is one addition. Twin of sync/digest.py. SPEC F9. */

import { HASH_BYTES } from "./chain.ts";
import { type Bytes, toHex } from "./encoding.ts";

const MODULUS = 1n << BigInt(8 * HASH_BYTES);

export function noEvents(): Bytes {
  return new Uint8Array(HASH_BYTES);
}

/** The digest after these events came in: the sum mod 2^256, big-endian, in any order. */
export function plus(digest: Uint8Array, hashes: Iterable<Uint8Array>): Bytes {
  let total = numberOf(digest);
  for (const one of hashes) total += numberOf(one);
  return bytesOf(total % MODULUS);
}

/** What is left when these events are taken out again. */
export function minus(digest: Uint8Array, hashes: Iterable<Uint8Array>): Bytes {
  let left = numberOf(digest);
  for (const one of hashes) left -= numberOf(one);
  return bytesOf(((left % MODULUS) + MODULUS) % MODULUS);
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`);
}

function bytesOf(value: bigint): Bytes {
  const hex = value.toString(16).padStart(2 * HASH_BYTES, "0");
  return Uint8Array.from({ length: HASH_BYTES }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}
