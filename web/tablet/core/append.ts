/** One more event on this tablet's chain: everything is made first, then written in one transaction. */

import { MAX_BODY_CHARS, MAX_PERSON_CHARS } from "../../shared/sync/batch.ts";
import { commitment, eventHash } from "../../shared/sync/chain.ts";
import { stampFromText, stampToText, tick } from "../../shared/sync/clock.ts";
import { type Bytes, textBytes, toBase64url } from "../../shared/sync/encoding.ts";
import { type Body, bodyToText, type Fields, type Items, ref } from "../../shared/sync/events.ts";
import { bodyBinding } from "../../shared/sync/seal.ts";
import { close, type History, recordToken } from "./at_rest.ts";
import { appendEvent, type Database, type Head, readMeta, type StoredOwn } from "./db.ts";
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

/** The keys of an open shift: what it writes is closed with `content`, which the store keeps as `opening`. */
export interface ShiftKeys {
  history: History;
  content: CryptoKey;
  opening: string;
}

/** Names an item that comes to a record which exists already; its event then gives it a name of its own (SPEC E5). */
export const ADDED = "added:";

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
  keys: ShiftKeys,
): Promise<StoredOwn> {
  const secret = person === null ? null : await closePerson(environment, person, keys);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = await readMeta(db, "head");
    if (before === null) throw new CoreError("storage.failed");
    const { row, after } = await prepare(environment, device, before, draft, secret, keys);
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

interface SecretPerson {
  commitment: Bytes;
  person: Bytes;
}

async function closePerson(environment: Environment, part: PersonPart, { content }: ShiftKeys): Promise<SecretPerson> {
  const text = personText(part, environment.random(SALT_BYTES));
  if (text.length > MAX_PERSON_CHARS) throw new CoreError("draft.too_large", "person");
  const committed = await commitment(text);
  return { commitment: committed, person: await close(environment, textBytes(text), content, committed) };
}

async function prepare(
  environment: Environment,
  device: string,
  before: Head,
  draft: Draft,
  secret: SecretPerson | null,
  { history, content, opening }: ShiftKeys,
): Promise<{ row: StoredOwn; after: Head }> {
  const stamp = tick(stampFromText(before.stamp), draft.time_ms);
  const seq = before.seq + 1;
  const body = bodyToText({ ...draft, items: named(draft.items, ref(device, seq)), stamp });
  if (body.length > MAX_BODY_CHARS) throw new CoreError("draft.too_large", "body");
  const committed = secret?.commitment ?? (await commitment(null));
  const row: StoredOwn = {
    seq,
    kind: draft.kind,
    token: await recordToken(history, draft.record),
    body: await close(environment, textBytes(body), content, bodyBinding(device, seq)),
    opening,
    time_ms: draft.time_ms,
    commitment: committed,
    hash: await eventHash(before.hash, body, committed),
    person: secret?.person ?? null,
    history_key_id: null,
    sealed: null,
    state: "kept",
    code: null,
    received_ms: null,
  };
  return { row, after: { seq, hash: row.hash, stamp: stampToText(stamp) } };
}

function named(items: Items, event: string): Items {
  const name = (item: string): string => (item.startsWith(ADDED) ? `${event}:${item.slice(ADDED.length)}` : item);
  const renamed = (group: Record<string, Fields>): Record<string, Fields> =>
    Object.fromEntries(Object.entries(group).map(([item, fields]) => [name(item), fields]));
  return Object.fromEntries(Object.entries(items).map(([group, members]) => [group, renamed(members)]));
}
