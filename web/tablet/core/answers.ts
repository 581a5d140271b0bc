/** Writing a checked answer: standing, results, and the page with its window, all in one transaction. SPEC F4, F7–F11. */

import type { IDBPTransaction } from "idb";
import { observe, stampFromText, stampToText } from "../../shared/sync/clock.ts";
import { minus, noEvents, plus } from "../../shared/sync/digest.ts";
import { type Bytes, sameBytes } from "../../shared/sync/encoding.ts";
import { ref } from "../../shared/sync/events.ts";
import { authorOf } from "../../shared/sync/runs.ts";
import { checkDevice, type Database, type Head, type Meta, NO_WINDOW, type OwnEvent, type Schema, type StoredOwn, type StoredPulled, type Window } from "./db.ts";
import type { Standing } from "./standing.ts";

export const REPAIR_AFTER_MS = 10 * 60_000;
const CHUNK = 1000;

/** What the feed says of an own event. */
export interface OwnGiven {
  seq: number;
  n: number;
  branch: number;
  authority: number;
  received_ms: number;
}

/** One page, ready to be written. */
export interface Page {
  /** The window it was asked for: another one by now, and the page leaves a gap (SPEC F4). */
  asked: Pick<Window, "cursor" | "held_after" | "generation">;
  /** It does not follow from what is held: nothing of it is taken, all is read anew (SPEC F6). */
  breaks: boolean;
  reset: boolean;
  cursor: string | null;
  held_after: number | null;
  /** All that this tablet may have; null where the server does not say. */
  feeds: readonly string[] | null;
  /** Of the whole window, once there is no more. */
  digest: Bytes | null;
  received: readonly OwnGiven[];
  events: readonly StoredPulled[];
  /** "device:seq" of events whose person part was erased. */
  removals: readonly string[];
  /** The highest order stamp on it (SPEC C3). */
  order: bigint;
  /** What the server received before this, by its clock, is forgotten. */
  horizon_ms: number;
}

/** What an answer of a server changes, ready to be written. `page` is null where nothing was asked for. */
export interface Answer {
  /** By server: the one that answered, and one whose receipt it handed on. */
  standings: Readonly<Record<string, Standing>>;
  through: number;
  results: readonly { seq: number; state: OwnEvent["state"]; code: string | null }[];
  /** Codes of accepted events that a person has to know of: said once, so kept with the answer that said them. */
  alerts: readonly string[];
  page: Page | null;
  offset_ms: number;
  contact_ms: number;
}

type Stores = ("meta" | "own" | "pulled" | "erased")[];
type Writing = IDBPTransaction<Schema, Stores, "readwrite">;

/** Whether the feeds have to be read again from the start: they changed, or a digest disagreed. */
export async function storeAnswer(db: Database, device: string, answer: Answer): Promise<boolean> {
  const tx = db.transaction(["meta", "own", "pulled", "erased"] as Stores, "readwrite", { durability: "strict" });
  const meta = tx.objectStore("meta");
  // The request that fails says why; `done` would say it a second time to nobody.
  tx.done.catch(() => undefined);
  await checkDevice(meta, device);
  await storeResults(tx, answer);
  const alerts = ((await meta.get("alerts")) as Meta["alerts"] | undefined) ?? [];
  if (answer.alerts.some((code) => !alerts.includes(code))) {
    await meta.put([...new Set([...alerts, ...answer.alerts])], "alerts");
  }
  const standings = ((await meta.get("standings")) as Meta["standings"] | undefined) ?? {};
  await meta.put({ ...standings, ...answer.standings }, "standings");
  const anew = answer.page === null ? false : await storePage(tx, answer.page, answer.contact_ms);
  await meta.put(answer.offset_ms, "offset_ms");
  await meta.put(answer.contact_ms, "last_contact_ms");
  await tx.done;
  return anew;
}

/**
 * The sum of what is really there, written in place of the running one: a row that vanished shows (SPEC F9).
 * What the server received before `horizonMs` is forgotten, also where no server has answered since (F8).
 */
export async function recount(db: Database, horizonMs: number): Promise<void> {
  const tx = db.transaction(["meta", "own", "pulled", "erased"] as Stores, "readwrite", { durability: "strict" });
  const window = await windowOf(tx);
  const after = window.held_after ?? 0;
  const sum = plus(await sumOf(tx, "pulled", after), [await sumOf(tx, "own", after)]);
  const counted = await forget(tx, { ...window, sum }, horizonMs);
  await tx.objectStore("meta").put(counted, "window");
  await tx.done;
}

/** Drops what was pulled, to be read once more: what is held cannot be opened any longer. */
export async function readAnew(db: Database): Promise<void> {
  const tx = db.transaction(["meta", "own", "pulled", "erased"] as Stores, "readwrite", { durability: "strict" });
  await tx.objectStore("meta").put(await dropped(tx, await windowOf(tx)), "window");
  await tx.done;
}

/** Of the rows of a store that are in the window; a part at a time, for their texts fill the memory. */
async function sumOf(tx: Writing, store: "own" | "pulled", after: number): Promise<Bytes> {
  const index = tx.objectStore(store).index("n");
  let sum = noEvents();
  let last = after;
  for (;;) {
    const rows = await index.getAll(IDBKeyRange.lowerBound(last, true), CHUNK);
    sum = plus(sum, rows.map(({ hash }) => hash));
    if (rows.length < CHUNK) return sum;
    last = rows[rows.length - 1]?.n ?? last;
  }
}

async function storeResults(tx: Writing, { results, through }: Answer): Promise<void> {
  const own = tx.objectStore("own");
  // What a server lost it will judge anew: what its feed said of it before is void (SPEC F5).
  // Only what a feed gave has a number there: a long outbox is not walked through for each answer.
  const given = (await own.index("n").getAllKeys()).filter((seq) => seq > through);
  const lost = [...(await rowsOf(tx, given)).values()].filter((row) => row.given === true);
  await putAll(tx, lost.map((row) => ({ ...row, given: false })));
  const rows = await rowsOf(tx, results.map(({ seq }) => seq));
  const answered = results.flatMap(({ seq, state, code }) => {
    const row = rows.get(seq);
    // What the feed announced is newer than any answer that may have been on the way.
    return row === undefined || row.given === true ? [] : [{ ...row, state, code: state === "kept" ? null : code }];
  });
  await putAll(tx, answered);
}

/** The own rows of these numbers, asked for at once: one by one, hundreds take a busy tablet a second. */
async function rowsOf(tx: Writing, seqs: readonly number[]): Promise<Map<number, StoredOwn>> {
  const own = tx.objectStore("own");
  const rows = await Promise.all(seqs.map((seq) => own.get(seq)));
  return new Map(rows.flatMap((row) => (row === undefined ? [] : [[row.seq, row]])));
}

async function putAll(tx: Writing, rows: readonly StoredOwn[]): Promise<void> {
  const own = tx.objectStore("own");
  await Promise.all(rows.map((row) => own.put(row)));
}

async function storePage(tx: Writing, page: Page, nowMs: number): Promise<boolean> {
  const meta = tx.objectStore("meta");
  const before = await windowOf(tx);
  const { asked } = page;
  if (before.generation !== asked.generation || before.cursor !== asked.cursor || before.held_after !== asked.held_after) return false;
  if (page.breaks) {
    const due = await repairDue(tx, nowMs);
    if (due) await meta.put(await mended(tx, before, nowMs), "window");
    return due;
  }
  const start = page.reset ? await dropped(tx, before) : before;
  const { cursor, held_after } = page;
  const { sum, again } = await sumAfter(tx, start, page);
  await erase(tx, page.removals);
  let window = await forget(tx, { ...start, cursor, held_after, sum, again }, page.horizon_ms);
  const head = (await meta.get("head")) as Head | undefined;
  if (head !== undefined) {
    const stamp = stampToText(observe(stampFromText(head.stamp), page.order));
    if (stamp !== head.stamp) await meta.put({ ...head, stamp }, "head");
  }
  const repairs = page.digest !== null && !sameBytes(page.digest, sum) && (await repairDue(tx, nowMs));
  if (repairs) window = await mended(tx, window, nowMs);
  const feeds = page.feeds ?? window.feeds;
  const others = feeds.join() !== window.feeds.join();
  await meta.put({ ...window, feeds }, "window");
  return repairs || others;
}

/** Writes the page's events; the running sum after them, and how many were given again. */
async function sumAfter(tx: Writing, window: Window, page: Page): Promise<{ sum: Bytes; again: number }> {
  const pulled = tx.objectStore("pulled");
  const [was, is] = [window.held_after ?? 0, page.held_after ?? 0];
  const came: Bytes[] = [];
  const left: Bytes[] = [];
  let again = window.again ?? 0;
  const erased = new Set(await tx.objectStore("erased").getAllKeys());
  for (const event of page.events) {
    const held = await pulled.get([event.author, event.seq]);
    if (held !== undefined) left.push(held.hash);
    else if (event.n <= is) continue;
    came.push(event.hash);
    // An erasure outranks whoever offers the person part again (SPEC F10).
    const blank = erased.has(ref(event.author, event.seq)) ? { person: null } : {};
    await pulled.put({ ...event, ...blank, ...(held === undefined ? {} : { again: (again += 1) }) });
  }
  const rows = await rowsOf(tx, page.received.map(({ seq }) => seq));
  for (const { seq, ...given } of page.received) {
    const row = rows.get(seq);
    if (row === undefined) continue;
    if (row.n !== undefined && row.n > was) left.push(row.hash);
    if (given.n > is) came.push(row.hash);
    rows.set(seq, { ...row, ...given, given: true, state: "kept", code: null });
  }
  await putAll(tx, [...rows.values()]);
  return { sum: minus(plus(window.sum, came), left), again };
}

/** Blanks the person parts of these events, own and pulled, and remembers them; the commitments stay. */
async function erase(tx: Writing, removals: readonly string[]): Promise<void> {
  const own = tx.objectStore("own");
  const pulled = tx.objectStore("pulled");
  const device = ((await tx.objectStore("meta").get("enrolment")) as Meta["enrolment"] | undefined)?.device ?? "";
  for (const name of removals) {
    await tx.objectStore("erased").put(true, name);
    const [author = "", seq = ""] = name.split(":");
    const theirs = await pulled.get([author, Number(seq)]);
    if (theirs !== undefined) await pulled.put({ ...theirs, person: null });
    const mine = author.startsWith(device) ? await own.get(Number(seq)) : undefined;
    if (mine !== undefined && authorOf(device, mine.branch ?? 0) === author) await own.put({ ...mine, person: null, sealed: null });
  }
}

/**
 * Raises `held_after` over what the server received too long ago, from the old end only: what is held stays
 * one window. By the server's receipt time, for the writer's clock may say anything (SPEC F8).
 */
async function forget(tx: Writing, window: Window, horizonMs: number): Promise<Window> {
  const after = window.held_after;
  if (after === null || window.cursor === null) return window;
  const own = tx.objectStore("own").index("n");
  const pulled = tx.objectStore("pulled").index("n");
  let young = Number(window.cursor.slice(window.cursor.lastIndexOf(".") + 1)) + 1;
  let theirs = await pulled.openCursor();
  while (theirs !== null && theirs.value.received_ms < horizonMs) theirs = await theirs.continue();
  let mine = await own.openCursor(IDBKeyRange.lowerBound(after, true));
  while (mine !== null && (mine.value.received_ms ?? horizonMs) < horizonMs) mine = await mine.continue();
  for (const n of [theirs?.value.n, mine?.value.n]) if (n !== undefined) young = Math.min(young, n);
  const held_after = Math.max(after, young - 1);
  const left: Bytes[] = [];
  const past = IDBKeyRange.upperBound(held_after);
  for (let at = await pulled.openCursor(past); at !== null; at = await at.continue()) {
    left.push(at.value.hash);
    await at.delete();
  }
  if (held_after > after) {
    const passed = await own.getAll(IDBKeyRange.bound(after, held_after, true, false));
    left.push(...passed.map(({ hash }) => hash));
  }
  return { ...window, held_after, sum: minus(window.sum, left) };
}

/** A clock that was set back must not put a repair off for ever. */
async function repairDue(tx: Writing, nowMs: number): Promise<boolean> {
  const last = (await tx.objectStore("meta").get("repaired_ms")) as Meta["repaired_ms"] | undefined;
  return last === undefined || Math.abs(nowMs - last) >= REPAIR_AFTER_MS;
}

async function mended(tx: Writing, window: Window, nowMs: number): Promise<Window> {
  await tx.objectStore("meta").put(nowMs, "repaired_ms");
  return await dropped(tx, window);
}

/** Drops what was pulled; the outbox stays (SPEC F3). The window is empty then. */
async function dropped(tx: Writing, window: Window): Promise<Window> {
  await tx.objectStore("pulled").clear();
  for (let at = await tx.objectStore("own").index("n").openCursor(); at !== null; at = await at.continue()) {
    const { n: _n, ...row } = at.value;
    await at.update({ ...row, given: false });
  }
  return { ...window, cursor: null, held_after: null, sum: noEvents(), generation: window.generation + 1 };
}

async function windowOf(tx: Writing): Promise<Window> {
  return ((await tx.objectStore("meta").get("window")) as Window | undefined) ?? NO_WINDOW;
}
