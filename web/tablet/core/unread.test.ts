/** Whoever follows what is stored sees each event once, whichever way the pages come. SPEC F7. */

import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { type Database, openDatabase, type StoredOwn, type StoredPulled } from "./db.ts";
import { Unread } from "./unread.ts";

let db: Database;
let databases = 0;

beforeEach(async () => {
  db = await openDatabase(`unread-${(databases += 1)}`, () => {});
});

const BYTES = new Uint8Array(32);

/** Those of a page, numbered by the server from `first` to `last`. */
async function page(first: number, last: number): Promise<void> {
  const tx = db.transaction("pulled", "readwrite");
  for (let n = first; n <= last; n += 1) {
    const texts = { author: "a", device: "a", kind: "crossing", token: `t-${n}`, history_key_id: "h" };
    const bytes = { previous: BYTES, hash: BYTES, body: BYTES, commitment: BYTES, person: null };
    const row: StoredPulled = { ...texts, ...bytes, seq: n, n, time_ms: n, received_ms: n, authority: 0 };
    await tx.store.put(row);
  }
  await tx.done;
}

async function write(first: number, last: number): Promise<void> {
  const tx = db.transaction("own", "readwrite");
  for (let seq = first; seq <= last; seq += 1) await tx.store.put({ seq, time_ms: seq, state: "kept", token: `o-${seq}` } as StoredOwn);
  await tx.done;
}

/** Everything a reader has not seen, or the first `portions` of it. */
async function look(reader: Unread, most: number, portions = Infinity): Promise<{ own: number[]; pulled: number[] }> {
  const own: number[] = [];
  const pulled: number[] = [];
  for (let at = 0; at < portions; at += 1) {
    const next = await reader.next(db, most);
    if (next === null) break;
    own.push(...next.own.map(({ seq }) => seq));
    pulled.push(...next.pulled.map(({ n }) => n));
    reader.seen(next);
  }
  return { own, pulled };
}

const span = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at);

test("F7 older pages that come after a first look are seen whole, however small the portions", async () => {
  const reader = new Unread();
  await page(900, 1000);
  expect((await look(reader, 10)).pulled).toEqual(span(900, 1000));
  await page(300, 899);
  expect((await look(reader, 10)).pulled).toEqual(span(300, 899));
  await page(1, 299);
  await page(1001, 1005);
  expect((await look(reader, 10)).pulled).toEqual([...span(1001, 1005), ...span(1, 299)]);
  expect(await look(reader, 10)).toEqual({ own: [], pulled: [] });
});

test("F6 what is given again under its old number is seen again, once", async () => {
  const reader = new Unread();
  await page(1, 6);
  await look(reader, 2);
  for (const [again, n] of [5, 2, 3].entries()) {
    const row = await db.getFromIndex("pulled", "n", n);
    if (row !== undefined) await db.put("pulled", { ...row, again: again + 1 });
  }
  await page(7, 8);
  expect((await look(reader, 2)).pulled.sort()).toEqual([2, 3, 5, 7, 8]);
  expect((await look(reader, 2)).pulled).toEqual([]);
});

test("what was not said to be seen comes again", async () => {
  const reader = new Unread();
  await page(1, 4);
  const first = await reader.next(db, 3);
  expect(await reader.next(db, 3)).toEqual(first);
  expect(await look(reader, 3)).toMatchObject({ pulled: [1, 2, 3, 4] });
});

test("own events before the first that counts are left out", async () => {
  await write(1, 9);
  expect(await look(new Unread(4), 2)).toEqual({ own: [5, 6, 7, 8, 9], pulled: [] });
});

test("F7 each event once, however looks and pages fall together", async () => {
  const seed = Number(process.env["CHOT_SEED"] ?? 20211012);
  let state = seed;
  const below = (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  for (let history = 0; history < 40; history += 1) {
    db = await openDatabase(`unread-${(databases += 1)}`, () => {});
    const reader = new Unread();
    const seen: { own: number[]; pulled: number[] } = { own: [], pulled: [] };
    let [low, high, last] = [500, 500, 0];
    for (let step = 0; step < 25; step += 1) {
      const what = below(4);
      if (what === 0) await page(high + 1, (high += below(30)));
      else if (what === 1 && low > 0) {
        const first = Math.max(1, low - below(60));
        await page(first, low);
        low = first - 1;
      } else if (what === 2) await write(last + 1, (last += below(12)));
      else {
        const found = await look(reader, 1 + below(9), 1 + below(5));
        seen.own.push(...found.own);
        seen.pulled.push(...found.pulled);
      }
    }
    const rest = await look(reader, 7);
    const sorted = (numbers: number[]): number[] => [...numbers].sort((one, two) => one - two);
    const told = `CHOT_SEED=${seed}, history ${history}`;
    expect(sorted([...seen.pulled, ...rest.pulled]), told).toEqual(span(low + 1, high));
    expect([...seen.own, ...rest.own], told).toEqual(span(1, last));
  }
});
