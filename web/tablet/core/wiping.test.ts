/** A tablet that is to be wiped: nobody reads here any more, nothing unsent is lost, then nothing is left. SPEC Q4, Q5. */

import { openDB } from "idb";
import { expect, test, vi } from "vitest";
import { CODE, DEVICE, LEAD, OFFICER, PIN } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, environment, heldOnce, restart, saveMany, server, settle } from "./test/started.ts";

async function order(): Promise<void> {
  await server.publish("wipe", 1, { devices: { [DEVICE]: server.clock_ms } }, "checkpoint:hd-ql6");
}

async function stores(): Promise<Record<string, number>> {
  const db = await openDB(environment.database);
  const found: Record<string, number> = {};
  for (const store of db.objectStoreNames) found[store] = await db.count(store);
  db.close();
  return found;
}

test("Q4 Q5 an order sends what is unsent, says so, and leaves nothing", async () => {
  await enrolAndOpen();
  server.mischief = (path) => (path === "/sync" ? "drop_request" : null);
  await saveMany(3);
  await order();
  server.mischief = () => null;
  await settle();
  expect(heldOnce()).toEqual([1, 2, 3]);
  expect(server.wiped).toEqual([{ dropped: 0 }]);
  expect(environment.anew).toBe(1);
  expect(await stores()).toEqual({});
});

test("Q4 nobody reads here from the order on, and what is unsent waits, sealed", async () => {
  await enrolAndOpen();
  await saveMany(1);
  await settle();
  await order();
  server.batchLimit = 0;
  await saveMany(1);
  server.mischief = (path) => (path === "/devices/wiped" ? "drop_request" : null);
  server.batchLimit = 1000;
  await settle();
  expect(core.state()).toMatchObject({ wiping: true, phase: "closed", officer: null });
  expect(await codeOf(core.openShift(await server.badge(OFFICER), PIN))).toBe("pack.missing");
  const db = await openDB(environment.database);
  expect((await db.getAllKeys("packs")).filter((name) => name !== "wipe")).toEqual([]);
  expect((await db.getAll("openings")).every(({ key }) => (key as Uint8Array).length === 0)).toBe(true);
  db.close();
  expect(environment.anew).toBe(0);
  // Started again it goes on where it was, and takes nothing new.
  await restart();
  await settle();
  expect(core.state()).toMatchObject({ wiping: true, phase: "closed" });
  expect(await core.recent(9)).toEqual([]);
  server.mischief = () => null;
  await settle();
  expect(environment.anew).toBe(1);
});

test("Q4 nobody signs in whose PIN was being tried when the order came", async () => {
  await enrolAndOpen();
  await core.closeShift();
  const derive = crypto.subtle.deriveKey.bind(crypto.subtle);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const spy = vi.spyOn(crypto.subtle, "deriveKey").mockImplementation(async (...asked) => {
    if ((asked[0] as { name: string }).name === "PBKDF2") await released;
    return await derive(...asked);
  });
  const opening = codeOf(core.openShift(await server.badge(OFFICER), PIN));
  await vi.waitUntil(() => spy.mock.calls.length > 0);
  await order();
  server.mischief = (path) => (path === "/devices/wiped" ? "drop_request" : null);
  await settle();
  expect(core.state().wiping).toBe(true);
  release();
  expect(await opening).toBe("pack.missing");
  expect(core.state()).toMatchObject({ phase: "closed", officer: null });
  spy.mockRestore();
});

test("Q4 an order for another device of the checkpoint is none", async () => {
  await enrolAndOpen();
  await server.publish("wipe", 1, { devices: { "0190a0b0-0000-7000-8000-0000000000b2": 1 } }, "checkpoint:hd-ql6");
  await settle();
  expect(core.state()).toMatchObject({ wiping: false, phase: "open" });
});

test("Q4 an order that the home server did not sign is none", async () => {
  await enrolAndOpen();
  const content = { devices: { [DEVICE]: server.clock_ms } };
  await server.publish("wipe", 1, content, "checkpoint:hd-ql6", await server.strangersKey());
  await settle();
  expect(core.state()).toMatchObject({ wiping: false, phase: "open", alerts: ["pack.signature"] });
});

test("Q5 by hand it takes a lead, and with something unsent the lead's word", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(2);
  const lead = { badge_text: await server.badge(LEAD), pin: PIN };
  expect(await codeOf(core.wiping.byHand(undefined, true))).toBe("wipe.lead");
  expect(await codeOf(core.wiping.byHand({ ...lead, badge_text: await server.badge(OFFICER) }, true))).toBe("badge.not_lead");
  expect(await codeOf(core.wiping.byHand(lead, false))).toBe("wipe.unsent");
  expect((await stores())["own"]).toBe(2);
  await core.wiping.byHand(lead, true);
  expect(environment.anew).toBe(1);
  expect(await stores()).toEqual({});
});

test("Q5 by hand with a network everything is sent first, and the server hears of it", async () => {
  await enrolAndOpen();
  server.mischief = (path) => (path === "/sync" ? "drop_request" : null);
  await saveMany(1);
  server.mischief = () => null;
  await core.wiping.byHand({ badge_text: await server.badge(LEAD), pin: PIN }, false);
  expect(heldOnce()).toEqual([1]);
  expect(server.wiped).toEqual([{ dropped: 0 }]);
  expect(environment.anew).toBe(1);
  await restart();
  expect(core.state().phase).toBe("not_enrolled");
  expect(await codeOf(core.enrol(CODE))).toBe("enrolment.code");
});
