/** The conflict inbox: two tablets wrote differently, a person chooses, the choice is an event like any other. */

import { expect, test } from "vitest";
import { openDB } from "idb";
import type { Conflict } from "./conflicts.ts";
import { otherBody, PIN } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, environment, namedPerson, saveMany, server, settle } from "./test/started.ts";

const PLATE = { read: "29A-999.99", normal: "29A99999", candidates: [] };

/** Another tablet's amendment of `record`: it writes `set` and has seen nothing. */
function amended(record: string, set: object, over: object = {}): string {
  const body = JSON.parse(otherBody(record, environment.clock_ms + 1000)) as object;
  return JSON.stringify({ ...body, set, ...(Object.keys(over).length > 0 ? { over } : {}) });
}

async function disputedPlate(): Promise<string> {
  await enrolAndOpen();
  const [saved] = await saveMany(1);
  await server.addOther(amended(saved?.record ?? "", { plate: PLATE, lane: "2" }), null);
  await settle();
  return saved?.record ?? "";
}

async function only(): Promise<Conflict> {
  const found = await core.conflicts();
  expect(found).toHaveLength(1);
  return found[0] as Conflict;
}

test("R9 two plates are asked of a person, with who wrote what", async () => {
  const record = await disputedPlate();
  expect(core.state().conflicts).toBe(1);
  const conflict = await only();
  expect(conflict).toMatchObject({ record, path: "plate", personal: false });
  expect(conflict.sides.map(({ value, writes }) => [(value as { normal: string }).normal, writes[0]?.where, writes[0]?.lane])).toEqual([
    ["29A12345", "here", "1"],
    ["29A99999", "elsewhere", "2"],
  ]);
  expect(conflict.sides.map(({ shown }) => shown)).toEqual([false, true]);
});

test("R10 a choice is one event over both writes; it syncs and the conflict is closed", async () => {
  const record = await disputedPlate();
  const conflict = await only();
  await core.resolve(conflict, conflict.sides[0]?.choice ?? "");
  expect(core.state().conflicts).toBe(0);
  expect(await core.conflicts()).toEqual([]);
  await settle();
  const body = JSON.parse(server.log()[1]?.body ?? "") as { record: string; set: object; over: object };
  expect(body).toMatchObject({ record, set: { plate: { normal: "29A12345" } } });
  expect(body.over).toEqual({ plate: conflict.seen });
  expect(conflict.seen).toHaveLength(2);
  expect(core.state().unsent).toBe(0);
  expect((await core.recent(1))[0]?.plate?.normal).toBe("29A12345");
});

test("R10 what arrived meanwhile is asked too, and nothing is written", async () => {
  const record = await disputedPlate();
  const conflict = await only();
  await server.addOther(amended(record, { plate: { ...PLATE, normal: "29A77777" } }), null);
  await settle();
  expect(await codeOf(core.resolve(conflict, conflict.sides[0]?.choice ?? ""))).toBe("conflict.changed");
  expect(await codeOf(core.resolve(await only(), "no-such:1"))).toBe("conflict.changed");
  await settle();
  expect(server.log()).toHaveLength(1);
  expect((await only()).sides).toHaveLength(3);
});

test("what somebody else decided is open no longer", async () => {
  const record = await disputedPlate();
  const { seen } = await only();
  await server.addOther(amended(record, { plate: PLATE }, { plate: seen }), null);
  await settle();
  expect(await core.conflicts()).toEqual([]);
  expect(core.state().conflicts).toBe(0);
});

test("a name is chosen in the person part and never stands in the body", async () => {
  await enrolAndOpen();
  const [saved] = await saveMany(1);
  await server.addOther(amended(saved?.record ?? "", {}), namedPerson("Người Khác"));
  await settle();
  const conflict = await only();
  expect(conflict).toMatchObject({ path: "people/1/name", personal: true });
  expect(conflict.sides.map(({ value }) => value)).toEqual(["Người 0", "Người Khác"]);
  await core.resolve(conflict, conflict.sides[1]?.choice ?? "");
  expect(await core.conflicts()).toEqual([]);
  await settle();
  const event = server.log()[1];
  expect(event?.body).not.toContain("Khác");
  expect(JSON.parse(event?.person ?? "")).toMatchObject({ items: { people: { 1: { name: "Người Khác" } } } });
});

test("R6 R7 equal values and what a policy settles are asked of nobody", async () => {
  await enrolAndOpen();
  const [saved] = await saveMany(1);
  await settle();
  const own = JSON.parse(server.log()[0]?.body ?? "") as { set: { plate: object } };
  await server.addOther(amended(saved?.record ?? "", { plate: own.set.plate, lane: "9", purpose: "medical" }), null);
  await settle();
  expect(await core.conflicts()).toEqual([]);
});

test("locked, nobody is asked: the names could not be read", async () => {
  await disputedPlate();
  core.lock();
  expect(await core.conflicts()).toEqual([]);
  await core.reopen(PIN);
  expect(await core.conflicts()).toHaveLength(1);
});

test("A6 a write of a cloned device's branch is superseded under its own name", async () => {
  await enrolAndOpen();
  const [saved] = await saveMany(1);
  const honest = environment.fetch;
  environment.fetch = async (url, init) => {
    const response = await honest(url, init);
    if (!url.endsWith("/sync")) return response;
    const answer = (await response.json()) as { runs: object[] };
    return Response.json({ ...answer, runs: answer.runs.map((run) => ({ ...run, branch: 1 })) });
  };
  await server.addOther(amended(saved?.record ?? "", { plate: PLATE }), null);
  await settle();
  expect((await only()).seen[1]).toMatch(/-b1:1$/);
});

test("F3 after a reset the conflicts are those of what was pulled again", async () => {
  await disputedPlate();
  expect(await core.conflicts()).toHaveLength(1);
  const db = await openDB(environment.database);
  await db.clear("pulled");
  db.close();
  expect(await core.conflicts()).toEqual([]);
});

test("a choice that the server refuses leaves the conflict open and is listed", async () => {
  const record = await disputedPlate();
  const conflict = await only();
  server.state = "rejected";
  await core.resolve(conflict, conflict.sides[0]?.choice ?? "");
  await settle();
  expect(await core.conflicts()).toHaveLength(1);
  expect(await core.refused()).toMatchObject([{ record, state: "rejected", amends: true, plate: { normal: "29A12345" } }]);
});
