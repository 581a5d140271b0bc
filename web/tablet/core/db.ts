/**
 * The tablet's store: what it wrote, what it pulled, its packs and a few single values.
 *
 * Nothing but the store may be awaited while a transaction is open: the browser ends a transaction that
 * has no request waiting, and then half of what belongs together is written. So bytes, hashes and
 * ciphertexts are made first (`append.ts`, `pull.ts`), and `tools/transactions.ts` checks this room.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { observe, stampFromText, stampToText } from "../../shared/sync/clock.ts";
import type { Bytes } from "../../shared/sync/encoding.ts";
import type { Checkpoint } from "./types.ts";

/** One of this tablet's own events, exactly as it is hashed. `person`: nonce ‖ AES-256-GCM, under the history key. */
export interface OwnEvent {
  seq: number;
  kind: string;
  record: string;
  body: string;
  time_ms: number;
  commitment: Bytes;
  hash: Bytes;
  person: Bytes | null;
  history_key_id: string | null;
  sealed: string | null;
  state: "kept" | "held" | "rejected";
  code: string | null;
  received_ms: number | null;
}

/** One event of another tablet. `record` is null where this version cannot read the body. */
export interface PulledEvent {
  n: number;
  device: string;
  seq: number;
  record: string | null;
  body: string;
  time_ms: number;
  received_ms: number;
  state: string;
  /** SPEC A6 and R7; absent where 0. */
  branch?: number;
  authority?: number;
  person: Bytes | null;
  commitment: Bytes | null;
  history_key_id: string | null;
}

export interface StoredPack {
  name: string;
  version: number;
  jws: string;
  /** Server time at which the server last said that this is the newest version. */
  confirmed_ms: number;
}

/** Who this tablet is and whose signatures it believes, since enrolment. */
export interface Enrolment {
  device: string;
  key: CryptoKeyPair;
  checkpoint: Checkpoint;
  server: string;
  root_key: JsonWebKey;
  sealing_key: JsonWebKey;
  receipt_key: JsonWebKey;
}

/** The end of the own chain: last number, its hash, and the clock (16 hex digits). */
export interface Head {
  seq: number;
  hash: Bytes;
  stamp: string;
}

/** The single values, by key of the store `meta`. */
export interface Meta {
  enrolment: Enrolment;
  head: Head;
  /** How far the server's last believed receipt reaches. */
  acked: { through: number; safe_through: number };
  cursor: string | null;
  offset_ms: number;
  last_contact_ms: number;
  pin: { failures: number; failed_ms: number };
  /** What a person still has to know after a restart: "device.revoked", "seal.text", … */
  alerts: readonly string[];
}

interface Schema extends DBSchema {
  meta: { key: string; value: Meta[keyof Meta] };
  own: { key: number; value: OwnEvent; indexes: { record: string; time_ms: number; state: string } };
  pulled: { key: number; value: PulledEvent; indexes: { record: string; time_ms: number } };
  packs: { key: string; value: StoredPack };
}

export type Database = IDBPDatabase<Schema>;

/** What an answer of the server changes, ready to be written. */
export interface Answer {
  acked: Meta["acked"];
  results: readonly { seq: number; state: "held" | "rejected"; code: string | null }[];
  /** The server's clock for own events that came back in the feed. */
  received: readonly { seq: number; received_ms: number; state: OwnEvent["state"] }[];
  reset: boolean;
  events: readonly PulledEvent[];
  removals: readonly { device: string; seq: number }[];
  /** Codes of accepted events that a person has to know of: said once, so kept with the answer that said them. */
  alerts: readonly string[];
  cursor: string | null;
  /** The highest order stamp on the page (SPEC C3). */
  order: bigint;
  offset_ms: number;
  contact_ms: number;
  /** Pulled events that happened before this are forgotten. */
  horizon_ms: number;
}

/** Opens the store. `onBlocking` is called when another tab needs a newer version of it. */
export function openDatabase(name: string, onBlocking: () => void): Promise<Database> {
  return openDB<Schema>(name, 1, {
    upgrade(db) {
      db.createObjectStore("meta");
      const own = db.createObjectStore("own", { keyPath: "seq" });
      own.createIndex("record", "record");
      own.createIndex("time_ms", "time_ms");
      own.createIndex("state", "state");
      const pulled = db.createObjectStore("pulled", { keyPath: "n" });
      pulled.createIndex("record", "record");
      pulled.createIndex("time_ms", "time_ms");
      db.createObjectStore("packs", { keyPath: "name" });
    },
    blocking: onBlocking,
  });
}

export async function readMeta<K extends keyof Meta>(db: Database, key: K): Promise<Meta[K] | null> {
  return ((await db.get("meta", key)) as Meta[K] | undefined) ?? null;
}

export async function writeMeta<K extends keyof Meta>(db: Database, key: K, value: Meta[K]): Promise<void> {
  const tx = db.transaction("meta", "readwrite", { durability: "strict" });
  await Promise.all([tx.store.put(value, key), tx.done]);
}

/** Begins a new device with an empty chain: everything an earlier enrolment left is dropped (SPEC H4). */
export async function beginEnrolment(db: Database, enrolment: Enrolment, head: Head, offsetMs: number): Promise<void> {
  const tx = db.transaction(["meta", "own", "pulled", "packs"], "readwrite", { durability: "strict" });
  const meta = tx.objectStore("meta");
  await Promise.all([
    tx.done,
    meta.clear(),
    tx.objectStore("own").clear(),
    tx.objectStore("pulled").clear(),
    tx.objectStore("packs").clear(),
    meta.put(enrolment, "enrolment"),
    meta.put(head, "head"),
    meta.put({ through: 0, safe_through: 0 }, "acked"),
    meta.put(null, "cursor"),
    meta.put(offsetMs, "offset_ms"),
  ]);
}

/**
 * Writes a prepared event and the head after it, on disk when this resolves; false when the head is no
 * longer the one it was prepared for.
 */
export async function appendEvent(db: Database, before: Head, row: OwnEvent, after: Head): Promise<boolean> {
  const tx = db.transaction(["meta", "own"], "readwrite", { durability: "strict" });
  const head = (await tx.objectStore("meta").get("head")) as Head | undefined;
  const unmoved = head !== undefined && head.seq === before.seq && head.stamp === before.stamp;
  if (!unmoved) {
    await tx.done;
    return false;
  }
  // A refused request also rejects `done`: awaited together, neither goes unhandled.
  await Promise.all([tx.objectStore("own").add(row), tx.objectStore("meta").put(after, "head"), tx.done]);
  return true;
}

/** Writes everything an answer says, the cursor with its page (SPEC F4). */
export async function storeAnswer(db: Database, answer: Answer): Promise<void> {
  const tx = db.transaction(["meta", "own", "pulled"], "readwrite", { durability: "strict" });
  const meta = tx.objectStore("meta");
  const own = tx.objectStore("own");
  const pulled = tx.objectStore("pulled");
  // The request that fails says why; `done` would say it a second time to nobody.
  tx.done.catch(() => undefined);
  if (answer.reset) await pulled.clear();
  for (const event of answer.events) await pulled.put(event);
  for (const { device, seq } of answer.removals) {
    for (let at = await pulled.openCursor(); at !== null; at = await at.continue()) {
      if (at.value.device === device && at.value.seq === seq) await at.update({ ...at.value, person: null });
    }
  }
  const past = IDBKeyRange.upperBound(answer.horizon_ms);
  for (let at = await pulled.index("time_ms").openCursor(past); at !== null; at = await at.continue()) {
    await at.delete();
  }
  for (const { seq, state, code } of answer.results) {
    const row = await own.get(seq);
    if (row !== undefined) await own.put({ ...row, state, code });
  }
  for (const { seq, received_ms, state } of answer.received) {
    const row = await own.get(seq);
    if (row !== undefined) {
      await own.put({ ...row, received_ms, state, code: state === "kept" ? null : row.code });
    }
  }
  const head = (await meta.get("head")) as Head | undefined;
  if (head !== undefined) {
    const stamp = stampToText(observe(stampFromText(head.stamp), answer.order));
    if (stamp !== head.stamp) await meta.put({ ...head, stamp }, "head");
  }
  const alerts = ((await meta.get("alerts")) as Meta["alerts"] | undefined) ?? [];
  if (answer.alerts.some((code) => !alerts.includes(code))) {
    await meta.put([...new Set([...alerts, ...answer.alerts])], "alerts");
  }
  await meta.put(answer.acked, "acked");
  await meta.put(answer.cursor, "cursor");
  await meta.put(answer.offset_ms, "offset_ms");
  await meta.put(answer.contact_ms, "last_contact_ms");
  await tx.done;
}

/** Keeps an alert over a restart, until somebody enrols the tablet again. */
export async function keepAlert(db: Database, code: string): Promise<void> {
  const tx = db.transaction("meta", "readwrite", { durability: "strict" });
  const alerts = ((await tx.store.get("alerts")) as Meta["alerts"] | undefined) ?? [];
  if (!alerts.includes(code)) await tx.store.put([...alerts, code], "alerts");
  await tx.done;
}

/** Puts a pack in force unless a newer one already is; false then (no rollback). */
export async function storePack(db: Database, pack: StoredPack): Promise<boolean> {
  const tx = db.transaction("packs", "readwrite", { durability: "strict" });
  const held = await tx.store.get(pack.name);
  const newer = held === undefined || pack.version >= held.version;
  if (newer) await tx.store.put(pack);
  await tx.done;
  return newer;
}

/** Own events after `through`, oldest first, as far as `count` events or `characters` of text reach. */
export async function ownAfter(
  db: Database,
  through: number,
  count: number,
  characters: number,
): Promise<OwnEvent[]> {
  const tx = db.transaction("own", "readonly");
  const found: OwnEvent[] = [];
  let size = 0;
  let at = await tx.store.openCursor(IDBKeyRange.lowerBound(through, true));
  while (at !== null && found.length < count) {
    size += at.value.body.length + (at.value.sealed?.length ?? 0) + 100;
    if (found.length > 0 && size > characters) break;
    found.push(at.value);
    at = await at.continue();
  }
  await tx.done;
  return found;
}

/** The newest own and pulled events, newest first, at most `count` of each. */
export async function newestEvents(db: Database, count: number): Promise<{ own: OwnEvent[]; pulled: PulledEvent[] }> {
  const tx = db.transaction(["own", "pulled"], "readonly");
  const own: OwnEvent[] = [];
  const pulled: PulledEvent[] = [];
  let mine = await tx.objectStore("own").index("time_ms").openCursor(null, "prev");
  while (mine !== null && own.length < count) {
    own.push(mine.value);
    mine = await mine.continue();
  }
  let theirs = await tx.objectStore("pulled").index("time_ms").openCursor(null, "prev");
  while (theirs !== null && pulled.length < count) {
    pulled.push(theirs.value);
    theirs = await theirs.continue();
  }
  await tx.done;
  return { own, pulled };
}

/** All events of the given records. */
export async function eventsOf(
  db: Database,
  records: readonly string[],
): Promise<{ own: OwnEvent[]; pulled: PulledEvent[] }> {
  const tx = db.transaction(["own", "pulled"], "readonly");
  const own = tx.objectStore("own").index("record");
  const pulled = tx.objectStore("pulled").index("record");
  const [mine, theirs] = await Promise.all([
    Promise.all(records.map((record) => own.getAll(record))),
    Promise.all(records.map((record) => pulled.getAll(record))),
    tx.done,
  ]);
  return { own: mine.flat(), pulled: theirs.flat() };
}

/** Figures for the state: unsent, the oldest of them, held and rejected own events. */
export async function counts(
  db: Database,
): Promise<{ unsent: number; oldest_unsent_ms: number | null; held: number; rejected: number }> {
  const tx = db.transaction(["meta", "own"], "readonly");
  const own = tx.objectStore("own");
  const head = (await tx.objectStore("meta").get("head")) as Head | undefined;
  const acked = (await tx.objectStore("meta").get("acked")) as Meta["acked"] | undefined;
  const through = acked?.through ?? 0;
  const oldest = await own.get(through + 1);
  const held = await own.index("state").count("held");
  const rejected = await own.index("state").count("rejected");
  await tx.done;
  return { unsent: Math.max(0, (head?.seq ?? 0) - through), oldest_unsent_ms: oldest?.time_ms ?? null, held, rejected };
}
