/**
 * The tablet's store: what it wrote, what it pulled, its packs and a few single values.
 *
 * Nothing but the store may be awaited while a transaction is open: the browser ends a transaction that
 * has no request waiting, and then half of what belongs together is written. So bytes, hashes and
 * ciphertexts are made first (`append.ts`, `pull.ts`), and `tools/transactions.ts` checks this room.
 */

import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import { noEvents } from "../../shared/sync/digest.ts";
import type { Bytes } from "../../shared/sync/encoding.ts";
import { drainedOf, type Standing } from "./standing.ts";
import { CoreError } from "./core_error.ts";
import type { Checkpoint } from "./vocabulary.ts";

/**
 * One of this tablet's own events on disk. `body` and `person`: nonce ‖ AES-256-GCM of the exact texts that are
 * hashed, under the content key of `opening` (at_rest.ts opens them).
 */
export interface StoredOwn {
  seq: number;
  kind: string;
  /** In place of the record's id (`recordToken`). */
  token: string;
  /** Text in a row that a version before 3 wrote, until a shift is opened (closing.ts). */
  body: Bytes | string;
  opening: string;
  time_ms: number;
  commitment: Bytes;
  hash: Bytes;
  person: Bytes | null;
  /** Of a version before 3: `person` is then under this history key, and sealed once more for the server. */
  history_key_id: string | null;
  sealed: string | null;
  state: "kept" | "held" | "rejected";
  code: string | null;
  received_ms: number | null;
  /** Once it came back in the feed: its number there, and what the server ranked it (SPEC A6, R7). */
  n?: number;
  branch?: number;
  authority?: number;
  /** The feed gave it since the server last began anew, and outranks an answer still on its way. */
  given?: boolean;
}

/** An own event while a shift is open. `content` opens its person part. */
export interface OwnEvent extends StoredOwn {
  body: string;
  content: CryptoKey;
}

/**
 * One event of another tablet, or of this one's clone. `body` and `person` are closed under the history key;
 * `token` and `kind` are null where this version cannot read the body.
 */
export interface StoredPulled {
  author: string;
  seq: number;
  n: number;
  device: string;
  previous: Bytes;
  hash: Bytes;
  kind: string | null;
  token: string | null;
  body: Bytes;
  time_ms: number;
  received_ms: number;
  authority: number;
  person: Bytes | null;
  commitment: Bytes;
  history_key_id: string;
  /** Given again under its old number: with a person part, another rank (SPEC F6). Counts up over all of them. */
  again?: number;
}

/** The same while a shift is open. */
export interface PulledEvent extends Omit<StoredPulled, "body"> {
  body: string;
}

/** The content key of one opening of a shift: nonce ‖ AES-256-GCM under the history key, and wrapped for servers. */
export interface Opening {
  id: string;
  history_key_id: string;
  key: Bytes;
  /** Server id → SPEC S2. */
  wrapped: Readonly<Record<string, string>>;
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

/** What is held of the feeds: the events after `held_after` up to the cursor, and their sum (SPEC F7, F9). */
export interface Window {
  cursor: string | null;
  held_after: number | null;
  feeds: readonly string[];
  sum: Bytes;
  /** Rises whenever what was pulled is dropped: numbers then count something else. */
  generation: number;
  /** How many events were given again so far. */
  again?: number;
}

/** The single values, by key of the store `meta`. */
/** Where the running wave begins in the own chain; a hint, which the chain itself confirms. */
export interface WaveMark {
  record: string;
  /** The own event before it. */
  after: number;
}

export interface Meta {
  enrolment: Enrolment;
  head: Head;
  /** What each server said of this tablet's chain, by server id. */
  standings: Readonly<Record<string, Standing>>;
  window: Window;
  /** Since when another server than the first of the list is talked to (SPEC P9), and what those before it did wrong. */
  in_use: { server: string; since_ms: number; wrong: readonly string[] };
  /** By server id: what a locked tablet seals bodies to, besides the home server's key (SPEC S4). */
  sealing_keys: Readonly<Record<string, JsonWebKey>>;
  /** Since when this tablet is being wiped (SPEC Q4). */
  wiping: { since_ms: number };
  /** Under which history key what was pulled is closed. */
  history_key_id: string;
  repaired_ms: number;
  offset_ms: number;
  last_contact_ms: number;
  pin: { failures: number; failed_ms: number };
  wave: WaveMark;
  /** The shifts this tablet wrote to, newest first; a hint, the events say the rest. */
  shifts: readonly string[];
  /** What a person still has to know after a restart: "device.revoked", "seal.text", … */
  alerts: readonly string[];
  /** Record ids of the pack's alerts that somebody has read on this tablet. */
  alerts_seen: readonly string[];
}

export interface Schema extends DBSchema {
  meta: { key: string; value: Meta[keyof Meta] };
  own: { key: number; value: StoredOwn; indexes: { token: string; time_ms: number; state: string; n: number } };
  pulled: {
    key: [string, number];
    value: StoredPulled;
    indexes: { token: string; time_ms: number; n: number; kind: string; again: number };
  };
  openings: { key: string; value: Opening };
  packs: { key: string; value: StoredPack };
  /** "device:seq" of events whose person part must not be held again (SPEC F10). */
  erased: { key: string; value: true };
}

export type Database = IDBPDatabase<Schema>;
type Upgrade = IDBPTransaction<Schema, ("meta" | "own" | "pulled" | "packs" | "openings" | "erased")[], "versionchange">;

export const NO_WINDOW: Window = { cursor: null, held_after: null, feeds: [], sum: noEvents(), generation: 0 };

/** Opens the store. `onBlocking` is called when another tab needs a newer version of it. */
export function openDatabase(name: string, onBlocking: () => void): Promise<Database> {
  return openDB<Schema>(name, 4, {
    async upgrade(db, oldVersion, _newVersion, tx) {
      if (oldVersion < 1) {
        db.createObjectStore("meta");
        const own = db.createObjectStore("own", { keyPath: "seq" });
        own.createIndex("time_ms", "time_ms");
        own.createIndex("state", "state");
        db.createObjectStore("packs", { keyPath: "name" });
      }
      if (oldVersion < 2) {
        tx.objectStore("own").createIndex("n", "n");
        db.createObjectStore("erased");
      }
      if (oldVersion < 3) {
        db.createObjectStore("openings", { keyPath: "id" });
        const own = tx.objectStore("own");
        if ([...own.indexNames].includes("record" as "token")) own.deleteIndex("record");
        own.createIndex("token", "token");
        if (oldVersion > 0) db.deleteObjectStore("pulled");
        const pulled = db.createObjectStore("pulled", { keyPath: ["author", "seq"] });
        for (const index of ["token", "time_ms", "n", "kind"] as const) pulled.createIndex(index, index);
        if (oldVersion === 1) await fromVersion1(tx);
        if (oldVersion === 2) await fromVersion2(tx);
      }
      if (oldVersion < 4) tx.objectStore("pulled").createIndex("again", "again");
    },
    blocking: onBlocking,
  });
}

/** A browser in private mode, or a store of a newer program, has none for us: null, and `alert` is told why. */
export async function openStore(name: string, alert: (code: string) => void): Promise<Database | null> {
  try {
    const database = await openDatabase(name, () => {
      // Another tab has a newer program: it needs the store, and this one must not write on.
      database.close();
      alert("storage.outdated");
    });
    return database;
  } catch {
    alert("storage.failed");
    return null;
  }
}

/** The outbox and its receipts stay; what was pulled comes again in its new form. */
async function fromVersion1(tx: Upgrade): Promise<void> {
  const meta = tx.objectStore("meta");
  const enrolment = (await meta.get("enrolment")) as Enrolment | undefined;
  const acked = (await meta.get("acked")) as unknown as { through: number; safe_through: number } | undefined;
  await meta.delete("acked");
  await meta.delete("cursor");
  if (enrolment === undefined) return;
  const { through, safe_through } = acked ?? { through: 0, safe_through: 0 };
  const standing: Standing = { level: "home", through, safe_through, answered: through, told_ms: 0 };
  await meta.put({ [enrolment.server]: standing }, "standings");
  await meta.put(windowOf(enrolment), "window");
}

/** What was pulled in clear comes again and is closed; what was written is closed by the next shift (closing.ts). */
async function fromVersion2(tx: Upgrade): Promise<void> {
  const meta = tx.objectStore("meta");
  const window = (await meta.get("window")) as Window | undefined;
  if (window === undefined) return;
  for (let at = await tx.objectStore("own").openCursor(); at !== null; at = await at.continue()) {
    const { n: _n, ...row } = at.value;
    await at.update({ ...row, given: false });
  }
  const fresh = { cursor: null, held_after: null, sum: noEvents(), generation: window.generation + 1 };
  await meta.put({ ...window, ...fresh }, "window");
}

/** Nothing of the feeds yet; the own checkpoint's is asked for until the server names more (SPEC F11). */
function windowOf(enrolment: Enrolment): Window {
  return { ...NO_WINDOW, feeds: [`checkpoint:${enrolment.checkpoint.id}`] };
}

export async function readMeta<K extends keyof Meta>(db: Database, key: K): Promise<Meta[K] | null> {
  return ((await db.get("meta", key)) as Meta[K] | undefined) ?? null;
}

export async function writeMeta<K extends keyof Meta>(db: Database, key: K, value: Meta[K]): Promise<void> {
  const tx = db.transaction("meta", "readwrite", { durability: "strict" });
  await Promise.all([tx.store.put(value, key), tx.done]);
}

/**
 * Begins a new device with an empty chain: everything an earlier enrolment left is dropped (SPEC H4).
 *
 * Throws CoreError("enrolment.unsent") where that would drop what no server holds (SPEC O9).
 */
export async function beginEnrolment(db: Database, enrolment: Enrolment, head: Head, offsetMs: number): Promise<void> {
  const tx = db.transaction(["meta", "own", "pulled", "packs", "openings", "erased"], "readwrite", { durability: "strict" });
  const meta = tx.objectStore("meta");
  const written = ((await meta.get("head")) as Head | undefined)?.seq ?? 0;
  const standings = ((await meta.get("standings")) as Meta["standings"] | undefined) ?? {};
  const unsent = written - drainedOf(written, Object.values(standings)).relay;
  if (unsent > 0) {
    await tx.done;
    throw new CoreError("enrolment.unsent", unsent);
  }
  await Promise.all([
    tx.done,
    meta.clear(),
    tx.objectStore("own").clear(),
    tx.objectStore("pulled").clear(),
    tx.objectStore("packs").clear(),
    tx.objectStore("openings").clear(),
    tx.objectStore("erased").clear(),
    meta.put(enrolment, "enrolment"),
    meta.put(head, "head"),
    meta.put({}, "standings"),
    meta.put(windowOf(enrolment), "window"),
    meta.put(offsetMs, "offset_ms"),
  ]);
}

/** Throws CoreError("enrolment.changed") when another tab has made another device of this tablet (SPEC O10). */
export async function checkDevice(
  meta: { get(key: "enrolment"): Promise<Meta[keyof Meta] | undefined> },
  device: string,
): Promise<void> {
  const enrolment = (await meta.get("enrolment")) as Enrolment | undefined;
  if (enrolment?.device !== device) throw new CoreError("enrolment.changed");
}

/**
 * Writes a prepared event and the head after it, on disk when this resolves (SPEC O6); false when the head
 * is no longer the one it was prepared for. Throws what ended the transaction, and then nothing is written.
 */
export async function appendEvent(db: Database, device: string, before: Head, row: StoredOwn, after: Head): Promise<boolean> {
  const tx = db.transaction(["meta", "own"], "readwrite", { durability: "strict" });
  tx.done.catch(() => undefined);
  const meta = tx.objectStore("meta");
  await checkDevice(meta, device);
  const head = (await meta.get("head")) as Head | undefined;
  const unmoved = head !== undefined && head.seq === before.seq && head.stamp === before.stamp;
  if (!unmoved) {
    await tx.done;
    return false;
  }
  try {
    await Promise.all([tx.objectStore("own").add(row), meta.put(after, "head"), tx.done]);
  } catch (error) {
    // A request that went down with its transaction only says so; a full store is the transaction's own error.
    throw tx.error ?? error;
  }
  return true;
}

/** Keeps an alert over a restart, until somebody enrols the tablet again. */
export async function keepAlert(db: Database, code: string): Promise<void> {
  const tx = db.transaction("meta", "readwrite", { durability: "strict" });
  const alerts = ((await tx.store.get("alerts")) as Meta["alerts"] | undefined) ?? [];
  if (!alerts.includes(code)) await tx.store.put([...alerts, code], "alerts");
  await tx.done;
}

/** Puts a pack in force unless a newer one already is; false then (no rollback). */
export async function storePack(db: Database, device: string, pack: StoredPack): Promise<boolean> {
  const tx = db.transaction(["meta", "packs"], "readwrite", { durability: "strict" });
  const meta = tx.objectStore("meta");
  await checkDevice(meta, device);
  const held = await tx.objectStore("packs").get(pack.name);
  const newer = held === undefined || pack.version >= held.version;
  if (newer) await tx.objectStore("packs").put(pack);
  await tx.done;
  return newer;
}

/** The server has said once more that this is the newest version; nothing where another one is held by now, or none. */
export async function confirmPack(db: Database, device: string, { name, version }: StoredPack, confirmed_ms: number): Promise<void> {
  const tx = db.transaction(["meta", "packs"], "readwrite");
  const meta = tx.objectStore("meta");
  await checkDevice(meta, device);
  const held = await tx.objectStore("packs").get(name);
  if (held?.version === version) await tx.objectStore("packs").put({ ...held, confirmed_ms });
  await tx.done;
}
