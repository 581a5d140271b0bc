/** Nothing but the store is awaited inside a transaction, and the check would notice. */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { foreignAwaits, transactionCount } from "./transactions.ts";

const CORE = new URL("../tablet/core/", import.meta.url);
const sources = readdirSync(CORE)
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .map((name) => ({ name, source: readFileSync(new URL(name, CORE), "utf8") }));

test.each(sources)("$name awaits only the store inside its transactions", ({ name, source }) => {
  expect(foreignAwaits(source, name)).toEqual([]);
});

test("there are transactions to check", () => {
  const count = sources.reduce((sum, { name, source }) => sum + transactionCount(source, name), 0);
  expect(count).toBeGreaterThanOrEqual(8);
});

describe("is noticed:", () => {
  test.each([
    ["a digest", "const tx = db.transaction('own', 'readwrite'); await crypto.subtle.digest('SHA-256', x); await tx.done;"],
    ["a fetch between two requests", "const tx = db.transaction('own'); await tx.store.get(1); await fetch('/x'); await tx.done;"],
    ["another transaction", "const tx = db.transaction('own'); await db.get('meta', 'head'); await tx.done;"],
    ["an own function that gets no transaction", "const tx = db.transaction('own'); await prepare(head); await tx.done;"],
    ["one among requests", "const tx = db.transaction('own'); await Promise.all([tx.store.put(1), sleep(1), tx.done]);"],
    ["one mapped over a list", "const tx = db.transaction('own'); await Promise.all(rows.map((row) => seal(row)));"],
    ["one in a nested function", "const tx = db.transaction('own'); const f = async () => { await fetch('/x'); }; await tx.done;"],
    ["a for await over something else", "const tx = db.transaction('own'); for await (const x of stream) use(x); await tx.done;"],
    ["a bare promise", "const tx = db.transaction('own'); await promise; await tx.done;"],
  ])("%s", (_, body) => {
    expect(foreignAwaits(`async function bad(db: any) { ${body} }`)).toHaveLength(1);
  });

  test("an await in a function that takes a transaction", () => {
    expect(foreignAwaits("async function bad(tx: any) { await fetch('/x'); }")).toHaveLength(1);
    expect(foreignAwaits("async function bad(t: IDBPTransaction<S>) { await fetch('/x'); }")).toHaveLength(1);
  });
});

describe("is allowed:", () => {
  test.each([
    ["an await before the transaction", "await prepare(); const tx = db.transaction('own'); await tx.done;"],
    ["a store, its index and its cursor", "const tx = db.transaction('own'); const own = tx.objectStore('own'); let at = await own.index('x').openCursor(); while (at) at = await at.continue(); await tx.done;"],
    ["a function that the transaction is passed to", "const tx = db.transaction('own'); await write(tx, row); await tx.done;"],
    ["requests at once", "const tx = db.transaction('own'); const s = tx.store; const [a] = await Promise.all([s.get(1), Promise.all(ids.map((id) => s.get(id))), tx.done]);"],
    ["a cast", "const tx = db.transaction('own'); const x = (await tx.store.get(1)) as Head; await tx.done;"],
  ])("%s", (_, body) => {
    expect(foreignAwaits(`async function good(db: any) { ${body} }`)).toEqual([]);
  });
});
