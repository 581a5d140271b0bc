/** One more event on this tablet's chain: everything is made first, then written in one transaction. */

import { MAX_BODY_CHARS, MAX_PERSON_CHARS } from "../../shared/sync/batch.ts";
import { commitment, eventHash } from "../../shared/sync/chain.ts";
import { stampFromText, stampToText, tick } from "../../shared/sync/clock.ts";
import { type Bytes, concatBytes, textBytes, toBase64url } from "../../shared/sync/encoding.ts";
import { type Body, bodyToText, type Fields, type Items } from "../../shared/sync/events.ts";
import { NONCE_BYTES, seal } from "../../shared/sync/seal.ts";
import { appendEvent, type Database, type Head, type OwnEvent, readMeta } from "./db.ts";
import type { Environment } from "./environment.ts";
import { isFull } from "./room.ts";
import { CoreError } from "./core_error.ts";

const SALT_BYTES = 16;
const MAX_ATTEMPTS = 20;

/** What concerns somebody: fields and items of the same form as in a body (SPEC E7). */
export interface PersonPart {
  fields: Fields;
  items: Items;
}

/** The keys of an open shift: one to read again here, one that only the home server can open. */
export interface PersonKeys {
  history: CryptoKey;
  history_key_id: string;
  content: CryptoKey;
  wrapped: string;
}

/** An event without what only its place in the chain decides. */
export type Draft = Omit<Body, "stamp">;

/**
 * Appends the event; resolves with its row when it is on disk.
 *
 * Prepares again when another tab, or a page that moved the clock, came in between. Throws
 * CoreError("draft.too_large" | "storage.full" | "storage.failed" | "storage.busy" | "enrolment.changed").
 */
export async function append(
  environment: Environment,
  db: Database,
  device: string,
  draft: Draft,
  person: PersonPart | null,
  keys: PersonKeys,
): Promise<OwnEvent> {
  const secret = person === null ? null : await encryptPerson(environment, person, keys);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = await readMeta(db, "head");
    if (before === null) throw new CoreError("storage.failed");
    const { row, after } = await prepare(before, draft, secret);
    let written: boolean;
    try {
      written = await appendEvent(db, device, before, row, after);
    } catch (error) {
      if (error instanceof CoreError) throw error;
      throw new CoreError(isFull(error) ? "storage.full" : "storage.failed");
    }
    if (written) return row;
  }
  throw new CoreError("storage.busy");
}

/** The text of a person part, once (SPEC E7). */
export function personText(part: PersonPart, salt: Bytes): string {
  const items = Object.keys(part.items).length > 0 ? { items: part.items } : {};
  return JSON.stringify({ salt: toBase64url(salt), set: part.fields, ...items });
}

/** The person text in `person` (nonce ‖ ciphertext); null when this history key does not open it. */
export async function openPerson(person: Bytes, committed: Bytes, history: CryptoKey): Promise<string | null> {
  try {
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: person.slice(0, NONCE_BYTES), additionalData: committed },
      history,
      person.slice(NONCE_BYTES),
    );
    return new TextDecoder().decode(plain);
  } catch {
    return null;
  }
}

/** nonce ‖ AES-256-GCM(text) under the history key, for reading again on a tablet of this checkpoint. */
export async function closePerson(
  environment: Environment,
  text: string,
  committed: Bytes,
  history: CryptoKey,
): Promise<Bytes> {
  const iv = environment.random(NONCE_BYTES);
  const secret = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: committed }, history, textBytes(text));
  return concatBytes(iv, new Uint8Array(secret));
}

interface SecretPerson {
  commitment: Bytes;
  person: Bytes;
  history_key_id: string;
  sealed: string;
}

async function encryptPerson(environment: Environment, part: PersonPart, keys: PersonKeys): Promise<SecretPerson> {
  const text = personText(part, environment.random(SALT_BYTES));
  if (text.length > MAX_PERSON_CHARS) throw new CoreError("draft.too_large", "person");
  const committed = await commitment(text);
  return {
    commitment: committed,
    person: await closePerson(environment, text, committed, keys.history),
    history_key_id: keys.history_key_id,
    sealed: await seal(text, keys.content, keys.wrapped, environment.random(NONCE_BYTES), committed),
  };
}

async function prepare(before: Head, draft: Draft, secret: SecretPerson | null): Promise<{ row: OwnEvent; after: Head }> {
  const stamp = tick(stampFromText(before.stamp), draft.time_ms);
  const body = bodyToText({ ...draft, stamp });
  if (body.length > MAX_BODY_CHARS) throw new CoreError("draft.too_large", "body");
  const committed = secret?.commitment ?? (await commitment(null));
  const row: OwnEvent = {
    seq: before.seq + 1,
    kind: draft.kind,
    record: draft.record,
    body,
    time_ms: draft.time_ms,
    commitment: committed,
    hash: await eventHash(before.hash, body, committed),
    person: secret?.person ?? null,
    history_key_id: secret?.history_key_id ?? null,
    sealed: secret?.sealed ?? null,
    state: "kept",
    code: null,
    received_ms: null,
  };
  return { row, after: { seq: row.seq, hash: row.hash, stamp: stampToText(stamp) } };
}
