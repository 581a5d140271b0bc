import { expect, test } from "vitest";
import { evidenceOf } from "../../shared/credentials/evidence.ts";
import type { DraftPerson, Evidence } from "../core/types.ts";
import { asksPerson, changed, declaredOrigin, documentPlate, emergencyDraft, followVerdict, greenLaneDraft, headcountDifference, isListed, needsOverride, newDraft, nextRole, withoutPerson, withPerson } from "./draft.ts";

const draft = newDraft("in", "car", 1000);
const declaration = {
  doses: [],
  tests: [],
  recoveries: [],
  declaration: { symptoms: [], exposure: false, origin: { dataset: "2021" as const, code: "268" }, destination: null, plate: null },
};

test("the action follows the verdict", () => {
  expect(followVerdict(draft, "refer").action).toBe("referred");
  expect(followVerdict({ ...draft, action: "passed", override: null }, "turn_back").action).toBe("turned_back");
});

test("an action with a reason stays while it differs from the verdict", () => {
  const overridden = { ...draft, action: "passed" as const, override: "paper_shown" as const };
  expect(followVerdict(overridden, "refer")).toEqual(overridden);
  expect(followVerdict(overridden, "pass").override).toBeNull();
});

test("being stricter than the verdict needs a reason too", () => {
  expect(needsOverride("pass", "turned_back")).toBe(true);
  expect(needsOverride("refer", "referred")).toBe(false);
});

test("who has no vehicle walks, and a vehicle has a driver", () => {
  const two = [0, 1].reduce((one) => withPerson(one, { role: nextRole(one), evidence: null, card: null }), draft);
  const walking = changed(two, { vehicle_class: "on_foot" });
  expect(walking.people.map(({ role }) => role)).toEqual(["walker", "walker"]);
  expect(changed(walking, { vehicle_class: "bus" }).people.map(({ role }) => role)).toEqual(["driver", "passenger"]);
  expect(changed(two, { vehicle_class: "truck", headcount: 3 })).toMatchObject({ people: two.people, headcount: 3 });
});

test("the first person drives, the next ride along", () => {
  expect(nextRole(draft)).toBe("driver");
  const one = withPerson(draft, { role: "driver", evidence: null, card: null });
  expect(nextRole(one)).toBe("passenger");
  expect(withPerson(one, { role: "passenger", evidence: null, card: null }).headcount).toBe(2);
});

test("a manifest brings as many people as it says, at most a crossing's", () => {
  const manifest = (workers: number) =>
    evidenceOf("own", "verified", "ok", { subject: { type: "manifest", id: "m", workers } });
  const driven = (workers: number) => withPerson(draft, { role: "driver", evidence: manifest(workers), card: null });
  expect(driven(45).headcount).toBe(45);
  expect(driven(9_000).headcount).toBe(500);
  expect(withPerson({ ...draft, headcount: 60 }, { role: "driver", evidence: manifest(45), card: null }).headcount).toBe(60);
});

test("a first person on foot leaves no vehicle", () => {
  expect(withPerson(draft, { role: "walker", evidence: null, card: null }).vehicle_class).toBe("on_foot");
});

test("only a verified declaration says where somebody comes from", () => {
  const verified = evidenceOf("own", "verified", "ok", { facts: declaration });
  expect(declaredOrigin(verified)).toEqual({ dataset: "2021", code: "268" });
  expect(declaredOrigin({ ...verified, status: "claim" })).toBeNull();
});

test("a green-lane vehicle carries goods and nobody scanned", () => {
  expect(greenLaneDraft("out", 5)).toMatchObject({ mode: "green_lane", purpose: "goods", direction: "out", people: [], started_ms: 5 });
});

test("a pass makes it the green lane, a manifest a group; a claim makes it nothing", () => {
  const shown = (type: string, status: Evidence["status"]): DraftPerson => ({
    role: "driver",
    card: null,
    evidence: evidenceOf("own", status, "ok", { subject: { type, id: "1", plate: "79C-123.45" } }),
  });
  const fresh = newDraft("in", "car", 0);
  expect(withPerson(fresh, shown("pass", "verified"))).toMatchObject({ mode: "green_lane", purpose: "goods", vehicle_class: "truck" });
  expect(withPerson(fresh, shown("manifest", "verified"))).toMatchObject({ mode: "group", purpose: "work", vehicle_class: "bus" });
  expect(withPerson(fresh, shown("permit", "verified"))).toMatchObject({ mode: "checked", vehicle_class: "car" });
  expect(withPerson(fresh, shown("pass", "claim"))).toMatchObject({ mode: "checked" });
  expect(withPerson(emergencyDraft("in", 0), shown("manifest", "verified"))).toMatchObject({ mode: "checked", purpose: "emergency", vehicle_class: "ambulance" });
  expect(documentPlate(withPerson(fresh, shown("pass", "verified")))).toBe("79C-123.45");
  expect(documentPlate(fresh)).toBeNull();
});

test("an emergency vehicle is one tap", () => {
  expect(emergencyDraft("out", 5)).toMatchObject({ mode: "checked", purpose: "emergency", vehicle_class: "ambulance", direction: "out", people: [] });
});

test("only what is verified and names its holder is compared on the verdict's own screen", () => {
  const identity = { name: "Lê Thị Mẫu", birth_date: null, id_number: "001190012345", sex: null, phone: null, address: null };
  const verified = evidenceOf("own", "verified", "ok", { identity, facts: declaration });
  expect(asksPerson(verified)).toBe(false);
  expect(asksPerson({ ...verified, status: "claim" })).toBe(true);
  expect(asksPerson({ ...verified, identity: null })).toBe(true);
  expect(asksPerson({ ...verified, warnings: ["extended"] })).toBe(true);
  expect(asksPerson({ ...verified, family: "pc_covid" })).toBe(true);
  expect(asksPerson(evidenceOf("own", "verified", "ok", { subject: { type: "manifest", id: "m" } }))).toBe(false);
});

test("the plate of a verified declaration is on the draft, unless one was typed or it is none", () => {
  const declared = (plate: string, status: Evidence["status"] = "verified"): DraftPerson => ({
    role: "driver",
    card: null,
    evidence: evidenceOf("own", status, "ok", { facts: { ...declaration, declaration: { ...declaration.declaration, plate } } }),
  });
  expect(withPerson(draft, declared("29C-123.45")).plate?.normal).toBe("29C12345");
  expect(withPerson(draft, declared("29C-123.45", "claim")).plate).toBeNull();
  expect(withPerson(draft, declared("xe ôm của anh Bảy")).plate).toBeNull();
  const typed = { ...draft, plate: { read: "85B1", normal: "85B1", candidates: [] } };
  expect(withPerson(typed, declared("29C-123.45")).plate?.normal).toBe("85B1");
});

test("a manifest says how many, who is on it and who is not; without it nothing is compared", () => {
  const people = [{ name: "Đặng Thị Hòa", id_number: null }, { name: "Lê Văn Tám", id_number: "001090000001" }];
  const manifest = evidenceOf("own", "verified", "ok", { subject: { type: "manifest", id: "m", workers: 2, people } });
  const bus = withPerson(draft, { role: "driver", evidence: manifest, card: null });
  expect(headcountDifference(bus)).toBe(0);
  expect(headcountDifference({ ...bus, headcount: 1 })).toBe(-1);
  const named = (name: string, id_number: string | null): DraftPerson => ({ role: "passenger", evidence: null, card: null, identity: { name, id_number } });
  expect(isListed(bus, named("DANG THI HOA", null))).toBe(true);
  expect(isListed(bus, named("khác", "001090000001"))).toBe(true);
  expect(isListed(bus, named("Lê Văn Tám", "001090000002"))).toBe(false);
  expect(isListed(draft, named("Lê Văn Tám", null))).toBeNull();
  expect(headcountDifference(withoutPerson(bus, 0))).toBeNull();
});
