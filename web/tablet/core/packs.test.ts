/** Packs come into force, never go back, and are not believed without the right signature. */

import { expect, test } from "vitest";
import { CODE, OFFICER, PIN, rosterContent, rulesContent } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, environment, server, settle } from "./test/started.ts";
import { draftOf, person } from "./test/tablet.ts";

test("K2 a newer one is in force without a restart, an older one never", async () => {
  await enrolAndOpen();
  await server.publish("rules", 3, { ...rulesContent(), otherwise: refer() });
  await settle();
  expect(core.decide(draftOf(person("A"))).verdict).toMatchObject({ outcome: "refer", packs: { rules: 3 } });
  await server.publish("rules", 2, rulesContent());
  await settle();
  expect(core.state().packs["rules"]?.version).toBe(3);
  expect(core.state().alerts).toEqual(["pack.rollback"]);
});

test("K2 an old one under a new number is refused: the number inside counts", async () => {
  await server.publish("rules", 4, rulesContent());
  const old = server.packs.get("rules")?.jws ?? "";
  await server.publish("rules", 5, { ...rulesContent(), otherwise: refer() });
  await enrolAndOpen();
  server.packs.set("rules", { version: 6, jws: old });
  await settle();
  expect(core.state()).toMatchObject({ alerts: ["pack.rollback"], packs: { rules: { version: 5 } } });
  expect(core.decide(draftOf(person("A"))).verdict.outcome).toBe("refer");
});

test("K1 K3 K4 one that another key signed, or is made for another checkpoint, leaves the last good in force", async () => {
  await enrolAndOpen();
  await server.publish("rules", 2, { ...rulesContent(), otherwise: refer() }, "all", await server.strangersKey());
  await settle();
  expect(core.state()).toMatchObject({ alerts: ["pack.signature"], packs: { rules: { version: 1 } } });
  await server.publish("rules", 2, rulesContent(), "checkpoint:nt-ca-na");
  await settle();
  expect(core.state().alerts).toEqual(["pack.scope"]);
  expect(core.decide(draftOf(person("A"))).verdict.outcome).toBe("pass");
});

test("K4 one that the server refuses to give stops no other, and is said", async () => {
  await enrolAndOpen();
  await server.publish("roster", 2, await rosterContent(), "checkpoint:hd-ql6");
  await server.publish("rules", 3, { ...rulesContent(), otherwise: refer() });
  server.mischief = (path) => (path === "/packs/roster" ? 404 : null);
  await settle();
  expect(core.state()).toMatchObject({ packs: { rules: { version: 3 } }, sync: { status: "idle" } });
  expect(core.state().alerts).toEqual(["made.404"]);
});

test("K4 rules that do not parse mean kiểm tra thêm", async () => {
  await enrolAndOpen();
  await server.publish("rules", 2, { rules: "none" });
  await settle();
  expect(core.decide(draftOf(person("A"))).verdict).toMatchObject({ outcome: "refer", reasons: ["rules_missing"] });
  expect(core.state().alerts).toEqual(["pack.content"]);
});

test("K5 rules past their stop mean kiểm tra thêm, and one contact makes them good again", async () => {
  await enrolAndOpen();
  const hours = (count: number) => {
    environment.clock_ms += count * 3_600_000;
    server.clock_ms += count * 3_600_000;
  };
  server.mischief = () => "drop_request";
  hours(167);
  expect(core.decide(draftOf(person("A"))).verdict.outcome).toBe("pass");
  hours(2);
  expect(core.decide(draftOf(person("A"))).verdict).toMatchObject({ outcome: "refer", reasons: ["rules_stale"] });
  await settle();
  expect(core.state().packs["rules"]?.age_state).toBe("red");
  server.mischief = () => null;
  await settle();
  expect(core.state().packs["rules"]?.age_state).toBe("fresh");
  expect(core.decide(draftOf(person("A"))).verdict.outcome).toBe("pass");
});

test("K4 K7 a listed person is referred, and a damaged list leaves the last good one in force", async () => {
  await enrolAndOpen();
  const named = { bucket_bits: 22, buckets: 1, rice_bits: 21, coded: "g0ns" };
  await server.publish("watchlist", 1, named);
  await settle();
  const listed = person("A");
  const known = { ...listed, identity: { ...listed.identity, id_number: "001 190 012 345" } };
  const masked = { ...listed, identity: { ...listed.identity, id_number: "00119001****" } };
  const verdictOf = (one: typeof listed): object => core.decide(draftOf(person("B"), one)).verdict;
  expect(verdictOf(known)).toMatchObject({ outcome: "refer", reasons: expect.arrayContaining(["list_check"]) as unknown });
  expect(core.decide(draftOf(known))).toMatchObject({ basis: null, reasons: [{ code: "list_check" }, {}] });
  expect(verdictOf(masked)).toMatchObject({ outcome: "pass" });
  await server.publish("watchlist", 2, { ...named, buckets: 2 });
  await settle();
  expect(core.state()).toMatchObject({ alerts: ["pack.content"], packs: { watchlist: { version: 1 } } });
  expect(verdictOf(known)).toMatchObject({ outcome: "refer" });
  await server.publish("watchlist", 3, { ...named, buckets: 0, rice_bits: 21, coded: "" });
  await settle();
  expect(verdictOf(known)).toMatchObject({ outcome: "pass" });
});

test("without any pack the verdict is kiểm tra thêm and no shift opens", async () => {
  server.mischief = (path) => (path === "/devices/enrol" ? null : "drop_request");
  await core.enrol(CODE);
  expect(core.decide(draftOf(person("A"))).verdict).toMatchObject({ outcome: "refer", reasons: ["rules_missing"] });
  expect(await codeOf(core.openShift(await server.badge(OFFICER), PIN))).toBe("pack.missing");
});

test("a shift that is opened before the first answer waits for the officers' list", async () => {
  server.mischief = (path) => (path === "/sync" ? "drop_request" : null);
  await core.enrol(CODE);
  expect(await codeOf(core.openShift(await server.badge(OFFICER), PIN))).toBe("pack.missing");
  server.mischief = () => null;
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(core.state().phase).toBe("open");
});

function refer(): object {
  return { outcome: "refer", reason: { code: "ask", vi: "Hỏi", en: "Ask" } };
}
