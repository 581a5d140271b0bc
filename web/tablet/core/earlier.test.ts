/** What rules see of earlier crossings while offline: uses of a document, refusals here, refusals nearby. */

import { afterEach, expect, test, vi } from "vitest";
import { evidenceOf } from "../../shared/credentials/evidence.ts";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { openDatabase } from "./db.ts";
import { otherBody, rulesContent } from "./test/fake_server.ts";
import { failOnce } from "./test/failing_read.ts";
import { holdDecryptFrom } from "./test/held_decrypt.ts";
import { core, enrolAndOpen, environment, restart, saveMany, server, settle } from "./test/started.ts";
import { draftOf, person } from "./test/tablet.ts";
import { LEAD, OFFICER, PIN } from "./test/fake_content.ts";
import type { CrossingDraft } from "./vocabulary.ts";

const HOUR_MS = 3_600_000;
let records = 0;

afterEach(() => {
  vi.restoreAllMocks();
});

function rule(id: string, path: string): object {
  const [sample] = (rulesContent() as { rules: object[] }).rules;
  const reason = { code: id, vi: id, en: id };
  return { ...sample, id: `t.${id}`, condition: { "===": [{ var: path }, true] }, outcome: "refer", reason };
}

async function publish(lists: object): Promise<void> {
  const rules = [
    rule("overspent", "external.permit.overspent"),
    rule("turned_back", "external.turned_back"),
    rule("suspended", "external.company_suspended"),
    rule("first", "external.priority"),
  ];
  await server.publish("rules", 2, { ...rulesContent(), rules });
  await server.publish("permits", 1, lists);
  await enrolAndOpen();
}

/** A truck whose driver shows a pass. */
function withPass(plate = "79C12345", more: object = {}, status: "verified" | "claim" = "verified"): CrossingDraft {
  const subject = { type: "pass", id: "pass-1", plate, company: "CTY TNHH Đại Phát", ...more };
  const evidence = evidenceOf("own", status, status === "verified" ? "ok" : "unsigned", { subject });
  const draft = draftOf({ ...person("Lái Xe"), card: null, evidence });
  return { ...draft, plate: { read: plate, normal: plate, candidates: ["car"] } };
}

/** The clocks of tablet and server go together: nothing is measured anew. */
function later(ms: number): void {
  environment.clock_ms += ms;
  server.clock_ms += ms;
}

const reasons = (draft: CrossingDraft): readonly string[] => core.decide(draft).verdict.reasons;

test("a pass used as often as the day allows is overspent, offline and after a restart", async () => {
  await publish({ quotas: [{ type: "pass", per_day: 2 }] });
  server.mischief = () => "drop_request";
  await core.save(withPass());
  expect(reasons(withPass())).toEqual(["no_restriction"]);
  const second = await core.save(withPass());
  expect(reasons(withPass())).toEqual(["overspent"]);
  await restart();
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(reasons(withPass())).toEqual(["overspent"]);
  await core.undo(second);
  expect(reasons(withPass())).toEqual(["no_restriction"]);
});

test("yesterday's use, a refusal and an unsigned copy use nothing up", async () => {
  await publish({ quotas: [{ type: "pass", per_day: 1 }] });
  await core.save(withPass());
  later(24 * HOUR_MS);
  expect(reasons(withPass())).toEqual(["no_restriction"]);
  await core.save(withPass("79C12345", {}, "claim"));
  await core.save({ ...withPass("79C99999"), action: "turned_back", override: "other" });
  expect(reasons(withPass())).toEqual(["no_restriction"]);
});

/** Another tablet of the checkpoint let somebody through on this pass. */
async function shownElsewhere(pass: string, minutes_ago: number): Promise<void> {
  const { body, person: part } = passElsewhere(pass, minutes_ago);
  await server.addOther(body, part);
}

function passElsewhere(pass: string, minutes_ago: number): { body: string; person: string } {
  const record = uuid7(server.clock_ms, new Uint8Array(10).fill((records += 1)));
  const body = JSON.parse(otherBody(record, server.clock_ms - minutes_ago * 60_000)) as object;
  const evidence = { family: "own", status: "verified", code: "ok" };
  const people = { 1: { role: "driver", evidence } };
  const shown = { people: { 1: { facts: { permit: { type: "pass", id: pass } } } } };
  return { body: JSON.stringify({ ...body, items: { people } }), person: JSON.stringify({ salt: "AAAAAAAAAAAAAAAAAAAAAA", set: {}, items: shown }) };
}

test("what another tablet of the checkpoint saw of a pass counts too", async () => {
  await publish({ quotas: [{ id: "pass-1", total: 1 }] });
  await shownElsewhere("pass-1", 60);
  expect(reasons(withPass())).toEqual(["no_restriction"]);
  await settle();
  expect(reasons(withPass())).toEqual(["overspent"]);
  expect(reasons(withPass("79C12345", { id: "pass-2" }))).toEqual(["no_restriction"]);
});

test("U9 a pass shown at a locked tablet of a relay counts once its person part is opened", async () => {
  await publish({ quotas: [{ id: "pass-1", total: 1 }] });
  const { body, person: part } = passElsewhere("pass-1", 60);
  await server.addOther(body, part, { person: null });
  await settle();
  expect(reasons(withPass())).toEqual(["no_restriction"]);
  server.announceAgain(body, part);
  await settle();
  expect(reasons(withPass())).toEqual(["overspent"]);
});

test("F7 what an older page brings after the network was gone for a while counts too", async () => {
  await publish({ quotas: [{ id: "pass-1", total: 1 }], turned_back_hours: 24 });
  server.newest = 1;
  await shownElsewhere("pass-1", 4);
  await refusedNearby("29C12345");
  for (const minutes of [3, 2, 1]) await shownElsewhere("pass-9", minutes);
  // The feeds anew, from the newest on; then the network is gone until the shift is under way.
  server.epoch += 1;
  let syncs = 0;
  server.mischief = (path) => (path === "/sync" && (syncs += 1) > 1 ? "drop_request" : null);
  await core.syncNow().catch(() => undefined);
  await core.closeShift();
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(reasons(withPass())).toEqual(["no_restriction"]);
  server.mischief = () => null;
  await settle();
  expect(reasons(withPass())).toEqual(["overspent"]);
  expect(reasons(withPass("29C12345", { id: "pass-2" }))).toEqual(["turned_back"]);
});

test("a vehicle refused here within the hours is turned back for the rules, until the refusal is voided", async () => {
  await publish({ turned_back_hours: 2 });
  const plain = withPass("30F11111");
  const refusal = await core.save({ ...plain, action: "turned_back", override: "other" });
  expect(reasons(plain)).toEqual(["turned_back"]);
  expect(await core.turnedBack("30F11111")).toMatchObject({ checkpoint: "hd-ql6", time_ms: refusal.time_ms });
  expect(reasons(withPass("30F22222"))).toEqual(["no_restriction"]);
  later(2 * HOUR_MS + 1);
  expect(reasons(plain)).toEqual(["no_restriction"]);
  later(-HOUR_MS);
  expect(reasons(plain)).toEqual(["turned_back"]);
  await core.undo(refusal);
  expect(reasons(plain)).toEqual(["no_restriction"]);
  expect(await core.turnedBack("30F11111")).toBeNull();
});

test("a refusal entered from paper counts from when it happened", async () => {
  await publish({ turned_back_hours: 2 });
  const paper = { no: "S2-17", occurred_ms: environment.clock_ms - 3 * HOUR_MS };
  const { plate, direction } = withPass("30F11111");
  await core.gate.brief.save({ direction, vehicle_class: "truck", plate, headcount: 1, action: "turned_back", paper });
  expect(reasons(withPass("30F11111"))).toEqual(["no_restriction"]);
  expect(await core.turnedBack("30F11111")).toBeNull();
});

test("a use that the server rejects uses nothing up, until it is taken after all", async () => {
  await publish({ quotas: [{ type: "pass", per_day: 1 }], turned_back_hours: 2 });
  server.mischief = () => "drop_request";
  await core.save(withPass());
  await settle();
  expect(reasons(withPass())).toEqual(["overspent"]);
  server.state = "rejected";
  server.mischief = () => null;
  await settle();
  expect(core.state().rejected).toBe(1);
  expect(reasons(withPass())).toEqual(["no_restriction"]);
  server.restore(0);
  server.state = "accepted";
  await settle();
  expect(core.state().rejected).toBe(0);
  expect(reasons(withPass())).toEqual(["overspent"]);
});

/** A tablet with a long queue, whose first crossing was a refusal; started again, nobody on duty. */
async function longQueue(): Promise<CrossingDraft> {
  await publish({ turned_back_hours: 24 });
  server.mischief = () => "drop_request";
  const plain = withPass("30F11111");
  await core.save({ ...plain, action: "turned_back", override: "other" });
  await saveMany(300);
  // The old page's rounds read as well: none of them may go on beside the new one.
  await settle();
  await restart();
  return plain;
}

async function ownEvents(): Promise<number> {
  const db = await openDatabase(environment.database, () => undefined);
  const count = await db.count("own");
  db.close();
  return count;
}

test("a crossing saved while a long queue is being read waits for the portion under way, and counts at once", async () => {
  await longQueue();
  const second = holdDecryptFrom(150);
  const learned = core.openShift(await server.badge(OFFICER), PIN);
  await second.reached;
  const other = withPass("30F22222");
  const saving = core.save({ ...other, action: "turned_back", override: "other" });
  await vi.waitUntil(async () => (await ownEvents()) === 302);
  // From the third portion on nothing goes on until the crossing is saved.
  vi.restoreAllMocks();
  const third = holdDecryptFrom(20);
  second.release();
  await saving;
  expect(reasons(other)).toEqual(["turned_back"]);
  await third.reached;
  third.release();
  await learned;
});

test("a shift that ends while a long queue is being read leaves nothing out of the next one", async () => {
  const plain = await longQueue();
  const second = holdDecryptFrom(150);
  const learned = core.openShift(await server.badge(LEAD), PIN);
  await second.reached;
  await core.closeShift();
  second.release();
  await learned;
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(reasons(plain)).toEqual(["turned_back"]);
});

async function refusedNearby(plate: string): Promise<void> {
  const record = uuid7(server.clock_ms, new Uint8Array(10).fill((records += 1)));
  const body = JSON.parse(otherBody(record, server.clock_ms)) as object;
  const set = { subject: record, checkpoint: "hd-dai-lo", district: "268", occurred: server.clock_ms - HOUR_MS, plate };
  await server.addOther(JSON.stringify({ ...body, kind: "turn_back", home: "hd-dai-lo", officer: null, set }), null);
}

test("a vehicle refused at a neighbour is turned back for the rules", async () => {
  await publish({});
  await refusedNearby("29C12345");
  expect(reasons(withPass("29C12345"))).toEqual(["no_restriction"]);
  await settle();
  expect(reasons(withPass("29C12345"))).toEqual(["turned_back"]);
});

test("what was pulled before a round broke off counts at once, not only after a round that ends well", async () => {
  await publish({ quotas: [{ id: "pass-1", total: 1 }] });
  await shownElsewhere("pass-1", 60);
  await refusedNearby("29C12345");
  await server.publish("rules", 3, rulesContent());
  server.mischief = (path) => (path === "/packs/rules" ? "drop_answer" : null);
  await settle();
  expect(core.state().sync.status).toBe("offline");
  expect(reasons(withPass())).toEqual(["overspent"]);
  expect(reasons(withPass("29C12345", { id: "pass-2" }))).toEqual(["turned_back"]);
});

test("a refusal nearby that came while a reading failed is known after the next", async () => {
  await publish({});
  await refusedNearby("29C12345");
  failOnce(IDBIndex.prototype, "getAll", "kind");
  await settle();
  expect(reasons(withPass("29C12345"))).toEqual(["turned_back"]);
});

test("a suspended company is seen whoever of the vehicle shows its paper", async () => {
  const companies = [{ name: "Công ty TNHH Đại Phát", reference: "12/UBND" }];
  await publish({ suspended: { companies } });
  const draft = withPass();
  expect(reasons({ ...draft, people: [...draft.people, person("Phụ Xe")] })).toEqual(["suspended"]);
  expect(core.decide({ ...draft, people: [person("Một Người")] }).verdict.reasons).toEqual(["no_restriction"]);
});

test("goods that go first are said beside the verdict, and to rules", async () => {
  await publish({ priority: [{ provinces: [], goods: ["farm_products"], reference: "15/UBND" }] });
  const goods = (group: "farm_products" | "textiles") => [{ group, quantity: 1, unit: "tonne" as const, perishable: false }];
  expect(core.decide({ ...withPass(), goods: goods("farm_products") }).priority).toEqual(["farm_products"]);
  expect(reasons({ ...withPass(), goods: goods("farm_products") })).toEqual(["first"]);
  expect(core.decide({ ...withPass(), goods: goods("textiles") }).priority).toEqual([]);
});

test("lists that do not parse leave the last good ones in force", async () => {
  await publish({ quotas: [{ type: "pass", per_day: 0 }] });
  await server.publish("permits", 2, { quotas: [{ type: "badge", per_day: 9 }] });
  await settle();
  expect(core.state().packs["permits"]).toMatchObject({ version: 1 });
  expect(reasons(withPass())).toEqual(["overspent"]);
});

test("what a pass said stands in the person part, for the home server alone", async () => {
  await publish({});
  await core.save(withPass("79C12345", { hours: "12:00-12:01" }));
  await settle();
  const [event] = server.log();
  expect(event?.body).not.toContain("pass-1");
  expect(JSON.parse(event?.person ?? "")).toMatchObject({
    items: { people: { 1: { facts: { permit: { type: "pass", id: "pass-1", plate_ok: true, hours_ok: false, places_ok: true, company: "CTY TNHH Đại Phát" } } } } },
  });
});
