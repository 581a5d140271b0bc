import { expect, test } from "vitest";
import type { Decision, Outcome } from "../core/types.ts";
import { convoyDraft, type ConvoyVehicle, firstSaved, settled } from "./convoy.ts";

const route = { origin: { dataset: "2021" as const, code: "79" }, destination: { dataset: "2021" as const, code: "58" }, purpose: "return_home" as const };
const bike: ConvoyVehicle = { plate: { read: "59X112345", normal: "59X112345", candidates: [] }, vehicle_class: "motorbike", headcount: 2, saved: null };
const decision = (outcome: Outcome): Decision => ({ verdict: { outcome, reasons: [], rules: [], packs: {} } }) as unknown as Decision;

test("each vehicle is a crossing of a group with the convoy's route; all but the first name the first", () => {
  const first = convoyDraft(bike, route, "in", null, 5);
  expect(first).toMatchObject({ mode: "group", ...route, vehicle_class: "motorbike", headcount: 2, started_ms: 5 });
  expect("convoy" in first).toBe(false);
  expect(convoyDraft(bike, route, "in", "r1", 5).convoy).toBe("r1");
  const saved = { record: "r1", ref: "d:1", seq: 1, time_ms: 0 };
  expect(firstSaved([bike, { ...bike, saved }, { ...bike, saved: { ...saved, record: "r2" } }])).toBe("r1");
  expect(firstSaved([bike])).toBeNull();
});

test("a reason for the convoy counts only for vehicles that would not pass", () => {
  const draft = convoyDraft(bike, route, "in", null, 5);
  const override = { reason: "superior_order" as const, approved_by: "truong" };
  expect(settled(draft, decision("refer"), null)).toMatchObject({ action: "referred", override: null });
  expect(settled(draft, decision("refer"), override)).toMatchObject({ action: "passed", override: "superior_order", approved_by: "truong" });
  expect(settled(draft, decision("pass"), override)).toMatchObject({ action: "passed", override: null });
});
