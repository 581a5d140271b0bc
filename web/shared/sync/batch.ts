/** A run of this device's events with one signature over it. Twin of sync/batch.py. SPEC B1–B6. */

import { eventHash, HASH_BYTES } from "./chain.ts";
import { type Bytes, textBytes, toBase64url, toHex } from "./encoding.ts";
import type { SentBatch, SentEvent } from "../wire/api.ts";

export const PROTOCOL = 1;
export const MAX_EVENTS = 1000;
export const MAX_BODY_CHARS = 8192;
export const MAX_PERSON_CHARS = 16384;

/**
 * One event to send: exact texts. `person` in clear or `sealed` or neither, never both (SPEC B4, S1). Where
 * `body` is null, `sealed_body` stands in its place (S4).
 */
export interface OutgoingEvent {
  body: string | null;
  sealed_body?: string;
  person: string | null;
  sealed: string | null;
  commitment: Uint8Array;
}

/** One whose body is in clear, so that its hash can be made. */
export interface ClearEvent extends OutgoingEvent {
  body: string;
}

/** The JSON value of a batch is a `SentBatch`; nothing that can be derived is in it (SPEC B4). */

/** ES256: r ‖ s, 64 bytes, which is what WebCrypto writes (RFC 7518 §3.4). */
const ES256 = { name: "ECDSA", hash: "SHA-256" } as const;

export async function signEs256(key: CryptoKey, text: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(ES256, key, text));
}

export async function verifyEs256(key: CryptoKey, signature: Bytes, text: Bytes): Promise<boolean> {
  return signature.length === 64 && (await crypto.subtle.verify(ES256, key, signature, text));
}

/** The six lines that a batch signature covers (SPEC B3). */
export function signingText(
  device: string,
  first: number,
  last: number,
  previous: Uint8Array,
  head: Uint8Array,
): Bytes {
  return textBytes(["chot-batch/1", device, first, last, toHex(previous), toHex(head)].join("\n"));
}

/** The hash of each event, in order; the last one is the head (SPEC H3). */
export async function chainOf(previous: Uint8Array, events: readonly ClearEvent[]): Promise<Uint8Array[]> {
  const hashes: Uint8Array[] = [];
  let current = previous;
  for (const event of events) {
    current = await eventHash(current, event.body, event.commitment);
    hashes.push(current);
  }
  return hashes;
}

/** A signed batch of these events, none of them sealed; `sign` is the device key's ES256. */
export async function makeBatch(
  device: string,
  first: number,
  previous: Uint8Array,
  events: readonly ClearEvent[],
  sign: (text: Bytes) => Promise<Uint8Array>,
): Promise<SentBatch> {
  const hashes = await chainOf(previous, events);
  return await signedBatch(device, first, previous, events, hashes[hashes.length - 1] ?? previous, sign);
}

/** The same where the hash of the last event is known, which bodies that are sealed do not tell. */
export async function signedBatch(
  device: string,
  first: number,
  previous: Uint8Array,
  events: readonly OutgoingEvent[],
  head: Uint8Array,
  sign: (text: Bytes) => Promise<Uint8Array>,
): Promise<SentBatch> {
  const signature = await sign(signingText(device, first, first + events.length - 1, previous, head));
  return {
    device,
    first,
    previous: toBase64url(previous),
    events: events.map(eventToJson),
    signature: toBase64url(signature),
  };
}

function eventToJson(event: OutgoingEvent): SentEvent {
  const text = event.body === null ? { sealed_body: event.sealed_body ?? "" } : { body: event.body };
  if (event.person !== null) return { ...text, person: event.person };
  const covered = event.commitment.length === HASH_BYTES && event.commitment.some((byte) => byte !== 0);
  if (!covered) return text;
  const withheld = { ...text, commitment: toBase64url(event.commitment) };
  return event.sealed === null ? withheld : { ...withheld, sealed: event.sealed };
}
