import { expect, test } from "vitest";
import type { Consultation, OfficerOnDuty, ShiftState } from "../core/types.ts";
import { dutyWants } from "./duty_wants.ts";

const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;
const OFFICER: OfficerOnDuty = { id: "an", name: "An", role: "officer" };
const LEAD: OfficerOnDuty = { id: "binh", name: "Bình", role: "lead" };

function shift(patch: Partial<ShiftState> = {}): ShiftState {
  const nothing = { checked: [], checked_out: [], consults: [], roster: [], counts: null, note: "", seen: {} };
  const times = { opened_ms: NOW - HOUR_MS, due_ms: NOW + HOUR_MS, closed_ms: null };
  return { record: "s", lane: "1", lead: LEAD.id, opened_by: OFFICER.id, handed_to: null, ...nothing, ...times, ...patch };
}

function question(patch: Partial<Consultation> = {}): Consultation {
  const open = { decision: null, decided_by: null, decided_ms: null, answer: "", answered_by: "" };
  return { shift: "s", item: "1", about: "papers", of: "lead", lane: "1", asked_by: OFFICER.id, asked_ms: NOW, plate: null, question: "", ...open, ...patch };
}

const wants = (officer: OfficerOnDuty | null, ...shifts: ShiftState[]) => dutyWants({ officer, shifts }, NOW, null);

test("nothing is wanted of a shift that runs as it should", () => {
  expect(wants(OFFICER, shift())).toBeNull();
  expect(wants(OFFICER, shift(), shift({ closed_ms: NOW }))).toBeNull();
});

test("no shift, two shifts, and one past its time are said; a quarter of an hour is nobody's fault", () => {
  expect(wants(OFFICER)).toEqual({ kind: "none" });
  expect(wants(OFFICER, shift({ closed_ms: NOW }))).toEqual({ kind: "none" });
  expect(wants(OFFICER, shift(), shift({ record: "t" }))).toEqual({ kind: "overlap", count: 2 });
  expect(wants(OFFICER, shift({ due_ms: NOW - 14 * 60_000 }))).toBeNull();
  expect(wants(OFFICER, shift({ due_ms: NOW - HOUR_MS }))).toEqual({ kind: "late", late_ms: HOUR_MS });
});

test("a question waits for who asked it and for a lead who is asked, and comes before all else", () => {
  const late = { due_ms: NOW - HOUR_MS };
  expect(wants(OFFICER, shift({ ...late, consults: [question()] }))).toEqual({ kind: "waiting", count: 1 });
  expect(wants(LEAD, shift({ consults: [question(), question({ item: "2" })] }))).toEqual({ kind: "waiting", count: 2 });
  expect(wants(LEAD, shift({ consults: [question({ of: "hotline" })] }))).toBeNull();
  expect(wants({ ...OFFICER, id: "other" }, shift({ consults: [question()] }))).toBeNull();
});

test("an answer given elsewhere is told to who asked, for five minutes or until it is looked at", () => {
  const answered = question({ decision: "passed", decided_by: LEAD.id, decided_ms: NOW - 60_000 });
  const state = { officer: OFFICER, shifts: [shift({ consults: [answered] })] };
  expect(dutyWants(state, NOW, null)).toEqual({ kind: "answered", item: "1", decision: "passed" });
  expect(dutyWants(state, NOW, "1")).toBeNull();
  expect(dutyWants(state, NOW + 5 * 60_000, null)).toBeNull();
  expect(wants(LEAD, shift({ consults: [answered] }))).toBeNull();
});

test("a volunteer, and a tablet without anybody, are asked for nothing", () => {
  expect(wants({ ...OFFICER, role: "volunteer" })).toBeNull();
  expect(wants(null)).toBeNull();
});
