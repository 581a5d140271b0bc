import { expect, test } from "vitest";
import type { BriefCrossing } from "./brief.ts";
import { anotherLine, mendRows } from "../parts/mend_words.ts";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { otherBody, rulesContent } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, environment, server, settle } from "./test/started.ts";
import { draftOf, person } from "./test/tablet.ts";

const MINUTE_MS = 60_000;

function rushed(patch: Partial<BriefCrossing> = {}): BriefCrossing {
  return { direction: "in", vehicle_class: "truck", plate: null, headcount: 1, action: "passed", ...patch };
}

function plate(normal: string): BriefCrossing["plate"] {
  return { read: normal, normal, candidates: ["car"] };
}

async function lastBody(): Promise<{ set: Record<string, unknown>; items?: object; over?: object }> {
  await core.syncNow();
  await core.syncNow();
  const [event] = server.log().slice(-1);
  return JSON.parse(event?.body ?? "{}") as { set: Record<string, unknown> };
}

test("an amendment names what was seen and is what the list shows", async () => {
  await enrolAndOpen();
  const { record, ref } = await core.save(draftOf(person("An")));
  const opened = await core.gate.mending.open(record);
  expect(opened.seen["plate"]).toEqual([ref]);
  expect(opened.values["people/1/name"]).toBe("An");
  await core.gate.mending.amend(opened, { plate: plate("85C00001"), "people/1/id_number": "058090123456", note: "nhìn nhầm" });
  const body = await lastBody();
  expect(body.over).toEqual({ plate: [ref], "people/1/id_number": [], note: [] });
  expect(JSON.stringify(body)).not.toContain("058090123456");
  expect(JSON.stringify(body)).not.toContain("nhìn nhầm");
  const again = await core.gate.mending.open(record);
  expect(again.values).toMatchObject({ "people/1/id_number": "058090123456", "people/1/name": "An", note: "nhìn nhầm" });
  expect((await core.recent(1))[0]?.plate?.normal).toBe("85C00001");
  expect(await core.conflicts()).toEqual([]);
});

test("goods that were forgotten come to the crossing under the name of the event that brings them", async () => {
  await enrolAndOpen();
  const { record } = await core.save({ ...draftOf(person("An")), goods: [{ group: "food", quantity: 2, unit: "tonne", perishable: true }] });
  const rice = { "goods/added:1/group": "energy", "goods/added:1/quantity": 3, "goods/added:1/unit": "litre", "goods/added:1/perishable": false };
  await core.gate.mending.amend(await core.gate.mending.open(record), { ...rice, "goods/1/quantity": 5 });
  const body = await lastBody();
  const [event] = server.log().slice(-1);
  const name = `${event?.device}:${event?.seq}:1`;
  expect(body.items).toEqual({ goods: { [name]: { group: "energy", quantity: 3, unit: "litre", perishable: false }, 1: { quantity: 5 } } });
  expect(Object.keys(body.over ?? {})).toEqual(["goods/1/quantity"]);
  const { values } = await core.gate.mending.open(record);
  expect(values).toMatchObject({ "goods/1/group": "food", "goods/1/quantity": 5, [`goods/${name}/quantity`]: 3 });
  expect(mendRows(values).map(({ path }) => path)).toEqual(expect.arrayContaining(["goods/1", `goods/${name}`]));
  expect(anotherLine(values)).toBe("goods/added:1");
});

test("a void has its reason, stays in sight, and can be taken back", async () => {
  await enrolAndOpen();
  const { record } = await core.save(draftOf(person("An")));
  await core.gate.mending.void(await core.gate.mending.open(record), "entered_twice", "làn 2 đã ghi");
  expect((await lastBody()).set).toEqual({ voided: "entered_twice" });
  expect((await core.recent(1))[0]?.voided).toBe(true);
  await core.gate.mending.restore(await core.gate.mending.open(record));
  expect((await core.recent(1))[0]?.voided).toBe(false);
});

test("nothing changed is nothing written, and a locked tablet mends nothing", async () => {
  await enrolAndOpen();
  const { record } = await core.save(draftOf(person("An")));
  const opened = await core.gate.mending.open(record);
  expect(await codeOf(core.gate.mending.amend(opened, {}))).toBe("mend.nothing");
  expect(await codeOf(core.gate.mending.open("no-such-record"))).toBe("mend.unknown");
  core.lock();
  expect(await codeOf(core.gate.mending.amend(opened, { headcount: 2 }))).toBe("shift.closed");
});

test("a brief crossing asks no rule and names nobody in its body", async () => {
  await enrolAndOpen();
  await core.gate.brief.save(rushed({ plate: plate("85C12345"), action: "turned_back" }));
  const { set, items } = await lastBody();
  expect(set).toMatchObject({ brief: true, action: "turned_back", mode: "checked", vehicle_class: "truck" });
  expect(set["verdict"]).toBeUndefined();
  expect(items).toBeUndefined();
});

test("paper keeps the written time apart from the entered one, and refuses what is still to come", async () => {
  await enrolAndOpen();
  const occurred_ms = environment.clock_ms - 90 * MINUTE_MS;
  const { time_ms } = await core.gate.brief.save(rushed({ paper: { no: "S2-17", occurred_ms }, identity: { name: "Trần Thử" } }));
  const body = await lastBody();
  expect(body.set).toMatchObject({ source: "paper", paper_no: "S2-17", occurred: occurred_ms });
  expect(time_ms).toBe(environment.clock_ms);
  expect(JSON.stringify(body)).not.toContain("Trần Thử");
  expect((await core.recent(1))[0]).toMatchObject({ time_ms: occurred_ms, name: "Trần Thử" });
  const later = { no: "", occurred_ms: environment.clock_ms + MINUTE_MS };
  expect(await codeOf(core.gate.brief.save(rushed({ paper: later })))).toBe("draft.time");
});

test("an exit finds its entry by plate, once, and never one that was voided", async () => {
  await enrolAndOpen();
  const first = await core.gate.brief.save(rushed({ plate: plate("85C12345") }));
  environment.clock_ms += MINUTE_MS;
  const second = await core.gate.brief.save(rushed({ plate: plate("85C12345") }));
  await core.gate.brief.save(rushed({ plate: plate("85C99999") }));
  expect(await core.gate.cameIn("85C12345", [])).toMatchObject({ record: second.record, by: "plate" });
  await core.undo(second);
  expect(await core.gate.cameIn("85C12345", [])).toMatchObject({ record: first.record });
  const exit = await core.gate.brief.save(rushed({ plate: plate("85C12345"), direction: "out" }));
  await core.gate.pair(first.record, exit);
  expect((await lastBody()).set).toEqual({ paired_exit: exit.record });
  expect(await core.gate.cameIn("85C12345", [])).toBeNull();
});

test("somebody on foot is found by the number on the ID", async () => {
  await enrolAndOpen();
  const walker = { ...person("An"), role: "walker" as const };
  const numbered = (id_number: string): typeof walker => ({ ...walker, identity: { ...walker.identity, id_number } });
  const draft = { ...draftOf(numbered("058090123456")), plate: null, vehicle_class: "on_foot" as const };
  const { record } = await core.save(draft);
  await core.save({ ...draft, people: [numbered("058090999999")] });
  expect(await core.gate.cameIn(null, ["058090123456"])).toMatchObject({ record, by: "id_number" });
  expect(await core.gate.cameIn(null, ["001090000000"])).toBeNull();
});

test("who has left since, in a rush and so unpaired, is not taken for still inside", async () => {
  await enrolAndOpen();
  await core.gate.brief.save(rushed({ plate: plate("85C12345") }));
  server.clock_ms = environment.clock_ms += MINUTE_MS;
  await core.gate.brief.save(rushed({ plate: plate("85C12345"), direction: "out" }));
  expect(await core.gate.cameIn("85C12345", [])).toBeNull();
  const walks = { vehicle_class: "on_foot" as const, identity: { id_number: "058090123456" } };
  await core.gate.brief.save(rushed(walks));
  server.clock_ms = environment.clock_ms += MINUTE_MS;
  expect(await core.gate.cameIn(null, ["058090123456"])).not.toBeNull();
  await core.gate.brief.save(rushed({ ...walks, direction: "out" }));
  await core.gate.brief.save(rushed({ vehicle_class: "on_foot", identity: { id_number: "058090999999" } }));
  expect(await core.gate.cameIn(null, ["058090123456"])).toBeNull();
});

test("who is inside is who came in without those who left, were turned back or never came", async () => {
  await enrolAndOpen();
  const since_ms = environment.clock_ms - MINUTE_MS;
  await core.gate.brief.save(rushed({ headcount: 3 }));
  await core.gate.brief.save(rushed({ headcount: 2, vehicle_class: "on_foot" }));
  await core.gate.brief.save(rushed({ action: "turned_back" }));
  await core.undo(await core.gate.brief.save(rushed()));
  await core.gate.brief.save(rushed({ direction: "out" }));
  expect(await core.gate.inside(since_ms, 10)).toEqual({ people: 14, vehicles: 0, came_in: 5, left: 1, since_ms, most: null });
});

test("F7 who came in before what is held yet has not left because another tablet amended it", async () => {
  await enrolAndOpen();
  const since_ms = server.clock_ms - 5 * 60 * MINUTE_MS;
  const record = uuid7(since_ms, new Uint8Array(10));
  await server.addOther(otherBody(record, since_ms), null);
  const amended = { ...(JSON.parse(otherBody(record, server.clock_ms)) as object), set: { plate: plate("85C12345") } };
  await server.addOther(JSON.stringify(amended), null);
  server.newest = 1;
  server.epoch += 1;
  let syncs = 0;
  server.mischief = (path) => (path === "/sync" && (syncs += 1) > 1 ? "drop_request" : null);
  await core.syncNow();
  expect(await core.gate.inside(since_ms, 10)).toMatchObject({ people: 10, came_in: 0, left: 0 });
  server.mischief = () => null;
  await settle();
  expect(await core.gate.inside(since_ms, 10)).toMatchObject({ people: 11, came_in: 1, left: 0 });
});

test("how many may be inside is said by the rules, for this checkpoint", async () => {
  await enrolAndOpen();
  const most_inside = [
    { checkpoint: "elsewhere", people: 5 },
    { checkpoint: "hd-ql6", people: 200 },
  ];
  await server.publish("rules", 2, { ...(rulesContent() as object), most_inside });
  await settle();
  expect((await core.gate.inside(null, 0)).most).toBe(200);
});

test("what was written more than 72 hours ago is not read again, but for what is amended since", async () => {
  await enrolAndOpen();
  const old = await core.gate.brief.save(rushed({ plate: plate("85C00001") }));
  const amended = await core.gate.brief.save(rushed({ plate: plate("85C00002") }));
  environment.clock_ms += 73 * 60 * MINUTE_MS;
  await core.gate.brief.save(rushed({ plate: plate("85C00003") }));
  await core.gate.mending.amend(await core.gate.mending.open(amended.record), { headcount: 4 });
  const found = await core.gate.find({ plate: "85C0000" }, 10);
  expect(found.map((one) => [one.plate?.normal, one.headcount])).toEqual([["85C00003", 1], ["85C00002", 4]]);
  expect(found.some(({ record }) => record === old.record)).toBe(false);
});

test("what the server rejects is not inside", async () => {
  await enrolAndOpen();
  server.state = "rejected";
  await core.gate.brief.save(rushed());
  expect((await core.gate.inside(0, 0)).came_in).toBe(1);
  await settle();
  expect((await core.gate.inside(0, 0)).came_in).toBe(0);
});

test("plates are found by a part, newest first", async () => {
  await enrolAndOpen();
  for (const one of ["85C12345", "79A23456", "85C99999"]) {
    environment.clock_ms += MINUTE_MS;
    await core.gate.brief.save(rushed({ plate: plate(one) }));
  }
  const found = await core.gate.find({ plate: "2345" }, 10);
  expect(found.map((one) => one.plate?.normal)).toEqual(["79A23456", "85C12345"]);
  expect(await core.gate.find({ plate: "2345", direction: "out" }, 10)).toEqual([]);
});
