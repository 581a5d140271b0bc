/** What a tablet holds of its feeds: one window, nothing missing in it, nothing of it for too long. SPEC F7–F11. */

import { openDB } from "idb";
import { expect, test } from "vitest";
import { toBase64url, uuid7 } from "../../shared/sync/encoding.ts";
import { REPAIR_AFTER_MS } from "./answers.ts";
import type { PulledEvent, Window } from "./db.ts";
import { KEEP_PULLED_MS } from "./pull.ts";
import { DEVICE, LEAD, OTHER, otherBody, PIN, rosterContent } from "./test/fake_server.ts";
import { core, enrolAndOpen, environment, namedPerson, restart, saveMany, server, settle } from "./test/started.ts";

/** Crossings of another tablet, one a minute, the last of them now. */
async function others(count: number, person: string | null = null): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const time = server.clock_ms - (count - 1 - at) * 60_000;
    await server.addOther(otherBody(uuid7(time, new Uint8Array(10).fill(at)), time), person);
  }
}

async function stored(): Promise<{ pulled: PulledEvent[]; window: Window }> {
  const db = await openDB(environment.database);
  const found = { pulled: await db.getAll("pulled"), window: await db.get("meta", "window") };
  db.close();
  return found as { pulled: PulledEvent[]; window: Window };
}

/** Moves both clocks. */
function later(ms: number): void {
  environment.clock_ms += ms;
  server.clock_ms += ms;
}

test("F7 the newest come first, then older pages until the window is whole", async () => {
  await others(12);
  server.newest = 4;
  let pages = 0;
  const seen: number[][] = [];
  const honest = environment.fetch;
  environment.fetch = async (url, init) => {
    const response = await honest(url, init);
    if (!url.endsWith("/sync")) return response;
    const { held_after, runs } = (await response.clone().json()) as { held_after: number; runs: { n: number }[] };
    if (runs.length > 0) seen.push([held_after, ...runs.map(({ n }) => n)]);
    pages += 1;
    return response;
  };
  await enrolAndOpen();
  expect(seen).toEqual([[8, 9, 10, 11, 12], [3, 4, 5, 6, 7, 8], [0, 1, 2, 3]]);
  expect((await core.recent(50)).length).toBe(12);
  expect((await stored()).window).toMatchObject({ held_after: 0, cursor: "1.1.12" });
  expect(pages).toBeLessThan(8);
});

test("F7 a conflict that an older page brings is seen", async () => {
  await enrolAndOpen();
  const [saved] = await saveMany(1);
  await settle();
  server.newest = 1;
  const body = { ...(JSON.parse(otherBody(saved?.record ?? "", server.clock_ms)) as object), set: { plate: { read: "X", normal: "X" } } };
  await server.addOther(JSON.stringify(body), null);
  await others(3);
  server.epoch += 1;
  await settle();
  expect(core.state().conflicts).toBe(1);
});

/** Lets nothing of the call with this number to /sync through until `release`. */
function holdSync(call: number): { reached: Promise<void>; release(): void } {
  let [reach, release] = [(): void => undefined, (): void => undefined];
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  const honest = environment.fetch;
  let calls = 0;
  environment.fetch = async (url, init) => {
    if (!url.endsWith("/sync") || (calls += 1) !== call) return await honest(url, init);
    const answer = await honest(url, init);
    reach();
    await released;
    return answer;
  };
  return { reached, release };
}

test.each([
  ["a page of a round", () => void (server.epoch += 1), 1],
  ["the first page after a repair", () => void (server.digest = toBase64url(new Uint8Array(32).fill(1))), 2],
])("Q2 who signs in under a new history key while %s is under way sees all that others wrote", async (_what, cause, call) => {
  await enrolAndOpen();
  await others(12);
  await server.publish("roster", 2, await rosterContent("h-2"), "checkpoint:hd-ql6");
  await settle();
  cause();
  const held = holdSync(call);
  const round = core.syncNow();
  await held.reached;
  await core.openShift(await server.badge(LEAD), PIN);
  server.digest = null;
  held.release();
  await round;
  await settle();
  expect((await core.recent(50)).length).toBe(12);
});

test("F8 what a tablet wrote long ago and the server has just received is kept, and the other way round", async () => {
  await enrolAndOpen();
  const time = server.clock_ms - 10 * KEEP_PULLED_MS;
  await server.addOther(otherBody(uuid7(time, new Uint8Array(10)), time), null);
  await settle();
  expect((await core.recent(9)).length).toBe(1);
  const ahead = server.clock_ms + KEEP_PULLED_MS;
  await server.addOther(otherBody(uuid7(ahead, new Uint8Array(10)), ahead), null);
  later(KEEP_PULLED_MS);
  await settle();
  expect((await core.recent(9)).length).toBe(2);
  later(1);
  await settle();
  expect(await stored()).toMatchObject({ pulled: [], window: { held_after: 2 } });
  await others(1);
  await settle();
  expect(core.state().alerts).toEqual([]);
  expect((await stored()).pulled.map(({ n }) => n)).toEqual([3]);
});

test("conflicts that are held are counted when a shift is opened, also without a network", async () => {
  await enrolAndOpen();
  const [saved] = await saveMany(1);
  await settle();
  const body = { ...(JSON.parse(otherBody(saved?.record ?? "", server.clock_ms)) as object), set: { plate: { read: "X", normal: "X" } } };
  await server.addOther(JSON.stringify(body), null);
  await settle();
  expect(core.state().conflicts).toBe(1);
  server.mischief = () => "drop_request";
  await restart();
  expect(core.state().conflicts).toBe(0);
  await core.openShift(await server.badge("o-hd-1"), PIN);
  expect(core.state().conflicts).toBe(1);
});

test("F9 a hidden gap is found and mended, and the outbox is as it was", async () => {
  await enrolAndOpen();
  await saveMany(2);
  // Each save sends: none of those rounds may still run, and mend what the next are to find.
  await settle();
  await others(3);
  const gap = server.log(OTHER)[1]?.body ?? "";
  server.hidden.add(gap);
  await settle();
  // It read anew at once, and the gap was still there: a second repair has to wait.
  expect(core.state()).toMatchObject({ unsent: 0, alerts: ["feed.repaired"] });
  expect((await core.recent(9)).length).toBe(4);
  server.hidden.clear();
  later(REPAIR_AFTER_MS);
  await core.syncNow();
  expect((await core.recent(9)).map(({ state }) => state).sort()).toEqual(["pulled", "pulled", "pulled", "sent", "sent"]);
  later(86_400_000);
  await core.syncNow();
  expect(core.state().alerts).toEqual([]);
});

test("F9 a row that vanished from the store is missed at the next start", async () => {
  await enrolAndOpen();
  await others(3);
  await settle();
  const db = await openDB(environment.database);
  await db.delete("pulled", [OTHER, 2]);
  db.close();
  await settle();
  expect((await stored()).pulled.length).toBe(2);
  await restart();
  await core.openShift(await server.badge("o-hd-1"), PIN);
  await settle();
  expect((await stored()).pulled.length).toBe(3);
  expect(core.state().alerts).toEqual(["feed.repaired"]);
});

test("F9 a server's wrong digest makes no loop", async () => {
  await enrolAndOpen();
  await others(2);
  await saveMany(1);
  server.digest = toBase64url(new Uint8Array(32).fill(1));
  await settle();
  const rounds = server.paths.length;
  for (let minute = 0; minute < 9; minute += 1) {
    later(60_000);
    await core.syncNow();
  }
  expect(server.paths.length - rounds).toBe(9);
  expect((await core.recent(9)).length).toBe(3);
  expect(core.state()).toMatchObject({ unsent: 0, alerts: ["feed.repaired"], sync: { status: "idle" } });
});

test("F10 an erased person part leaves, and no offer brings it back", async () => {
  await enrolAndOpen();
  await others(1, namedPerson("Đỗ Thị Xóa"));
  await saveMany(1);
  await settle();
  expect((await core.recent(9)).map(({ name }) => name)).toEqual(["Người 0", "Đỗ Thị Xóa"]);
  server.removals = [`${OTHER}:1`, `${DEVICE}:1`, `${DEVICE}-b1:9`];
  await settle();
  expect((await core.recent(9)).map(({ name }) => name)).toEqual([null, null]);
  const { pulled } = await stored();
  expect(pulled[0]?.commitment).toEqual(server.log(OTHER)[0]?.commitment);
  server.removals = [];
  server.restore(0);
  await others(1, namedPerson("Đỗ Thị Xóa"));
  await settle();
  expect((await core.recent(9)).map(({ name }) => name)).toEqual([null, null]);
  // Offered again to the restored server: the commitment alone.
  const [event] = server.batches.at(-1)?.events ?? [];
  expect(Object.keys(event ?? {}).sort()).toEqual(["body", "commitment"]);
  expect(core.state()).toMatchObject({ unsent: 0, alerts: [] });
});

test("F11 other feeds are asked for once the server names them, and what was pulled comes anew", async () => {
  await enrolAndOpen();
  await others(2);
  await settle();
  server.feeds = ["turn_backs:269", "checkpoint:hd-ql6"];
  await core.syncNow();
  expect((await stored()).window).toMatchObject({ feeds: ["checkpoint:hd-ql6", "turn_backs:269"], cursor: "1.2.2", generation: 1 });
  expect((await core.recent(9)).length).toBe(2);
});

test("H3 F6 a page that does not follow from what is held is refused, and stops no outbox", async () => {
  await enrolAndOpen();
  await others(1);
  await settle();
  await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms), null, { previous: new Uint8Array(32) });
  await saveMany(2);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 0, sync: { status: "idle" } });
  expect([...core.state().alerts].sort()).toEqual(["answer.chain", "feed.repaired"]);
  expect((await core.recent(9)).map(({ state }) => state)).toEqual(["sent", "sent"]);
  expect((await stored()).window.cursor).toBeNull();
});

test("A6 an event of this tablet's number that is not its own is a clone, and both are shown", async () => {
  await enrolAndOpen();
  await saveMany(1);
  const body = otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms);
  await server.addOther(body, null, { device: DEVICE, seq: 1, branch: 1, previous: new Uint8Array(32) });
  await settle();
  expect(core.state().alerts).toEqual(["device.forked"]);
  expect((await core.recent(9)).map(({ ref }) => ref).sort()).toEqual([`${DEVICE}-b1:1`, `${DEVICE}:1`]);
});

test("R7 the rank that the server verified decides what is shown of an override", async () => {
  await enrolAndOpen();
  const [saved] = await saveMany(1);
  await settle();
  const body = JSON.parse(otherBody(saved?.record ?? "", server.clock_ms)) as object;
  const written = (by: string) => JSON.stringify({ ...body, set: { override: { reason: "emergency", by } } });
  await server.addOther(written("of the lead"), null, { authority: 2 });
  await server.addOther(written("of the officer"), null, { authority: 1 });
  await settle();
  const [conflict] = await core.conflicts();
  const shown = conflict?.sides.find((side) => side.shown)?.value;
  expect(shown).toMatchObject({ by: "of the lead" });
});

test("F9 a run that is announced again counts where it was first given, with its new rank", async () => {
  await enrolAndOpen();
  await others(2);
  await settle();
  const honest = environment.fetch;
  environment.fetch = async (url, init) => {
    const response = await honest(url, init);
    if (!url.endsWith("/sync")) return response;
    const answer = (await response.json()) as { runs: object[] };
    const { previous, body, received } = server.log(OTHER)[0] ?? { previous: new Uint8Array(32), body: "", received: 0 };
    const run = { n: 99, again: 1, device: OTHER, first: 1, previous: toBase64url(previous), server: "s", received, ranks: "2", bodies: [body] };
    return Response.json({ ...answer, runs: [...answer.runs, run] });
  };
  await settle();
  expect(core.state().alerts).toEqual([]);
  expect((await stored()).pulled.map(({ seq, n, authority }) => [seq, n, authority])).toEqual([[1, 1, 2], [2, 2, 0]]);
});

test("P2 a receipt without the answers does not end resending", async () => {
  await enrolAndOpen();
  const honest = environment.fetch;
  let deaf = true;
  environment.fetch = async (url, init) => {
    const response = await honest(url, init);
    if (!url.endsWith("/sync") || !deaf) return response;
    return Response.json({ ...((await response.json()) as object), results: [] });
  };
  server.state = "rejected";
  await saveMany(1);
  await settle();
  expect(core.state().rejected).toBe(0);
  deaf = false;
  await settle();
  expect(core.state()).toMatchObject({ rejected: 1, sync: { status: "idle" } });
});

test("F8 a tablet that nobody answers forgets too, and gets back what it forgot by a wrong clock", async () => {
  await enrolAndOpen();
  await others(2);
  await settle();
  server.mischief = () => "drop_request";
  environment.clock_ms += KEEP_PULLED_MS + 1;
  await settle();
  expect(await stored()).toMatchObject({ pulled: [], window: { held_after: 2 } });
  environment.clock_ms = server.clock_ms;
  server.mischief = () => null;
  await settle();
  expect((await stored()).pulled.length).toBe(2);
  expect(core.state().alerts).toEqual([]);
});
