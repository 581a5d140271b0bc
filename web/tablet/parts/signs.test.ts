import { expect, test } from "vitest";
import { evidenceOf } from "../../shared/credentials/evidence.ts";
import type { DraftPerson } from "../core/types.ts";
import { vi } from "../texts/vi.ts";
import { newDraft } from "./draft.ts";
import { firstUnasked, isAlarming, signsText, toAsk, withSigns } from "./signs.ts";

const NOBODY: DraftPerson = { role: "driver", evidence: null, card: null };

function crossing(...people: DraftPerson[]): ReturnType<typeof newDraft> {
  return { ...newDraft("in", "car", 0), people };
}

function declared(status: "verified" | "claim", symptoms: string[]): DraftPerson {
  const declaration = { symptoms, exposure: false, origin: null, destination: null, plate: null };
  const facts = { doses: [], tests: [], recoveries: [], declaration };
  return { ...NOBODY, evidence: evidenceOf("own", status, "ok", { facts }) };
}

test("everybody is asked once where the pack says so, nobody where it says skip", () => {
  const both = crossing(NOBODY, NOBODY);
  expect(toAsk(both, "ask")).toBe(0);
  expect(toAsk(withSigns(both, 0, { symptoms: [] }), "ask")).toBe(1);
  expect(toAsk(withSigns(withSigns(both, 0, { symptoms: [] }), 1, { symptoms: ["cough"] }), "ask")).toBe(-1);
  expect(toAsk(both, "offer")).toBe(-1);
  expect(toAsk(both, "skip")).toBe(-1);
});

test("who declares by word of mouth is asked what a declaration asks, unless the pack says skip", () => {
  const draft = crossing(NOBODY, { ...NOBODY, identified_by: "on_behalf" });
  expect(toAsk(draft, "offer")).toBe(1);
  expect(toAsk(draft, "skip")).toBe(-1);
  expect(toAsk(withSigns(draft, 1, { symptoms: [] }), "offer")).toBe(-1);
  expect(firstUnasked(draft.people)).toBe(0);
});

test.each([
  [{ ...NOBODY, symptoms: ["cough"] }, true],
  [{ ...NOBODY, symptoms: [], temperature_c: 37.5 }, true],
  [{ ...NOBODY, symptoms: ["fatigue"], temperature_c: 37.4 }, false],
  [NOBODY, false],
  [declared("verified", ["fever"]), true],
  [declared("verified", ["sore_throat"]), false],
  [declared("claim", ["fever"]), false],
] as const)("whom to call is shown for fever, cough and breath alone: %#", (person, alarms) => {
  expect(isAlarming(person)).toBe(alarms);
});

test("what was noted is one line, and nothing is not the same as nobody asked", () => {
  expect(signsText(vi, NOBODY)).toBeNull();
  expect(signsText(vi, { ...NOBODY, symptoms: [] })).toBe("không triệu chứng");
  expect(signsText(vi, { ...NOBODY, symptoms: ["cough"], temperature_c: 38 })).toBe("38,0 °C · Ho");
  expect(signsText(vi, { ...NOBODY, symptoms: [], exposure: true })).toBe(vi.signs.exposure);
});
