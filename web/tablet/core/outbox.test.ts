/** The outbox under what happens to tablets: nothing taken for sent that is not, nobody kept in the dark. SPEC O. */

import { openDB } from "idb";
import { expect, test } from "vitest";
import { createCore } from "./core.ts";
import { TIMEOUT_MS } from "./http.ts";
import { CROSSING_BYTES, ROOM_SHORT } from "./room.ts";
import { CODE, LEAD, OFFICER, otherBody, PIN, rulesContent } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, environment, heldOnce, restart, saveMany, server, settle } from "./test/started.ts";
import { draftOf, person } from "./test/tablet.ts";
import { uuid7 } from "../../shared/sync/encoding.ts";

/** Hangs each call of /sync until the timer of its timeout rings, as a network does that swallows packets. */
function swallow(): { calls: () => number; restore: () => void } {
  const { fetch: honest, schedule } = environment;
  let calls = 0;
  environment.schedule = (action, ms) => {
    if (ms === TIMEOUT_MS) queueMicrotask(action);
    return () => {};
  };
  environment.fetch = (url, init) => {
    if (!url.endsWith("/sync")) return honest(url, init);
    calls += 1;
    return new Promise((_, fail) => init.signal?.addEventListener("abort", () => fail(new DOMException("", "AbortError"))));
  };
  return {
    calls: () => calls,
    restore: () => Object.assign(environment, { fetch: honest, schedule }),
  };
}

test("O1 no failure deletes anything: what is sent is what a receipt covers", async () => {
  await enrolAndOpen();
  await saveMany(3);
  const db = await openDB(environment.database);
  for (const failure of [400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503, "drop_request", "drop_answer"] as const) {
    server.mischief = (path) => (path === "/sync" ? failure : null);
    await settle();
    expect(await db.count("own"), String(failure)).toBe(3);
  }
  db.close();
  server.mischief = () => null;
  await settle();
  expect(heldOnce()).toEqual([1, 2, 3]);
  expect(core.state().unsent).toBe(0);
});

test("O4 O5 a call that hangs times out, is called so, and less is sent next time", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(8);
  await settle();
  server.mischief = () => null;
  const network = swallow();
  await core.syncNow();
  expect(network.calls()).toBe(1);
  expect(core.state().sync).toMatchObject({ status: "error", code: "timeout" });
  await core.syncNow();
  network.restore();
  await core.syncNow();
  // 8, 4, 2, and after an answer more again.
  expect(server.batches.map(({ events }) => events.length).filter((count) => count > 0)).toEqual([2, 4, 2]);
  expect(core.state()).toMatchObject({ unsent: 0, sync: { status: "idle", code: null } });
});

test("O5 a server that takes only small batches is asked once with a large one in a round", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(9);
  await settle();
  server.mischief = () => null;
  server.batchLimit = 3;
  const before = server.paths.length;
  await core.syncNow();
  expect(heldOnce()).toHaveLength(9);
  // 9 is refused, 5 is refused, then 3, 3, 3.
  expect(server.paths.slice(before).filter((path) => path === "/sync")).toHaveLength(5);
});

test("O7 what is written while a poll is under way is no sign of a server that is behind", async () => {
  await enrolAndOpen();
  const honest = environment.fetch;
  let saved: Promise<unknown> | null = null;
  environment.fetch = async (url, init) => {
    const response = await honest(url, init);
    if (url.endsWith("/sync") && saved === null) {
      saved = core.save(draftOf(person("A")));
      await saved;
    }
    return response;
  };
  await core.syncNow();
  expect(core.state()).toMatchObject({ alerts: [], sync: { status: "idle", code: null }, unsent: 0 });
  expect(heldOnce()).toEqual([1]);
});

test("O7 what is written while a push is under way goes with the next one", async () => {
  await enrolAndOpen();
  const honest = environment.fetch;
  let more = 2;
  environment.fetch = async (url, init) => {
    const response = await honest(url, init);
    if (url.endsWith("/sync") && (more -= 1) >= 0) await core.save(draftOf(person(`B${more}`)));
    return response;
  };
  await saveMany(1);
  await settle();
  expect(heldOnce()).toEqual([1, 2, 3]);
  expect(core.state()).toMatchObject({ unsent: 0, alerts: [] });
});

test("O8 a full store is said to be full, at once and on the sheet; what fits again is saved once", async () => {
  await enrolAndOpen();
  const db = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = () => {
    throw new DOMException("", "QuotaExceededError");
  };
  expect(await codeOf(core.save(draftOf(person("A"))))).toBe("storage.full");
  IDBObjectStore.prototype.add = db;
  expect(core.state()).toMatchObject({ alerts: ["storage.full"], unsent: 0 });
  await core.save(draftOf(person("A")));
  await settle();
  expect(heldOnce()).toEqual([1]);
  expect(core.state().alerts).toEqual([]);
});

test("O8 with little room left nothing of others is stored, and the own goes out", async () => {
  await enrolAndOpen();
  await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms), null);
  const quota = 1e9;
  environment.storage = async () => ({ persisted: true, usage: quota - ROOM_SHORT * CROSSING_BYTES + 1, quota });
  environment.clock_ms += 60_000;
  await saveMany(1);
  await settle();
  expect(heldOnce()).toEqual([1]);
  expect((await core.recent(9)).map(({ state }) => state)).toEqual(["sent"]);
  environment.storage = async () => ({ persisted: true, usage: 0, quota });
  environment.clock_ms += 60_000;
  await saveMany(1);
  await settle();
  expect((await core.recent(9)).map(({ state }) => state).sort()).toEqual(["pulled", "sent", "sent"]);
});

test("O6 a save that is on disk is saved, whatever fails after it", async () => {
  await enrolAndOpen();
  const count = IDBIndex.prototype.count;
  IDBIndex.prototype.count = () => {
    throw new DOMException("", "UnknownError");
  };
  await core.save(draftOf(person("A")));
  IDBIndex.prototype.count = count;
  await settle();
  expect(heldOnce()).toEqual([1]);
});

test("O8 a browser that does not say what room there is loses nothing", async () => {
  environment.storage = () => Promise.reject(new TypeError("no estimate"));
  await restart();
  await enrolAndOpen();
  await saveMany(1);
  await settle();
  expect(heldOnce()).toEqual([1]);
  expect(core.state().storage).toEqual({ persisted: false, usage: null, quota: null });
});

test("O9 ending a shift with something unsent takes a lead's badge and PIN", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(2);
  expect(await codeOf(core.closeShift())).toBe("shift.unsent");
  expect(await codeOf(core.closeShift({ badge_text: await server.badge(OFFICER), pin: PIN }))).toBe("badge.not_lead");
  expect(await codeOf(core.closeShift({ badge_text: await server.badge(LEAD), pin: "000000" }))).toBe("badge.pin");
  expect(core.state()).toMatchObject({ phase: "open", pin: { failures: 1 } });
  await core.closeShift({ badge_text: await server.badge(LEAD), pin: PIN });
  expect(core.state()).toMatchObject({ phase: "closed", officer: null, unsent: 2, pin: { failures: 0 } });
  server.mischief = () => null;
  await settle();
  expect(heldOnce()).toEqual([1, 2]);
});

test("O9 a lead ends an own shift, and anybody does once everything is sent", async () => {
  await enrolAndOpen();
  await saveMany(1);
  await settle();
  await core.closeShift();
  expect(core.state().phase).toBe("closed");
  await core.openShift(await server.badge(LEAD), PIN);
  server.mischief = () => "drop_request";
  await saveMany(1);
  await core.closeShift();
  expect(core.state()).toMatchObject({ phase: "closed", unsent: 1 });
});

test("O10 a pack that comes while another tab makes another device of this tablet is not stored", async () => {
  await enrolAndOpen();
  await settle();
  const db = await openDB(environment.database);
  await server.publish("rules", 2, rulesContent());
  const honest = environment.fetch;
  environment.fetch = async (url, init) => {
    const answer = await honest(url, init);
    if (!url.endsWith("/packs/rules")) return answer;
    const before = (await db.get("meta", "enrolment")) as object;
    await db.put("meta", { ...before, device: "0190a0b0-0000-7000-8000-0000000000c3" }, "enrolment");
    await db.clear("packs");
    return answer;
  };
  await core.syncNow();
  expect(await db.getAllKeys("packs")).toEqual([]);
  expect(core.state().sync.code).toBe("enrolment.changed");
  db.close();
});

test("O10 a tab whose device another tab replaced writes nothing, and says why", async () => {
  await enrolAndOpen();
  const db = await openDB(environment.database);
  const before = (await db.get("meta", "enrolment")) as object;
  await db.put("meta", { ...before, device: "0190a0b0-0000-7000-8000-0000000000c3" }, "enrolment");
  expect(await codeOf(core.save(draftOf(person("A"))))).toBe("enrolment.changed");
  expect(await db.count("own")).toBe(0);
  db.close();
  await settle();
  expect(core.state()).toMatchObject({ alerts: ["enrolment.changed"], sync: { status: "error", code: "enrolment.changed" } });
});

test("O9 a second tab cannot enrol over what the first has not sent", async () => {
  const other = createCore(environment);
  await other.start();
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(1);
  expect(await codeOf(other.enrol(CODE))).toBe("enrolment.unsent");
  await restart();
  expect(core.state().unsent).toBe(1);
});

test("what the server refused counts in no list, but is shown as refused", async () => {
  await enrolAndOpen();
  const [saved] = await saveMany(1);
  await settle();
  server.state = "rejected";
  if (saved !== undefined) await core.undo(saved);
  await settle();
  expect(await core.recent(9)).toMatchObject([{ record: saved?.record, voided: false, state: "rejected" }]);
  await saveMany(1);
  await settle();
  expect((await core.recent(9)).map(({ state, headcount }) => [state, headcount])).toEqual([
    ["rejected", 1],
    ["rejected", 1],
  ]);
});
