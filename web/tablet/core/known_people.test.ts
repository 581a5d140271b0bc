/** Somebody without a phone on them, found by their whole number among what this tablet holds. */

import { afterEach, expect, test, vi } from "vitest";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { digitsOf } from "./known_people.ts";
import { holdDecryptFrom } from "./test/held_decrypt.ts";
import { codeOf, core, enrolAndOpen, restart, saveMany, server, settle } from "./test/started.ts";
import { draftOf, person } from "./test/tablet.ts";
import { OFFICER, PIN, VOLUNTEER } from "./test/fake_content.ts";
import { CODE, DEVICE, otherBody } from "./test/fake_server.ts";

const IDENTITY = { name: "Lê Văn Mẫu", birth_date: "1990", id_number: "058090012345", phone: "0912345678" };

afterEach(() => {
  vi.restoreAllMocks();
});

function withIdentity(identity: object): Parameters<typeof core.save>[0] {
  return draftOf({ ...person("x"), evidence: null, identity });
}

test("who crossed before is found by phone or ID number, and by the whole of it only", async () => {
  await enrolAndOpen();
  await core.save(withIdentity(IDENTITY));
  expect(await core.people.byNumber("0912345678")).toMatchObject(IDENTITY);
  expect(await core.people.byNumber("058090012345")).toMatchObject(IDENTITY);
  for (const other of ["091234567", "05809001234", "0912345679", "912345678"]) {
    expect(await core.people.byNumber(other)).toBeNull();
  }
});

test("the newest crossing of somebody counts, also after a restart and a sync", async () => {
  await enrolAndOpen();
  await core.save(withIdentity(IDENTITY));
  expect(await core.people.byNumber("0912345678")).toMatchObject({ birth_date: "1990" });
  await core.save(withIdentity({ ...IDENTITY, birth_date: "1990-08-15" }));
  expect(await core.people.byNumber("0912345678")).toMatchObject({ birth_date: "1990-08-15" });
  await settle();
  await restart();
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(await core.people.byNumber("0912345678")).toMatchObject({ birth_date: "1990-08-15" });
});

/** A person part of one person, as another tablet of the checkpoint wrote it. */
function personOf(identity: object): string {
  return JSON.stringify({ salt: "AAAAAAAAAAAAAAAAAAAAAA", set: {}, items: { people: { 1: identity } } });
}

test("U9 who was sealed at first and is announced again is found", async () => {
  await enrolAndOpen();
  const body = otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms);
  await server.addOther(body, personOf(IDENTITY), { person: null });
  await settle();
  expect(await core.people.byNumber("0912345678")).toBeNull();
  server.announceAgain(body, personOf(IDENTITY));
  await settle();
  expect(core.state().alerts).toEqual([]);
  expect(await core.people.byNumber("0912345678")).toMatchObject(IDENTITY);
});

test("F7 who stands in an older page that came after a first look is found", async () => {
  await server.addOther(otherBody(uuid7(server.clock_ms - 60_000, new Uint8Array(10).fill(1)), server.clock_ms - 60_000), personOf(IDENTITY));
  await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10).fill(2)), server.clock_ms), personOf({ name: "Người Khác" }));
  server.newest = 1;
  await core.enrol(CODE);
  let syncs = 0;
  server.mischief = (path) => (path === "/sync" && (syncs += 1) > 1 ? "drop_request" : null);
  await core.openShift(await server.badge(OFFICER), PIN);
  await core.syncNow().catch(() => undefined);
  expect(await core.people.byNumber("0912345678")).toBeNull();
  server.mischief = () => null;
  await settle();
  expect(await core.people.byNumber("0912345678")).toMatchObject(IDENTITY);
});

test("a locked tablet finds nobody", async () => {
  await enrolAndOpen();
  await core.save(withIdentity(IDENTITY));
  await core.people.prepare();
  core.lock();
  expect(await codeOf(core.people.byNumber("0912345678"))).toBe("shift.closed");
});

test("who signs out while it is read leaves nobody out for the next one", async () => {
  await enrolAndOpen();
  await core.save(withIdentity(IDENTITY));
  await saveMany(260);
  await settle();
  // A body and a person part each: the second portion of 250 has begun.
  const second = holdDecryptFrom(505);
  const preparing = core.people.prepare();
  await second.reached;
  await core.closeShift();
  second.release();
  await preparing;
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(await core.people.byNumber("0912345678")).toMatchObject(IDENTITY);
});

test("who was erased is found no more, also by a tablet that had looked before", async () => {
  await enrolAndOpen();
  await core.save(withIdentity(IDENTITY));
  await settle();
  expect(await core.people.byNumber("0912345678")).not.toBeNull();
  server.removals = [`${DEVICE}:1`];
  await settle();
  expect(await core.people.byNumber("0912345678")).toBeNull();
});

test("a volunteer sees nobody's history", async () => {
  await enrolAndOpen();
  await core.save(withIdentity(IDENTITY));
  await settle();
  await core.closeShift();
  await core.openShift(await server.badge(VOLUNTEER), PIN);
  expect(await codeOf(core.people.byNumber("0912345678"))).toBe("lookup.role");
});

test("a masked number names nobody, and a number is one however it is written", () => {
  expect(digitsOf("09123*****")).toBeNull();
  expect(digitsOf("+84 912 345 678")).toBe("0912345678");
  expect(digitsOf("0912.345.678")).toBe("0912345678");
  expect(digitsOf("12345678")).toBeNull();
});
