/** What a copy of the tablet's disk tells whoever has no badge. SPEC Q, S4. */

import { type IDBPDatabase, openDB } from "idb";
import { expect, test } from "vitest";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { bodyBinding, sealedText } from "../../shared/sync/seal.ts";
import { close, open, openOwn } from "./at_rest.ts";
import { openDatabase } from "./db.ts";
import type { Roster, RosterOfficer } from "./packs.ts";
import { unwrapHistoryKey } from "./session.ts";
import { DEVICE, LEAD, OFFICER, otherBody, PIN, rosterContent, SECRET } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, environment, heldOnce, namedPerson, restart, saveMany, server, settle } from "./test/started.ts";
import { draftOf, person } from "./test/tablet.ts";

/** Everything in every store, keys of rows and indexes too, as one text. */
async function disk(db: IDBPDatabase): Promise<string> {
  const parts: string[] = [];
  for (const store of db.objectStoreNames) parts.push(written(await db.getAllKeys(store)), written(await db.getAll(store)));
  return parts.join("\n");
}

function written(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) => (one instanceof Uint8Array ? new TextDecoder("latin1").decode(one) : one));
}

async function withDisk<T>(look: (db: IDBPDatabase) => Promise<T>): Promise<T> {
  const db = await openDB(environment.database);
  try {
    return await look(db);
  } finally {
    db.close();
  }
}

test("Q1 Q2 no plate, name or record that was written or pulled lies on the disk", async () => {
  await enrolAndOpen();
  const record = uuid7(server.clock_ms, new Uint8Array(10).fill(7));
  await server.addOther(otherBody(record, server.clock_ms), namedPerson("Lê Văn Kín"));
  await settle();
  server.mischief = () => "drop_request";
  const saved = await core.save(draftOf(person("Đặng Thị Bí Mật")));
  const text = await withDisk(disk);
  const secret = ["29A12345", "29A-123.45", "Bí Mật", "Văn Kín", saved.record, record, "rau", "turned_back", "passed"];
  expect(secret.filter((one) => text.includes(one))).toEqual([]);
  expect((await core.recent(9)).map(({ record: one }) => one).sort()).toEqual([record, saved.record].sort());
});

test("Q3 S4 a tablet that nobody has opened since it was started drains, and asks for nothing", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(3);
  await restart();
  server.mischief = () => null;
  await settle();
  expect(core.state()).toMatchObject({ phase: "closed", unsent: 0 });
  expect(heldOnce()).toEqual([1, 2, 3]);
  const [event] = server.batches.at(-1)?.events ?? [];
  expect(event?.body).toBeUndefined();
  expect(server.log()[0]?.body).toContain("29A12345");
  expect(await server.open(event?.sealed_body ?? "", bodyBinding(DEVICE, 1))).toBe(server.log()[0]?.body);
  expect(await core.recent(9)).toEqual([]);
});

test("Q1 what a version before 3 left in clear is closed by the next shift, and is still sent and read", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(3);
  await asVersion2();
  await restart();
  expect(core.state().unsent).toBe(3);
  await core.openShift(await server.badge(OFFICER), PIN);
  const text = await withDisk(disk);
  expect(text).not.toContain("29A12345");
  expect((await core.recent(9)).map(({ name }) => name)).toEqual(["Người 2", "Người 1", "Người 0"]);
  server.mischief = () => null;
  await settle();
  expect(heldOnce()).toEqual([1, 2, 3]);
  expect(server.log()[0]).toMatchObject({ body: expect.stringContaining("29A12345"), person: expect.stringContaining("Người 0") });
});

test("Q1 rows of a version before 3 drain before anybody has opened a shift", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(2);
  await asVersion2();
  await restart();
  server.mischief = () => null;
  await settle();
  expect(heldOnce()).toEqual([1, 2]);
});

test("a changed history key reads what others wrote anew and leaves the outbox whole", async () => {
  await enrolAndOpen();
  await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms), namedPerson("Lê Văn Kín"));
  await saveMany(1);
  await settle();
  expect((await core.recent(9)).length).toBe(2);
  await server.publish("roster", 2, await rosterContent("h-2"), "checkpoint:hd-ql6");
  await settle();
  await core.openShift(await server.badge(LEAD), PIN);
  await settle();
  // The own one of before is the server's now: it comes back in no feed, and nobody opens it here.
  expect((await core.recent(9)).map(({ name }) => name)).toEqual(["Lê Văn Kín"]);
  expect(await codeOf(core.exportUnsent())).toBe("export.empty");
});

/** Puts in the store's place what version 2 of it held: bodies in clear, persons under the history key. */
async function asVersion2(): Promise<void> {
  const roster = (await rosterContent()) as Roster;
  const history = { ...(await unwrapHistoryKey(roster.officers[0] as RosterOfficer, SECRET, PIN)), id: roster.history_key_id };
  const db = await openDatabase(environment.database, () => {});
  const openings = new Map((await db.getAll("openings")).map((one) => [one.id, one]));
  const rows = await openOwn(db, await db.getAll("own"), history);
  const old = await Promise.all(
    rows.map(async ({ token: _t, opening, content, person: closed, ...row }) => {
      const { record } = JSON.parse(row.body) as { record: string };
      const text = await open(closed ?? new Uint8Array(), content, row.commitment);
      const again = await close(environment, text ?? new Uint8Array(), history.key, row.commitment);
      const sealed = sealedText(openings.get(opening)?.wrapped["home"] ?? "", closed ?? new Uint8Array());
      return { ...row, record, person: again, history_key_id: history.id, sealed };
    }),
  );
  db.close();
  const made = await openDB(`${environment.database}-2`, 2, {
    upgrade(fresh) {
      for (const store of ["meta", "erased"]) fresh.createObjectStore(store);
      const own = fresh.createObjectStore("own", { keyPath: "seq" });
      for (const index of ["record", "time_ms", "state", "n"]) own.createIndex(index, index);
      const pulled = fresh.createObjectStore("pulled", { keyPath: ["author", "seq"] });
      for (const index of ["record", "time_ms", "n", "kind"]) pulled.createIndex(index, index);
      fresh.createObjectStore("packs", { keyPath: "name" });
    },
  });
  const from = await openDB(environment.database);
  for (const key of await from.getAllKeys("meta")) await made.put("meta", await from.get("meta", key), key);
  for (const pack of await from.getAll("packs")) await made.put("packs", pack);
  for (const row of old) await made.put("own", row);
  from.close();
  made.close();
  environment.database = `${environment.database}-2`;
}
