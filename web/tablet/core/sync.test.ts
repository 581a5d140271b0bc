/** Rounds with a server and a network that fail in every way: nothing lost, nothing doubled. */

import { openDB } from "idb";
import { expect, test } from "vitest";
import { commitment } from "../../shared/sync/chain.ts";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { SLOW_MS } from "./loop.ts";
import { ALONE_EVENTS, BATCH_EVENTS } from "./sync.ts";
import { otherBody, PIN } from "./test/fake_server.ts";
import { core, enrolAndOpen, environment, heldOnce, namedPerson, restart, saveMany, server, settle } from "./test/started.ts";

test("a lost answer means saying it again: nothing lost, nothing doubled", async () => {
  await enrolAndOpen();
  server.mischief = (path) => (path === "/sync" ? "drop_answer" : null);
  await saveMany(3);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 3, sync: { status: "offline" } });
  expect(heldOnce()).toEqual([1, 2, 3]);
  server.mischief = () => null;
  await settle();
  expect(heldOnce()).toEqual([1, 2, 3]);
  expect(core.state().unsent).toBe(0);
});

test("500, then 401, then nothing at all, then all is well", async () => {
  await enrolAndOpen();
  server.mischief = (path) => (path === "/sync" ? 500 : null);
  await saveMany(2);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 2, sync: { status: "error", code: "made.500" } });
  server.mischief = (path) => (path === "/sync" ? 401 : null);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 2, sync: { status: "error", code: "made.401" } });
  server.mischief = () => "drop_request";
  await settle();
  expect(core.state()).toMatchObject({ unsent: 2, sync: { status: "offline" } });
  server.mischief = () => null;
  await settle();
  expect(core.state()).toMatchObject({ unsent: 0, sync: { status: "idle" } });
  expect(heldOnce()).toEqual([1, 2]);
});

test("a clock put right while a call is under way is not half right", async () => {
  await enrolAndOpen();
  environment.clock_ms += 86_400_000;
  const honest = environment.fetch;
  environment.fetch = async (url, init) => {
    const answer = await honest(url, init);
    if (url.endsWith("/sync")) environment.clock_ms = server.clock_ms;
    return answer;
  };
  await core.syncNow();
  expect(core.state().clock_skew_ms).toBe(0);
});

test("an expired token costs one new one and no event", async () => {
  await enrolAndOpen();
  server.forgetTokens();
  await saveMany(1);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 0, sync: { status: "idle" } });
});

test("413 halves the batch until it fits", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(9);
  server.mischief = () => null;
  server.batchLimit = 2;
  await settle();
  expect(heldOnce()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(Math.max(...server.batches.map(({ events }) => events.length))).toBeLessThanOrEqual(2);
  expect(core.state().unsent).toBe(0);
  expect(BATCH_EVENTS).toBeGreaterThan(9);
});

test("a long outbox goes alone, and the feed is read in the same round once it is safe", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(ALONE_EVENTS);
  await settle();
  await server.addOther(otherBody(uuid7(environment.now(), crypto.getRandomValues(new Uint8Array(10))), environment.now()), null);
  server.mischief = () => null;
  server.asked.length = 0;
  await core.syncNow();
  const [first, second] = server.asked;
  expect([first, second]).toEqual([{ events: ALONE_EVENTS, feeds: 0 }, { events: 0, feeds: 1 }]);
  expect(core.state()).toMatchObject({ unsent: 0, sync: { code: null } });
  expect(await core.recent(ALONE_EVENTS + 1)).toHaveLength(ALONE_EVENTS + 1);
  // A hundred saves and their rounds: on a busy machine that is more than a test usually takes.
}, 60_000);

test("failures in a row wait longer each time, with jitter, and never less than Retry-After", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  for (let round = 0; round < 12; round += 1) await core.syncNow();
  const waits = environment.delays.filter((ms) => ms !== 30_000 && ms !== SLOW_MS).slice(-12);
  waits.forEach((ms, at) => {
    const full = Math.min(300_000, 2000 * 2 ** at);
    expect(ms).toBeGreaterThanOrEqual(full / 2);
    expect(ms).toBeLessThanOrEqual(full);
  });
});

test("locked: it drains sealed, in a form only the server opens, and pulls nothing", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(2);
  await settle();
  core.lock();
  server.mischief = () => null;
  await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms), null);
  await settle();
  expect(core.state()).toMatchObject({ phase: "locked", unsent: 0 });
  const [event] = server.log();
  expect(event?.person).toBeNull();
  const opened = await server.open(event?.sealed ?? "", event?.commitment ?? new Uint8Array());
  expect(await commitment(opened)).toEqual(event?.commitment);
  expect(opened).toContain("Người 0");
  await core.reopen(PIN);
  await settle();
  expect((await core.recent(9)).map(({ state }) => state).sort()).toEqual(["pulled", "sent", "sent"]);
});

test("a rejected and a held event are shown and block nothing", async () => {
  await enrolAndOpen();
  server.state = "rejected";
  await saveMany(1);
  await settle();
  server.state = "held";
  await saveMany(1);
  await settle();
  server.state = "accepted";
  await saveMany(1);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 0, rejected: 1, held: 1 });
  expect((await core.recent(9)).map(({ state }) => state)).toEqual(["sent", "held", "rejected"]);
});

test("what the server says once of this tablet is known after a restart too", async () => {
  await enrolAndOpen();
  server.code = "seal.text";
  await saveMany(1);
  await settle();
  server.code = null;
  expect(core.state().alerts).toEqual(["seal.text"]);
  server.mischief = () => 403;
  await settle();
  expect(core.state().alerts).toEqual(["seal.text"]);
  server.mischief = () => "drop_request";
  await restart();
  await settle();
  expect(core.state()).toMatchObject({ alerts: ["seal.text"], sync: { status: "offline" } });
  server.mischief = () => null;
  await settle();
  expect(core.state()).toMatchObject({ alerts: ["seal.text"], sync: { status: "idle" } });
});

test("newest first while older pages are still arriving", async () => {
  await enrolAndOpen();
  const hour = 3_600_000;
  // The feed gives late events of a tablet that was offline after newer ones of another.
  for (const age of [1, 2, 3, 4, 5, 6, 30]) {
    const time = server.clock_ms - age * hour;
    await server.addOther(otherBody(uuid7(time, new Uint8Array(10).fill(age)), time), null);
  }
  let calls = 0;
  server.mischief = (path) => (path === "/sync" && (calls += 1) === 2 ? "drop_request" : null);
  await core.syncNow();
  const ages = async () => (await core.recent(50)).map(({ time_ms }) => (server.clock_ms - time_ms) / hour);
  expect(await ages()).toEqual([1, 2, 3, 4, 5]);
  server.mischief = () => null;
  await settle();
  expect(await ages()).toEqual([1, 2, 3, 4, 5, 6, 30]);
});

test("P1 a receipt that another key signed counts for nothing", async () => {
  await enrolAndOpen();
  const honest = environment.fetch;
  environment.fetch = async (url, init) => {
    const response = await honest(url, init);
    if (!url.endsWith("/sync")) return response;
    const answer = (await response.json()) as { receipt: { through: number } };
    answer.receipt.through += 1;
    return Response.json(answer);
  };
  await saveMany(1);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 1, alerts: ["receipt.signature"], sync: { status: "error" } });
  environment.fetch = honest;
  await settle();
  expect(core.state()).toMatchObject({ unsent: 0, alerts: [] });
});

test("P3 a receipt whose head is not our own hash is shown, not believed", async () => {
  await enrolAndOpen();
  await saveMany(1);
  await settle();
  const db = await openDB(environment.database);
  const row = await db.get("own", 1);
  await db.put("own", { ...row, hash: new Uint8Array(32) });
  db.close();
  await settle();
  expect(core.state()).toMatchObject({ alerts: ["receipt.head"], sync: { code: "receipt.head" } });
});

test("F4 pages are stored with their cursor: a lost page is asked for again, none is stored twice", async () => {
  await enrolAndOpen();
  for (let at = 0; at < 12; at += 1) {
    const time = server.clock_ms + at * 1000;
    await server.addOther(otherBody(uuid7(time, new Uint8Array(10).fill(at)), time), namedPerson(`Người ${at}`));
  }
  let calls = 0;
  server.mischief = (path) => (path === "/sync" && (calls += 1) === 2 ? "drop_answer" : null);
  await settle();
  await settle();
  const recent = await core.recent(50);
  expect(recent.length).toBe(12);
  expect(recent[0]).toMatchObject({ name: "Người 11", own: false, state: "pulled", lane: "2" });
});

test("F5 a server restored from a backup is offered again what it lost", async () => {
  await enrolAndOpen();
  await saveMany(4);
  await settle();
  await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms), null);
  await settle();
  expect((await core.recent(9)).length).toBe(5);
  server.restore(2);
  await settle();
  expect(heldOnce()).toEqual([1, 2, 3, 4]);
  expect(core.state()).toMatchObject({ unsent: 0, sync: { status: "idle" } });
  expect((await core.recent(9)).map(({ state }) => state)).toEqual(["sent", "sent", "sent", "sent"]);
});

test("a long outbox goes out compressed", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(20);
  server.mischief = () => null;
  let encoding: string | null = null;
  const honest = environment.fetch;
  environment.fetch = (url, init) => {
    if (url.endsWith("/sync")) encoding ??= new Headers(init.headers).get("Content-Encoding");
    return honest(url, init);
  };
  await settle();
  expect(encoding).toBe("gzip");
  expect(heldOnce().length).toBe(20);
});
