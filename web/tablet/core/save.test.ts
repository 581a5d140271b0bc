/** Saving a crossing: on disk, once, in order; what stands in its two texts. */

import { expect, test } from "vitest";
import { createCore } from "./core.ts";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { CODE, LEAD, OFFICER, otherBody, PIN } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, environment, heldOnce, restart, saveMany, server, settle } from "./test/started.ts";
import { draftOf, person } from "./test/tablet.ts";
import { isDrawn } from "./verdict.ts";

test("is there after a restart, once, and arrives exactly once", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  const [saved] = await saveMany(1);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 1, sync: { status: "offline" } });
  await restart();
  expect(core.state()).toMatchObject({ unsent: 1, oldest_unsent_ms: saved?.time_ms });
  server.mischief = () => null;
  await settle();
  expect(heldOnce()).toEqual([1]);
  expect(core.state()).toMatchObject({ unsent: 0, oldest_unsent_ms: null, sync: { status: "idle" } });
});

test("twenty at once take twenty numbers and one unbroken chain", async () => {
  await enrolAndOpen();
  const other = createCore(environment);
  await other.start();
  await other.openShift(await server.badge(OFFICER), PIN);
  const drafts = Array.from({ length: 10 }, (_, at) => draftOf(person(`Người ${at}`)));
  const saved = await Promise.all([...drafts.map((one) => core.save(one)), ...drafts.map((one) => other.save(one))]);
  expect(saved.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  await settle();
  expect(heldOnce()).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  expect(core.state().unsent).toBe(0);
});

test("stamps rise also when the clock jumps back", async () => {
  await enrolAndOpen();
  await core.save(draftOf(person("A")));
  environment.clock_ms -= 3_600_000;
  await core.save(draftOf(person("B")));
  await settle();
  const stamps = server.log().map(({ body }) => (JSON.parse(body) as { stamp: string }).stamp);
  expect(stamps).toEqual([...stamps].sort());
  expect(new Set(stamps).size).toBe(2);
});

test("body holds no person; the person part holds name, card and description", async () => {
  await enrolAndOpen();
  await core.save({ ...draftOf(person("Đặng Thị Hòa")), note: "ghi chú" });
  await settle();
  const [event] = server.log();
  const body = JSON.parse(event?.body ?? "") as Record<string, unknown>;
  expect(event?.body).not.toContain("Hòa");
  expect(body).toMatchObject({
    kind: "crossing",
    home: "hd-ql6",
    officer: OFFICER,
    packs: { rules: 1, trust: 1, roster: 1 },
    set: { direction: "in", plate: { normal: "29A12345" }, verdict: { outcome: "pass" }, action: "passed" },
    items: {
      people: { 1: { role: "driver", evidence: { family: "none" } } },
      goods: { 1: { group: "food", quantity: 2.5 } },
    },
  });
  expect(JSON.parse(event?.person ?? "")).toMatchObject({
    set: { note: "ghi chú" },
    items: {
      people: { 1: { name: "Đặng Thị Hòa", card: { colour: "green", basis: "seen" } } },
      goods: { 1: { description: "rau" } },
    },
  });
});

test("no raw code is kept, not even of an unknown one", async () => {
  await enrolAndOpen();
  const evidence = await core.readCode("BÍ ẨN 0123 không ai biết");
  expect(evidence).toMatchObject({ family: "opaque", status: "unknown" });
  await core.save(draftOf({ ...person("A"), evidence }));
  await settle();
  const [event] = server.log();
  expect(`${event?.body}${event?.person}`).not.toContain("BÍ ẨN");
  expect(JSON.parse(event?.body ?? "").items.people["1"].evidence).toEqual({
    family: "opaque",
    status: "unknown",
    code: "unrecognised",
  });
});

test("a refusal is passed only with a reason for it", async () => {
  await enrolAndOpen();
  const draft = draftOf(person("A", "yellow"));
  const decision = core.decide(draft);
  expect(decision).toMatchObject({ verdict: { outcome: "turn_back" }, reasons: [{ vi: "Thẻ vàng" }] });
  expect(await codeOf(core.save(draft))).toBe("draft.override");
  await core.save({ ...draft, override: "emergency" });
  await core.save({ ...draft, action: "turned_back" });
  await settle();
  expect(JSON.parse(server.log()[0]?.body ?? "").set.override).toEqual({ reason: "emergency", by: OFFICER });
});

test.each([
  ["headcount", { headcount: 0 }],
  ["headcount", { headcount: 501 }],
  ["goods", { goods: [{ group: "food", quantity: -1, unit: "kg", perishable: false }] }],
  ["plate", { plate: { read: "", normal: "", candidates: [] } }],
] as const)("a draft with a wrong %s writes nothing", async (field, change) => {
  await enrolAndOpen();
  expect(await codeOf(core.save({ ...draftOf(person("A")), ...change }))).toBe(`draft.${field}`);
  expect(core.state().unsent).toBe(0);
});

test("a full bus fits into one crossing; what does not fit is refused, not cut", async () => {
  await enrolAndOpen();
  const riders = Array.from({ length: 100 }, (_, at) => person(`Nguyễn Thị Thử Nghiệm ${at}`));
  await core.save(draftOf(...riders.slice(0, 45)));
  expect(await codeOf(core.save(draftOf(...riders)))).toBe("draft.too_large");
  await settle();
  expect(Object.keys(JSON.parse(server.log()[0]?.body ?? "").items.people)).toHaveLength(45);
  expect(core.state().unsent).toBe(0);
});

test("undo voids the crossing with an event of its own", async () => {
  await enrolAndOpen();
  const saved = await core.save(draftOf(person("A")));
  await core.undo(saved);
  expect(await core.recent(5)).toMatchObject([{ record: saved.record, voided: true }]);
  await settle();
  expect(heldOnce()).toEqual([1, 2]);
});

test("C5 a clock put right without a network dates nothing before the last contact", async () => {
  environment.clock_ms += 86_400_000;
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(1);
  const before_ms = server.clock_ms;
  environment.clock_ms = server.clock_ms += 3_600_000;
  const plate = { read: "30F-111.11", normal: "30F11111", candidates: ["car" as const] };
  await core.save({ ...draftOf(person("A")), plate, action: "turned_back", override: "other" });
  expect((await core.recent(1))[0]?.time_ms).toBeGreaterThanOrEqual(before_ms);
  expect(await core.turnedBack("30F11111")).not.toBeNull();
  server.mischief = () => null;
  await settle();
  const { time, offset } = JSON.parse(server.log()[1]?.body ?? "") as { time: number; offset: number };
  expect(time + offset).toBeGreaterThanOrEqual(before_ms);
});

test("what was just written is the newest also after the clock was put right", async () => {
  environment.clock_ms += 86_400_000;
  await enrolAndOpen();
  await saveMany(4);
  environment.clock_ms -= 86_400_000 - 60_000;
  server.clock_ms = environment.clock_ms;
  await settle();
  const [last] = await saveMany(1);
  expect((await core.recent(1)).map(({ record }) => record)).toEqual([last?.record]);
});

test("what reviewers and shifts wrote since does not push crossings out of the list", async () => {
  await enrolAndOpen();
  const record = uuid7(server.clock_ms, new Uint8Array(10));
  await server.addOther(otherBody(record, server.clock_ms), null);
  const [own] = await saveMany(1);
  for (let at = 1; at <= 7; at += 1) {
    const body = JSON.parse(otherBody(uuid7(server.clock_ms + at, new Uint8Array(10)), server.clock_ms + at)) as object;
    await server.addOther(JSON.stringify({ ...body, kind: "review", set: { crossing: record } }), null);
    await core.noting.write({ kind: "queue", fields: { lane: "1", length_vehicles: at } });
  }
  await settle();
  expect((await core.recent(2)).map((one) => one.record)).toEqual([own?.record, record]);
});

test("what is milder than the verdict waits for a lead's badge and PIN, an emergency for nobody", async () => {
  await enrolAndOpen();
  const draft = { ...draftOf(person("A", "yellow")), action: "passed" as const, override: "paper_shown" as const };
  expect(core.decide(draft).needs_approval).toBe(true);
  expect(await codeOf(core.save(draft))).toBe("draft.approval");
  expect(await codeOf(core.approve({ badge_text: await server.badge(OFFICER), pin: PIN }))).toBe("badge.not_lead");
  expect(await codeOf(core.approve({ badge_text: await server.badge(LEAD), pin: "135790" }))).toBe("badge.pin");
  const approved_by = await core.approve({ badge_text: await server.badge(LEAD), pin: PIN });
  await core.save({ ...draft, approved_by });
  await core.save({ ...draft, override: "emergency" });
  expect(core.decide({ ...draftOf(person("A")), action: "referred", override: "other" }).needs_approval).toBe(false);
  await settle();
  const overrides = server.log().map(({ body }) => (JSON.parse(body) as { set: { override: unknown } }).set.override);
  expect(overrides).toEqual([
    { reason: "paper_shown", by: OFFICER, approved_by: LEAD },
    { reason: "emergency", by: OFFICER },
  ]);
});

test("a lead on duty has approved by being on duty", async () => {
  await core.enrol(`https://chot.test/tablet/#enrol=${CODE}`);
  await core.openShift(await server.badge(LEAD), PIN);
  const draft = { ...draftOf(person("A", "yellow")), action: "passed" as const, override: "paper_shown" as const };
  expect(core.decide(draft).needs_approval).toBe(false);
  await core.save(draft);
  await settle();
  expect(server.log()[0]?.body).toContain(`"approved_by":"${LEAD}"`);
});

test("trailer, manifest, lot and convoy stand in the body, and only where there are any", async () => {
  await enrolAndOpen();
  const trailer_plate = { read: "29R-012.34", normal: "29R01234", candidates: ["trailer"] };
  const { record } = await core.save(draftOf(person("A")));
  await core.save({ ...draftOf(person("B")), trailer_plate, expected_headcount: 40, sampled: true, convoy: record });
  await settle();
  const [plain, full] = server.log().map(({ body }) => (JSON.parse(body) as { set: object }).set);
  expect(full).toMatchObject({ trailer_plate, expected_headcount: 40, sampled: true, convoy: record });
  for (const name of ["trailer_plate", "expected_headcount", "sampled", "convoy"]) expect(plain).not.toHaveProperty(name);
});

test("the lot falls on as many of a thousand as the pack says", () => {
  const bytes = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 255);
  const drawn = (per_mille: number): number => Array.from({ length: 65_536 }, (_, value) => isDrawn(bytes(value), per_mille)).filter(Boolean).length;
  expect([drawn(0), drawn(1000)]).toEqual([0, 65_536]);
  expect(Math.abs(drawn(20) - 1311)).toBeLessThanOrEqual(1);
});
