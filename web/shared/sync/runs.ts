/**
 * Runs: how a feed gives events. Contiguous events of one device under one envelope, as they lie.
 *
 * Nothing derivable is sent, so nothing derivable is believed: numbers, hashes, commitments and order are
 * made again from the texts. Twin of sync/runs.py. SPEC F6.
 */

import { MAX_BODY_CHARS, MAX_PERSON_CHARS } from "./batch.ts";
import { commitment, eventHash, HASH_BYTES, noPerson } from "./chain.ts";
import { type Bytes, fromBase64url, sameBytes } from "./encoding.ts";
import { SyncError } from "./errors.ts";
import { isObject } from "./events.ts";
import type { GivenRun, Unread } from "../wire/api.ts";

export const MAX_RUN_EVENTS = 250;
/** Of the bodies of one run together. */
export const MAX_RUN_CHARS = 256 * 1024;
const MAX_BRANCH = 1 << 16;
const MAX_MS = 2 ** 46;
const NAME = /^[a-z0-9-]{1,64}$/;
const RANKS = /^[0-9]+$/;

/** One event of a feed, its hash made again from what came. `n`: its number on that server. */
export interface GivenEvent {
  n: number;
  device: string;
  /** The device, or the name of a cloned device's further branch (SPEC A6). */
  author: string;
  seq: number;
  branch: number;
  previous: Bytes;
  hash: Bytes;
  body: string;
  /** null where withheld, erased or none. */
  person: string | null;
  commitment: Bytes;
  server: string;
  received_ms: number;
  /** The rank the server verified at acceptance (SPEC R7). */
  authority: number;
}

/** The device; a cloned device's further branches get a name that no `device:seq` shares. */
export function authorOf(device: string, branch: number): string {
  return branch === 0 ? device : `${device}-b${branch}`;
}

/**
 * The events of a run in its JSON value. Throws SyncError("answer.shape" | "event.text").
 *
 * `n` is the number of the last one. A run that is announced again under new numbers (A3) says in `again`
 * which number its last event had at first: there a reader counts it (F9).
 */
export async function readRun(item: unknown): Promise<GivenEvent[]> {
  if (!isObject(item)) throw misshapen("runs");
  return await eventsOf(item);
}

async function eventsOf(item: Unread<GivenRun>): Promise<GivenEvent[]> {
  const bodies = bodiesOf(item.bodies);
  const count = bodies.length;
  const persons = personsOf(item.persons, count);
  const committed = commitmentsOf(item.commitments, count);
  const ranks = ranksOf(item.ranks, count);
  const device = nameOf(item, "device");
  const server = nameOf(item, "server");
  const first = countOf(item, "first", 1, Number.MAX_SAFE_INTEGER - count);
  const branch = item.branch === undefined ? 0 : countOf(item, "branch", 1, MAX_BRANCH);
  const received_ms = countOf(item, "received", 0, MAX_MS);
  let last = countOf(item, "n", count, Number.MAX_SAFE_INTEGER);
  if (item.again !== undefined) last = countOf(item, "again", count, last - 1);
  const author = authorOf(device, branch);
  // The commitments do not wait for each other; the hashes do.
  const held = await Promise.all(
    bodies.map(async (_, at) => {
      const person = persons[at] ?? null;
      return person === null ? (committed[at] ?? noPerson()) : await commitment(person);
    }),
  );
  const events: GivenEvent[] = [];
  let previous = bytesOf(item.previous, HASH_BYTES, "previous");
  for (const [at, body] of bodies.entries()) {
    const one = held[at] ?? noPerson();
    const hash = await eventHash(previous, body, one);
    const place = { n: last - count + 1 + at, device, author, seq: first + at, branch };
    const texts = { body, person: persons[at] ?? null, commitment: one };
    events.push({ ...place, previous, hash, ...texts, server, received_ms, authority: ranks[at] ?? 0 });
    previous = hash;
  }
  return events;
}

/** What two events have to share to stand beside each other, or in each other's place, on a branch. */
export type Link = Pick<GivenEvent, "author" | "seq" | "previous" | "hash">;

/**
 * Each event follows from its neighbours on the same branch, or SyncError("answer.chain") (SPEC H3).
 *
 * `held`: the neighbours that the reader has already.
 */
export function checkLinks(events: readonly Link[], held: readonly Link[]): void {
  const known = new Map(held.map((one) => [`${one.author}:${one.seq}`, one]));
  for (const one of events) {
    for (const at of [-1, 0, 1]) {
      const near = known.get(`${one.author}:${one.seq + at}`);
      if (near !== undefined && !links(one, near, at)) throw new SyncError("answer.chain", "H3", one.seq);
    }
    known.set(`${one.author}:${one.seq}`, one);
  }
}

function links(one: Link, near: Link, at: number): boolean {
  if (at === 0) return sameBytes(one.hash, near.hash);
  return at < 0 ? sameBytes(near.hash, one.previous) : sameBytes(near.previous, one.hash);
}

function bodiesOf(value: unknown): string[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_RUN_EVENTS) throw misshapen("bodies");
  let chars = 0;
  for (const body of value as unknown[]) {
    if (typeof body !== "string" || characters(body, MAX_BODY_CHARS) > MAX_BODY_CHARS) throw misshapen("bodies");
    chars += characters(body, 0);
  }
  if (chars > MAX_RUN_CHARS) throw misshapen("bodies");
  return value as string[];
}

function personsOf(value: unknown, count: number): (string | null)[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length !== count) throw misshapen("persons");
  for (const person of value as unknown[]) {
    const text = typeof person === "string" && characters(person, MAX_PERSON_CHARS) <= MAX_PERSON_CHARS;
    if (!text && person !== null) throw misshapen("persons");
  }
  return value as (string | null)[];
}

/** As Python counts them: pairs once. A text whose units do not exceed `enough` is not walked. */
function characters(text: string, enough: number): number {
  if (text.length <= enough || text.length > 2 * MAX_RUN_CHARS) return text.length;
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0xdc00 || unit > 0xdfff) count += 1;
  }
  return count;
}

function commitmentsOf(value: unknown, count: number): Bytes[] {
  if (value === undefined) return [];
  const data = bytesOf(value, HASH_BYTES * count, "commitments");
  return Array.from({ length: count }, (_, at) => data.slice(HASH_BYTES * at, HASH_BYTES * (at + 1)));
}

function ranksOf(value: unknown, count: number): number[] {
  const shaped = typeof value === "string" && (value.length === 1 || value.length === count) && RANKS.test(value);
  if (!shaped) throw misshapen("ranks");
  return Array.from({ length: count }, (_, at) => Number(value[value.length === 1 ? 0 : at]));
}

function nameOf(item: Unread<GivenRun>, name: keyof GivenRun): string {
  const value = item[name];
  if (typeof value !== "string" || !NAME.test(value)) throw misshapen(name);
  return value;
}

function countOf(item: Unread<GivenRun>, name: keyof GivenRun, least: number, most: number): number {
  const value = item[name];
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) throw misshapen(name);
  return value as number;
}

function bytesOf(value: unknown, length: number, name: string): Bytes {
  try {
    return fromBase64url(value, length);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    throw misshapen(name);
  }
}

function misshapen(at: string): SyncError {
  return new SyncError("answer.shape", "F6", at);
}
