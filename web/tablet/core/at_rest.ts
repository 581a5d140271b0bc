/**
 * What this tablet wrote and pulled lies on its disk closed; only a badge and its PIN open it. SPEC Q.
 *
 * The one place that opens rows of the store: whoever reads a text asks for it here, outside of any
 * transaction. Each opening of a shift draws a content key for what is written in it. That key is kept twice,
 * under the history key and wrapped for servers: so what was written can be read again here, and sent by a
 * tablet that nobody has opened.
 */

import { type Bytes, concatBytes, textBytes, toBase64url } from "../../shared/sync/encoding.ts";
import { bodyBinding, NONCE_BYTES } from "../../shared/sync/seal.ts";
import { type Database, type Opening, type OwnEvent, type PulledEvent, readMeta, type StoredOwn, type StoredPulled } from "./db.ts";
import type { Environment } from "./environment.ts";

/** What opens this disk while a shift is open: the checkpoint's history key, and the key that hides record ids. */
export interface History {
  key: CryptoKey;
  id: string;
  index: CryptoKey;
}

const TOKEN_BYTES = 16;

/** Content keys that the history opened, for as long as the history key itself is in memory. */
const OPENED = new WeakMap<CryptoKey, Map<string, Promise<CryptoKey | null>>>();

/** nonce ‖ AES-256-GCM(data), bound to `bound`. */
export async function close({ random }: Pick<Environment, "random">, data: Bytes, key: CryptoKey, bound: Bytes): Promise<Bytes> {
  const iv = random(NONCE_BYTES);
  return concatBytes(iv, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound }, key, data)));
}

/** What `close` was given; null where this key or binding is not its own. */
export async function open(closed: Bytes, key: CryptoKey, bound: Bytes): Promise<Bytes | null> {
  try {
    const nonce = { name: "AES-GCM", iv: closed.slice(0, NONCE_BYTES), additionalData: bound };
    return new Uint8Array(await crypto.subtle.decrypt(nonce, key, closed.slice(NONCE_BYTES)));
  } catch {
    return null;
  }
}

export async function openText(closed: Bytes, key: CryptoKey, bound: Bytes): Promise<string | null> {
  const plain = await open(closed, key, bound);
  return plain === null ? null : new TextDecoder().decode(plain);
}

/**
 * What the store keeps in place of a record's id. Without the id nobody can try plates against a body's hash,
 * which lies in clear: 74 bits of what is hashed are random.
 */
export async function recordToken({ index }: Pick<History, "index">, record: string): Promise<string> {
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", index, textBytes(record)));
  return toBase64url(mac.subarray(0, TOKEN_BYTES));
}

/** The tokens of these records; none while no shift is open. */
export async function recordTokens(history: History | null, records: readonly string[]): Promise<string[]> {
  return history === null ? [] : await Promise.all(records.map((record) => recordToken(history, record)));
}

/** A content key as the store keeps it. `wrapped`: by server, as SPEC S2 has it. */
export async function openingOf(
  environment: Pick<Environment, "random">,
  raw: Bytes,
  history: History,
  id: string,
  wrapped: Opening["wrapped"],
): Promise<Opening> {
  return { id, history_key_id: history.id, key: await close(environment, raw, history.key, textBytes(id)), wrapped };
}

export function importContentKey(raw: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** These rows with their texts; what this history does not open is left out. */
export async function openOwn(db: Database, rows: readonly StoredOwn[], history: History | null): Promise<OwnEvent[]> {
  if (history === null || rows.length === 0) return [];
  const device = (await readMeta(db, "enrolment"))?.device ?? "";
  const found = rows.map(async (row): Promise<OwnEvent | null> => {
    if (typeof row.body === "string") return null;
    const content = await contentKey(db, row.opening, history);
    const body = content === null ? null : await openText(row.body, content, bodyBinding(device, row.seq));
    return content === null || body === null ? null : { ...row, body, content };
  });
  return (await Promise.all(found)).filter((row) => row !== null);
}

/** These rows with their texts; what this history does not open is left out. */
export async function openPulled(rows: readonly StoredPulled[], history: History | null): Promise<PulledEvent[]> {
  if (history === null) return [];
  const found = rows.map(async (row): Promise<PulledEvent | null> => {
    const body = row.history_key_id === history.id ? await openText(row.body, history.key, row.hash) : null;
    return body === null ? null : { ...row, body };
  });
  return (await Promise.all(found)).filter((row) => row !== null);
}

function contentKey(db: Database, id: string, history: History): Promise<CryptoKey | null> {
  const held = OPENED.get(history.key) ?? new Map<string, Promise<CryptoKey | null>>();
  OPENED.set(history.key, held);
  const found = held.get(id) ?? readContentKey(db, id, history);
  held.set(id, found);
  // A reading that failed says nothing of the key.
  found.catch(() => held.delete(id));
  return found;
}

async function readContentKey(db: Database, id: string, history: History): Promise<CryptoKey | null> {
  const opening = await db.get("openings", id);
  if (opening === undefined || opening.history_key_id !== history.id) return null;
  const raw = await open(opening.key, history.key, textBytes(id));
  return raw === null ? null : await importContentKey(raw);
}
