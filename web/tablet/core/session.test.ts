/** A shift: badge and PIN, offline too; what is on the disk when nobody is signed on. */

import { openDB } from "idb";
import { expect, test } from "vitest";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { CODE, LEAD, OFFICER, otherBody, PIN, rosterContent } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, environment, namedPerson, restart, server, settle } from "./test/started.ts";
import { draftOf, person } from "./test/tablet.ts";

test("badge and PIN open it with no network", async () => {
  await core.enrol(CODE);
  server.mischief = () => "drop_request";
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(core.state()).toMatchObject({ phase: "open", officer: { id: OFFICER, role: "officer" } });
});

test("who is quicker than the list of whose badges count waits for it", async () => {
  // A server announces by name: the roster comes before the trust list.
  const named = [...server.packs].sort();
  server.packs.clear();
  for (const [name, pack] of named) server.packs.set(name, pack);
  server.mischief = (path) => (path === "/packs/trust" ? "drop_request" : null);
  await core.enrol(CODE);
  expect(Object.keys(core.state().packs)).toContain("roster");
  expect(Object.keys(core.state().packs)).not.toContain("trust");
  server.mischief = () => null;
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(core.state().phase).toBe("open");
});

test("a wrong PIN is counted, delayed, and at last only a lead helps; offline, and after a restart too", async () => {
  await core.enrol(CODE);
  server.mischief = () => "drop_request";
  const badge = await server.badge(OFFICER);
  const tried: string[] = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    tried.push(await codeOf(core.openShift(badge, "000000")));
    tried.push(await codeOf(core.openShift(badge, "000000")));
    environment.clock_ms += 60_000;
  }
  expect(tried).toEqual([
    ...["badge.pin", "badge.pin", "badge.pin", "badge.wait", "badge.pin", "badge.wait"],
    ...["badge.pin", "badge.wait", "badge.lead", "badge.lead"],
  ]);
  await restart();
  expect(core.state().pin).toMatchObject({ failures: 5, lead_needed: true });
  expect(await codeOf(core.openShift(badge, PIN))).toBe("badge.lead");
  await core.openShift(await server.badge(LEAD), PIN);
  expect(core.state()).toMatchObject({ phase: "open", pin: { failures: 0, lead_needed: false } });
  await core.closeShift();
  await core.openShift(badge, PIN);
  expect(core.state().officer?.id).toBe(OFFICER);
});

test("a clock set back does not lengthen the wait", async () => {
  await core.enrol(CODE);
  const badge = await server.badge(OFFICER);
  for (let attempt = 0; attempt < 3; attempt += 1) await codeOf(core.openShift(badge, "000000"));
  environment.clock_ms -= 86_400_000;
  await expect(core.openShift(badge, PIN)).rejects.toMatchObject({ code: "badge.wait", at: 5000 });
});

test("two wrong PINs at once are two", async () => {
  await core.enrol(CODE);
  const badge = await server.badge(OFFICER);
  const codes = await Promise.all(["1", "2", "3", "4", "5"].map((pin) => codeOf(core.openShift(badge, pin.repeat(6)))));
  expect(core.state().pin.failures).toBe(codes.filter((code) => code === "badge.pin").length);
  expect(codes).toContain("badge.wait");
});

test("a badge that is forged, a stranger's or no badge at all is told apart", async () => {
  await core.enrol(CODE);
  const badge = await server.badge(OFFICER);
  const forged = `${badge.slice(0, -6)}AAAAAA`;
  expect(await codeOf(core.openShift(forged, PIN))).toBe("badge.invalid");
  expect(await codeOf(core.openShift(await server.badge("o-nt-9"), PIN))).toBe("badge.officer");
  expect(await codeOf(core.openShift("https://example.vn", PIN))).toBe("badge.unreadable");
  expect(core.state().pin.failures).toBe(0);
});

test("a badge printed this moment opens a shift and is read although the answer with the time came late", async () => {
  await core.enrol(CODE);
  await settle();
  // The estimate of the server's time is behind by half of what the answer took.
  server.clock_ms += 30_000;
  const fresh = await server.badge(OFFICER, undefined, Math.floor(server.clock_ms / 1000));
  await core.openShift(fresh, PIN);
  expect(core.state().phase).toBe("open");
  expect(await core.readCode(fresh)).toMatchObject({ status: "verified", code: "ok" });
  const tomorrow = await server.badge(OFFICER, undefined, Math.floor(server.clock_ms / 1000) + 86_400);
  expect(await core.readCode(tomorrow)).toMatchObject({ status: "invalid", code: "not_yet_valid" });
});

test("locked: the PIN alone opens it again, after a restart it does not", async () => {
  await enrolAndOpen();
  core.lock();
  expect(core.state().phase).toBe("locked");
  expect(await codeOf(core.save(draftOf(person("A"))))).toBe("shift.closed");
  expect(await codeOf(core.reopen("111111"))).toBe("badge.pin");
  await core.reopen(PIN);
  expect(core.state().phase).toBe("open");
  await restart();
  expect(core.state().phase).toBe("closed");
  expect(await codeOf(core.reopen(PIN))).toBe("shift.closed");
});

test("neither badge secret nor PIN nor a name is anywhere in the store in clear", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await core.save(draftOf(person("Đặng Thị Bí Mật")));
  await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms), namedPerson("Lê Văn Kín"));
  server.mischief = () => null;
  await settle();
  const db = await openDB(environment.database);
  const bytes: string[] = [];
  for (const store of ["meta", "own", "pulled", "packs"]) {
    bytes.push(dump(await db.getAll(store)));
  }
  db.close();
  const all = bytes.join("\n");
  expect(all).toContain("crossing");
  for (const secret of ["Bí Mật", "Lê Văn Kín", PIN, "BwcHBwcHBwcHBwcHBwcHBw"]) expect(all).not.toContain(secret);
  expect((await core.recent(5)).map(({ name }) => name).sort()).toEqual(["Lê Văn Kín", "Đặng Thị Bí Mật"]);
});

test("an officer struck off the roster is signed off at the next contact", async () => {
  await enrolAndOpen();
  const roster = (await rosterContent()) as { officers: { id: string }[] };
  const officers = roster.officers.filter(({ id }) => id !== OFFICER);
  await server.publish("roster", 2, { ...roster, officers }, "checkpoint:hd-ql6");
  await settle();
  expect(core.state()).toMatchObject({ phase: "closed", officer: null });
});

test("a lead who is one no longer answers for nothing from the next contact on, and a volunteer sees no history", async () => {
  await enrolAndOpen();
  await core.save(draftOf(person("A")));
  await core.openShift(await server.badge(LEAD), PIN);
  const roster = (await rosterContent()) as { officers: { id: string }[] };
  const officers = roster.officers.map((one) => (one.id === LEAD ? { ...one, role: "volunteer" } : one));
  await server.publish("roster", 2, { ...roster, officers }, "checkpoint:hd-ql6");
  await settle();
  expect(core.state()).toMatchObject({ phase: "open", officer: { id: LEAD, role: "volunteer" } });
  expect(await codeOf(core.waving.start("in", "queue"))).toBe("wave.lead");
  expect(await core.recent(5)).toEqual([]);
});

test("a subscriber sees each change as a new object", async () => {
  const seen = new Set<unknown>();
  const stop = core.subscribe(() => seen.add(core.state()));
  await core.enrol(CODE);
  const before = seen.size;
  expect(before).toBeGreaterThan(3);
  stop();
  core.setUpdateReady(true);
  expect(seen.size).toBe(before);
  expect(core.state().update_ready).toBe(true);
});

/** Everything in a stored value as text, bytes read as UTF-8. */
function dump(value: unknown): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(dump).join("\n");
  if (typeof value === "object" && value !== null) return Object.values(value).map(dump).join("\n");
  return String(value);
}
