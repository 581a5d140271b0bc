/** Temperature and symptoms of people in a draft: who is still to be asked, and what is said of it. */

import { alarmingSigns, FEVER_C } from "../../shared/rules/signs.ts";
import type { Asking, CrossingDraft, DraftPerson } from "../core/types.ts";
import type { Texts } from "../texts/vi.ts";

export { FEVER_C };

/** What one look at somebody writes down. */
export type NotedSigns = Pick<DraftPerson, "temperature_c" | "symptoms" | "exposure">;

/** Whether somebody was asked; measured or not. */
export function isAsked({ symptoms }: DraftPerson): boolean {
  return symptoms !== undefined;
}

/** Whoever is to be asked next; -1 where everybody was. */
export function firstUnasked(people: readonly DraftPerson[]): number {
  return people.findIndex((person) => !isAsked(person));
}

/**
 * Whom to ask before the verdict: everybody where the pack says so, else only who declares by word of mouth, because
 * a declaration asks it too. -1 for nobody.
 */
export function toAsk({ people }: CrossingDraft, asking: Asking): number {
  if (asking === "ask") return firstUnasked(people);
  if (asking === "skip") return -1;
  return people.findIndex((person) => person.identified_by === "on_behalf" && !isAsked(person));
}

export function withSigns(draft: CrossingDraft, at: number, signs: NotedSigns): CrossingDraft {
  return { ...draft, people: draft.people.map((person, index) => (index === at ? { ...person, ...signs } : person)) };
}

/** Whether the health service has to hear of it at once: fever, cough, trouble breathing, seen or declared. */
export function isAlarming({ evidence, symptoms = [], temperature_c }: DraftPerson): boolean {
  const declared = evidence?.status === "verified" ? (evidence.facts.declaration?.symptoms ?? []) : [];
  return alarmingSigns([...symptoms, ...declared], temperature_c ?? null).length > 0;
}

/** "36,5 °C" */
export function degreesText(texts: Texts, temperature_c: number): string {
  return texts.signs.degrees(temperature_c.toFixed(1));
}

/** "38,2 °C · ho, sốt", or null where nothing was asked. */
export function signsText(texts: Texts, person: DraftPerson): string | null {
  const { symptoms, temperature_c, exposure } = person;
  if (symptoms === undefined) return null;
  const named = symptoms.map((one) => texts.signs.symptoms[one] ?? one);
  if (exposure === true) named.push(texts.signs.exposure);
  const said = named.length === 0 ? texts.signs.nothing : named.join(", ");
  return temperature_c === undefined ? said : `${degreesText(texts, temperature_c)} · ${said}`;
}
