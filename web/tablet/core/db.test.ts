/** One transaction a save: all of it or nothing. */

import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { appendEvent, beginEnrolment, type Database, type Head, openDatabase, type OwnEvent, readMeta, storePack } from "./db.ts";
import { retryDelayMs } from "./loop.ts";

const EMPTY: Head = { seq: 0, hash: new Uint8Array(32), stamp: "0000000000000000" };
let db: Database;
let databases = 0;

beforeEach(async () => {
  db = await openDatabase(`db-${(databases += 1)}`, () => {});
  await beginEnrolment(db, { device: "d", checkpoint: { id: "hd-ql6" } } as never, EMPTY, 0);
});

function rowOf(seq: number): OwnEvent {
  const bytes = new Uint8Array(32).fill(seq);
  const texts = { kind: "crossing", record: `r-${seq}`, body: `body ${seq}`, code: null };
  const person = { person: null, history_key_id: null, sealed: null };
  return { ...texts, ...person, seq, time_ms: seq, commitment: bytes, hash: bytes, state: "kept", received_ms: null };
}

function headOf(seq: number): Head {
  return { seq, hash: new Uint8Array(32).fill(seq), stamp: `000000000000000${seq}` };
}

test("an event and the head after it are written together", async () => {
  expect(await appendEvent(db, EMPTY, rowOf(1), headOf(1))).toBe(true);
  expect(await readMeta(db, "head")).toEqual(headOf(1));
  expect(await db.get("own", 1)).toEqual(rowOf(1));
});

test("a head that has moved writes nothing", async () => {
  await appendEvent(db, EMPTY, rowOf(1), headOf(1));
  expect(await appendEvent(db, EMPTY, { ...rowOf(1), body: "other" }, headOf(1))).toBe(false);
  expect(await appendEvent(db, { ...headOf(1), stamp: "0000000000000009" }, rowOf(2), headOf(2))).toBe(false);
  expect(await db.getAll("own")).toEqual([rowOf(1)]);
  expect(await readMeta(db, "head")).toEqual(headOf(1));
});

test("an event that cannot be written leaves the head where it was", async () => {
  await appendEvent(db, EMPTY, rowOf(1), headOf(1));
  // The number is taken already: the store refuses the row, and the head goes back with it.
  await expect(appendEvent(db, headOf(1), rowOf(1), headOf(2))).rejects.toThrow();
  expect(await readMeta(db, "head")).toEqual(headOf(1));
  expect(await db.getAll("own")).toEqual([rowOf(1)]);
});

test("a new enrolment begins with nothing of the old one", async () => {
  await appendEvent(db, EMPTY, rowOf(1), headOf(1));
  await beginEnrolment(db, { device: "e", checkpoint: { id: "hd-ql6" } } as never, EMPTY, 5);
  expect(await db.count("own")).toBe(0);
  expect(await readMeta(db, "head")).toEqual(EMPTY);
});

test("an older pack never replaces a newer one", async () => {
  const pack = { name: "rules", version: 2, jws: "two", confirmed_ms: 1 };
  expect(await storePack(db, pack)).toBe(true);
  expect(await storePack(db, { ...pack, version: 1, jws: "one" })).toBe(false);
  expect(await db.get("packs", "rules")).toEqual(pack);
});

test("a retry never comes before the server's Retry-After, and the wait has an end", () => {
  expect(retryDelayMs(1, 0, 0)).toBe(1000);
  expect(retryDelayMs(1, 0, 60_000)).toBe(60_000);
  expect(retryDelayMs(500, 0.999, 0)).toBeLessThanOrEqual(300_000);
});
