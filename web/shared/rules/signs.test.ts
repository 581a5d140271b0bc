import { expect, test } from "vitest";
import vectors from "../../../tests/vectors/rules/signs.json" with { type: "json" };
import { alarmingSigns, notedHealth } from "./signs.ts";

for (const { symptoms, temperature_c, exposure, health, alarming } of vectors.cases) {
  test(`signs ${JSON.stringify({ symptoms, temperature_c, exposure })}`, () => {
    expect(notedHealth(symptoms, temperature_c, exposure)).toEqual(health);
    expect(alarmingSigns(symptoms ?? [], temperature_c)).toEqual(alarming);
  });
}
