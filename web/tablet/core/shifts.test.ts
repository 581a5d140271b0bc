/** Shifts: opened, shared between tablets, asked in, handed over; offline too. */

import { openDB } from "idb";
import { afterEach, expect, test, vi } from "vitest";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { LEAD, OFFICER, otherBody, PIN, VOLUNTEER } from "./test/fake_content.ts";
import { holdDecryptFrom } from "./test/held_decrypt.ts";
import { codeOf, core, enrolAndOpen, environment, restart, saveMany, server, settle } from "./test/started.ts";

const HOUR_MS = 3_600_000;
const shift = () => core.state().shifts[0]!;

/** Both clocks, so that the server's stays the tablet's; between rounds, or one would measure the jump. */
async function later(ms: number): Promise<void> {
  await settle();
  environment.clock_ms += ms;
  server.clock_ms = environment.clock_ms;
}

afterEach(() => {
  vi.restoreAllMocks();
});

async function begin(): Promise<void> {
  await core.shifts.begin({
    lead: LEAD,
    roster: [
      { officer: LEAD, name: "", duty: "lead" },
      { officer: OFFICER, name: "", duty: "scan" },
      { officer: null, name: "Dân quân Tổ 4", duty: "traffic" },
    ],
    checked: ["signs"],
    due_ms: environment.clock_ms + 6 * HOUR_MS,
    takes_over: [],
  });
}

test("a shift holds who stands where, and survives a restart", async () => {
  await enrolAndOpen();
  expect(core.state().shifts).toEqual([]);
  await begin();
  expect(shift()).toMatchObject({ lead: LEAD, opened_by: OFFICER, checked: ["signs"], closed_ms: null });
  expect(shift().roster.map(({ officer, name, duty }) => [officer, name, duty])).toEqual([
    [LEAD, "", "lead"],
    [OFFICER, "", "scan"],
    [null, "Dân quân Tổ 4", "traffic"],
  ]);
  await settle();
  const [sent] = server.log().filter(({ body }) => body.includes('"kind":"shift"'));
  expect(sent?.body).not.toContain("Dân quân");
  await restart();
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(shift().roster).toHaveLength(3);
});

test("roster and steps change while it runs, and an amendment leaves no conflict", async () => {
  await enrolAndOpen();
  await begin();
  await core.shifts.place(shift(), [
    { officer: LEAD, name: "", duty: "lead" },
    { officer: OFFICER, name: "", duty: "traffic" },
    { officer: "o-new", name: "", duty: "scan" },
  ]);
  expect(shift().roster.map(({ officer, duty }) => [officer, duty])).toEqual([
    [LEAD, "lead"],
    [OFFICER, "traffic"],
    ["o-new", "scan"],
  ]);
  await core.shifts.check(shift(), ["signs", "masks"]);
  await core.shifts.check(shift(), ["masks"]);
  expect(shift().checked).toEqual(["masks"]);
  expect(Object.values(shift().seen).every((refs) => refs.length <= 1)).toBe(true);
});

test("a question is answered by a lead's badge, or by telephone with a name", async () => {
  await enrolAndOpen();
  // No shift runs: asking must not wait for one.
  await core.shifts.ask({ about: "papers", of: "lead", plate: "51C12345", question: "Giấy hết hạn hôm qua" });
  await core.shifts.ask({ about: "health", of: "hotline", plate: null, question: "" });
  const [first, second] = shift().consults;
  expect(first).toMatchObject({ about: "papers", asked_by: OFFICER, plate: "51C12345", question: "Giấy hết hạn hôm qua", decision: null });
  const wrong = { badge_text: await server.badge(OFFICER), pin: PIN };
  expect(await codeOf(core.shifts.answer(shift().record, first!.item, { decision: "passed", answer: "", answered_by: "", lead: wrong }))).toBe("badge.not_lead");
  const lead = { badge_text: await server.badge(LEAD), pin: PIN };
  await core.shifts.answer(shift().record, first!.item, { decision: "passed", answer: "Cho qua lần này", answered_by: "", lead });
  await core.shifts.answer(shift().record, second!.item, { decision: "referred", answer: "", answered_by: "Bác sĩ Hà" });
  expect(shift().consults).toMatchObject([
    { decision: "passed", decided_by: LEAD, answer: "Cho qua lần này" },
    { decision: "referred", decided_by: null, answered_by: "Bác sĩ Hà" },
  ]);
  await settle();
  expect(server.log().some(({ body }) => body.includes("hết hạn") || body.includes("Bác sĩ"))).toBe(false);
});

test("two questions at once are two, also beside crossings", async () => {
  await enrolAndOpen();
  await begin();
  const ask = (plate: string) => core.shifts.ask({ about: "papers", of: "lead", plate, question: `Xe ${plate}` });
  await Promise.all([ask("51C11111"), saveMany(1), ask("51C22222")]);
  expect(shift().consults.map(({ plate, question }) => [plate, question]).sort()).toEqual([
    ["51C11111", "Xe 51C11111"],
    ["51C22222", "Xe 51C22222"],
  ]);
});

test("a shift that the tablet could not remember was not begun", async () => {
  await enrolAndOpen();
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
    if (key === "shifts") throw new DOMException("full", "QuotaExceededError");
    return key === undefined ? put.call(this, value) : put.call(this, value, key);
  });
  await expect(begin()).rejects.toThrow();
  vi.restoreAllMocks();
  const db = await openDB(environment.database);
  expect(await db.count("own")).toBe(0);
  db.close();
});

test("who signs out while shifts are being read leaves none in sight", async () => {
  await enrolAndOpen();
  await begin();
  await settle();
  await restart();
  const held = holdDecryptFrom(3);
  const opening = core.openShift(await server.badge(LEAD), PIN);
  await held.reached;
  await core.closeShift();
  held.release();
  await opening;
  expect(core.state()).toMatchObject({ phase: "closed", shifts: [] });
  await core.openShift(await server.badge(LEAD), PIN);
  expect(core.state().shifts).toHaveLength(1);
});

test("what is handed over is counted since the shift began, without what was voided", async () => {
  await enrolAndOpen();
  await saveMany(2);
  await settle();
  await later(30 * 60_000);
  await begin();
  server.mischief = () => "drop_request";
  const saved = await saveMany(3);
  await core.undo(saved[0]!);
  const counts = await core.shifts.counts(shift());
  expect(counts).toMatchObject({ crossings: 2, people: 2, violations: 0 });
  await core.shifts.handOver(shift(), { checked_out: ["keys"], counts: { ...counts, unsent: 1, conflicts: 0 }, note: "Đèn số 2 hỏng", handed_to: LEAD });
  expect(shift()).toMatchObject({ handed_to: LEAD, note: "Đèn số 2 hỏng", checked_out: ["keys"], counts: { crossings: 2, unsent: 1 } });
  expect(shift().closed_ms).toBeGreaterThan(shift().opened_ms);
});

/** Another tablet's event, by the server's clock. */
async function elsewhere(time_ms: number, more: object = {}): Promise<void> {
  const body = JSON.parse(otherBody(uuid7(time_ms, environment.random(10)), time_ms)) as object;
  await server.addOther(JSON.stringify({ ...body, ...more }), null);
}

test.each([
  ["an hour ahead", HOUR_MS],
  ["an hour behind", -HOUR_MS],
])("a tablet whose clock is %s counts what the others wrote since the shift began", async (_how, off_ms) => {
  environment.clock_ms += off_ms;
  await enrolAndOpen();
  await elsewhere(server.clock_ms - 5 * 60_000);
  await elsewhere(server.clock_ms - 5 * 60_000, { kind: "violation", set: { what: "other" } });
  await begin();
  await elsewhere(server.clock_ms + 60_000);
  await elsewhere(server.clock_ms + 60_000, { kind: "violation", set: { what: "other" } });
  await settle();
  expect(await core.shifts.counts(shift())).toMatchObject({ crossings: 1, violations: 1 });
});

test("what was written before the tablet's clock was put right is handed over too", async () => {
  environment.clock_ms -= 5 * HOUR_MS;
  await enrolAndOpen();
  await begin();
  await saveMany(2);
  await core.noting.write({ kind: "incident", fields: { what: "other" } });
  environment.clock_ms += 5 * HOUR_MS;
  await settle();
  await saveMany(1);
  expect(await core.shifts.counts(shift())).toMatchObject({ crossings: 3, incidents: 1 });
});

test("violations and incidents that were voided or refused are not handed over, nor crossings that were only amended", async () => {
  await enrolAndOpen();
  await begin();
  const { record, ref } = await core.noting.write({ kind: "violation", fields: { what: "other" } });
  await core.noting.write({ kind: "violation", record, fields: { voided: "undone" }, over: { voided: [ref] } });
  await elsewhere(server.clock_ms + 1000, { set: { headcount: 4 } });
  await settle();
  server.state = "rejected";
  await core.noting.write({ kind: "incident", fields: { what: "other" } });
  await settle();
  expect(await core.shifts.counts(shift())).toMatchObject({ crossings: 0, people: 0, violations: 0, incidents: 0 });
});

test("who takes over ends the shift before, and only what was named", async () => {
  await enrolAndOpen();
  await begin();
  const before = shift().record;
  await later(6 * HOUR_MS);
  await begin();
  expect(core.state().shifts.filter(({ closed_ms }) => closed_ms === null)).toHaveLength(2);
  await later(1000);
  await core.shifts.begin({ lead: OFFICER, roster: [], checked: [], due_ms: environment.clock_ms, takes_over: [before] });
  const old = core.state().shifts.find(({ record }) => record === before)!;
  expect(old.handed_to).toBe(OFFICER);
  expect(old.closed_ms).toBeGreaterThan(old.opened_ms + 5 * HOUR_MS);
  expect(core.state().shifts.filter(({ closed_ms }) => closed_ms === null)).toHaveLength(2);
});

test("with a volunteer on duty nothing of before is shown, and what they write counts", async () => {
  await enrolAndOpen();
  await saveMany(2);
  expect(await core.recent(10)).toHaveLength(2);
  await core.openShift(await server.badge(VOLUNTEER), PIN);
  expect(core.state().officer?.role).toBe("volunteer");
  await saveMany(1);
  expect(await core.recent(10)).toEqual([]);
  expect(await core.conflicts()).toEqual([]);
  expect(await core.gate.find({}, 10)).toEqual([]);
  // Nobody closed anything in between: whoever comes next goes on.
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(await core.recent(10)).toHaveLength(3);
});
