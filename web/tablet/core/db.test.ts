/** One transaction a save: all of it or nothing. */

import "fake-indexeddb/auto";
import { openDB } from "idb";
import { beforeEach, expect, test, vi } from "vitest";
import { storeAnswer } from "./answers.ts";
import { appendEvent, beginEnrolment, confirmPack, type Database, type Head, openDatabase, readMeta, type StoredOwn, storePack, writeMeta } from "./db.ts";
import { counts } from "./lookups.ts";

const EMPTY: Head = { seq: 0, hash: new Uint8Array(32), stamp: "0000000000000000" };
let db: Database;
let databases = 0;

beforeEach(async () => {
  db = await openDatabase(`db-${(databases += 1)}`, () => {});
  await beginEnrolment(db, { device: "d", checkpoint: { id: "hd-ql6" } } as never, EMPTY, 0);
});

function rowOf(seq: number): StoredOwn {
  const bytes = new Uint8Array(32).fill(seq);
  const texts = { kind: "crossing", token: `r-${seq}`, body: bytes, opening: "o", code: null };
  const person = { person: null, history_key_id: null, sealed: null };
  return { ...texts, ...person, seq, time_ms: seq, commitment: bytes, hash: bytes, state: "kept", received_ms: null };
}

function headOf(seq: number): Head {
  return { seq, hash: new Uint8Array(32).fill(seq), stamp: `000000000000000${seq}` };
}

test("O6 an event and the head after it are written together", async () => {
  expect(await appendEvent(db, "d", EMPTY, rowOf(1), headOf(1))).toBe(true);
  expect(await readMeta(db, "head")).toEqual(headOf(1));
  expect(await db.get("own", 1)).toEqual(rowOf(1));
});

test("O10 another device of this tablet writes nothing here", async () => {
  const wrong = { code: "enrolment.changed" };
  await expect(appendEvent(db, "c", EMPTY, rowOf(1), headOf(1))).rejects.toMatchObject(wrong);
  await expect(storeAnswer(db, "c", { standings: {} } as never)).rejects.toMatchObject(wrong);
  const pack = { name: "rules", version: 2, jws: "two", confirmed_ms: 1 };
  await expect(storePack(db, "c", pack)).rejects.toMatchObject(wrong);
  await expect(confirmPack(db, "c", pack, 2)).rejects.toMatchObject(wrong);
  await confirmPack(db, "d", pack, 2);
  expect([await db.count("own"), await db.count("packs"), await readMeta(db, "head"), await readMeta(db, "standings")]).toEqual([0, 0, EMPTY, {}]);
});

test("O9 an enrolment that would drop unsent events begins nothing", async () => {
  await appendEvent(db, "d", EMPTY, rowOf(1), headOf(1));
  const next = { device: "e", checkpoint: { id: "hd-ql6" } } as never;
  await expect(beginEnrolment(db, next, EMPTY, 5)).rejects.toMatchObject({ code: "enrolment.unsent", at: 1 });
  expect(await db.getAll("own")).toEqual([rowOf(1)]);
  expect((await readMeta(db, "enrolment"))?.device).toBe("d");
});

test("a head that has moved writes nothing", async () => {
  await appendEvent(db, "d", EMPTY, rowOf(1), headOf(1));
  expect(await appendEvent(db, "d", EMPTY, { ...rowOf(1), body: "other" }, headOf(1))).toBe(false);
  expect(await appendEvent(db, "d", { ...headOf(1), stamp: "0000000000000009" }, rowOf(2), headOf(2))).toBe(false);
  expect(await db.getAll("own")).toEqual([rowOf(1)]);
  expect(await readMeta(db, "head")).toEqual(headOf(1));
});

test("O6 an event that cannot be written leaves the head where it was", async () => {
  await appendEvent(db, "d", EMPTY, rowOf(1), headOf(1));
  // The number is taken already: the store refuses the row, and the head goes back with it.
  await expect(appendEvent(db, "d", headOf(1), rowOf(1), headOf(2))).rejects.toThrow();
  expect(await readMeta(db, "head")).toEqual(headOf(1));
  expect(await db.getAll("own")).toEqual([rowOf(1)]);
});

test("a new enrolment begins with nothing of the old one", async () => {
  await appendEvent(db, "d", EMPTY, rowOf(1), headOf(1));
  const sent = { level: "home", through: 1, safe_through: 0, answered: 1, told_ms: 0 } as const;
  await writeMeta(db, "standings", { s: sent });
  await beginEnrolment(db, { device: "e", checkpoint: { id: "hd-ql6" } } as never, EMPTY, 5);
  expect(await db.count("own")).toBe(0);
  expect(await readMeta(db, "head")).toEqual(EMPTY);
});

test("O6 every write of the outbox asks for the disk", async () => {
  const asked: unknown[] = [];
  const open = IDBDatabase.prototype.transaction;
  vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...how) {
    if (how[1] === "readwrite") asked.push(how[2]);
    return open.apply(this, how);
  });
  await appendEvent(db, "d", EMPTY, rowOf(1), headOf(1));
  await storeAnswer(db, "d", { standings: {}, results: [], alerts: [], page: null, through: 0, offset_ms: 0, contact_ms: 0 });
  vi.restoreAllMocks();
  expect(asked).toEqual([{ durability: "strict" }, { durability: "strict" }]);
});

test("O8 a full store is called full, and nothing of the event is in it", async () => {
  const add = IDBObjectStore.prototype.add;
  vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(function (this: IDBObjectStore, ...row) {
    const request = add.apply(this, row);
    // The transaction goes down as a whole, and the request after this one only says that it did.
    const full = new DOMException("", "QuotaExceededError");
    request.addEventListener("success", () => {
      Object.defineProperty(this.transaction, "error", { value: full });
      this.transaction.abort();
    });
    return request;
  });
  await expect(appendEvent(db, "d", EMPTY, rowOf(1), headOf(1))).rejects.toMatchObject({ name: "QuotaExceededError" });
  vi.restoreAllMocks();
  expect([await db.count("own"), await readMeta(db, "head")]).toEqual([0, EMPTY]);
});

test("an older pack never replaces a newer one", async () => {
  const pack = { name: "rules", version: 2, jws: "two", confirmed_ms: 1 };
  expect(await storePack(db, "d", pack)).toBe(true);
  expect(await storePack(db, "d", { ...pack, version: 1, jws: "one" })).toBe(false);
  expect(await db.get("packs", "rules")).toEqual(pack);
});


test("an old store opens with its outbox, its receipts and its enrolment; what was pulled comes again", async () => {
  const name = "db-of-version-1";
  const old = await openDB(name, 1, {
    upgrade(made) {
      made.createObjectStore("meta");
      const own = made.createObjectStore("own", { keyPath: "seq" });
      for (const index of ["record", "time_ms", "state"]) own.createIndex(index, index);
      const pulled = made.createObjectStore("pulled", { keyPath: "n" });
      for (const index of ["record", "time_ms"]) pulled.createIndex(index, index);
      made.createObjectStore("packs", { keyPath: "name" });
    },
  });
  await old.put("meta", { device: "d", server: "s-1", checkpoint: { id: "hd-ql6" } }, "enrolment");
  await old.put("meta", headOf(2), "head");
  await old.put("meta", { through: 1, safe_through: 1 }, "acked");
  await old.put("meta", "s-1.1.f.9", "cursor");
  await old.put("meta", ["device.revoked"], "alerts");
  for (const seq of [1, 2]) await old.put("own", rowOf(seq));
  await old.put("pulled", { n: 9, device: "x", seq: 1, record: "r", body: "{}", time_ms: 1 });
  await old.put("packs", { name: "rules", version: 2, jws: "two", confirmed_ms: 1 });
  old.close();

  db = await openDatabase(name, () => {});
  expect(await db.getAll("own")).toEqual([rowOf(1), rowOf(2)]);
  expect(await readMeta(db, "head")).toEqual(headOf(2));
  expect((await readMeta(db, "standings"))?.["s-1"]).toMatchObject({ through: 1, safe_through: 1, answered: 1 });
  expect(await readMeta(db, "window")).toMatchObject({ cursor: null, held_after: null, feeds: ["checkpoint:hd-ql6"] });
  expect(await readMeta(db, "alerts")).toEqual(["device.revoked"]);
  expect(await db.count("pulled")).toBe(0);
  expect(await db.count("packs")).toBe(1);
  expect(await counts(db)).toMatchObject({ unsent: 1, drained: { saved: 2, relay: 1, home: 1, safe: 1 } });
});

test("a store of version 3 opens with all it holds, and tells what is given again", async () => {
  const old = await openDB("db-of-version-3", 3, {
    upgrade(store) {
      for (const name of ["meta", "packs", "openings", "erased"]) store.createObjectStore(name);
      store.createObjectStore("own", { keyPath: "seq" });
      const pulled = store.createObjectStore("pulled", { keyPath: ["author", "seq"] });
      for (const index of ["token", "time_ms", "n", "kind"]) pulled.createIndex(index, index);
    },
  });
  await old.put("pulled", { author: "a", seq: 1, n: 7 });
  old.close();
  db = await openDatabase("db-of-version-3", () => {});
  expect(await db.count("pulled")).toBe(1);
  await db.put("pulled", { author: "a", seq: 1, n: 7, again: 1 } as never);
  expect(await db.countFromIndex("pulled", "again")).toBe(1);
});

test("an old store that was never enrolled opens too", async () => {
  const old = await openDB("db-of-version-1-empty", 1, {
    upgrade(made) {
      for (const store of ["meta", "own", "pulled", "packs"]) made.createObjectStore(store);
    },
  });
  old.close();
  db = await openDatabase("db-of-version-1-empty", () => {});
  expect(await readMeta(db, "standings")).toBeNull();
  await beginEnrolment(db, { device: "d", checkpoint: { id: "hd-ql6" } } as never, EMPTY, 0);
});
