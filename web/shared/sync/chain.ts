/** The hash chain of one device, over exact texts and commitments. Twin of sync/chain.py. SPEC H1–H5. */

import { type Bytes, concatBytes, textBytes } from "./encoding.ts";

export const HASH_BYTES = 32;

/** Stands where an event has no person part. No text is known to hash to it (SPEC H2). */
export function noPerson(): Bytes {
  return new Uint8Array(HASH_BYTES);
}

async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

/** The hash before event 1: it binds the chain to its device (SPEC H1). */
export function genesis(device: string): Promise<Bytes> {
  return sha256(textBytes(`chot/1 genesis\n${device}`));
}

/** What the chain knows of a person part: its SHA-256, or 32 zero bytes (SPEC H2). */
export async function commitment(person: string | null): Promise<Bytes> {
  return person === null ? noPerson() : sha256(textBytes(person));
}

/** SHA-256(previous ‖ body ‖ commitment) (SPEC H3). */
export function eventHash(previous: Uint8Array, body: string, personCommitment: Uint8Array): Promise<Bytes> {
  return sha256(concatBytes(previous, textBytes(body), personCommitment));
}
