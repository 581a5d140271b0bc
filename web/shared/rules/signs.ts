/** Signs of illness that a checkpoint asks for (twin: rules/signs.py). */

export const SYMPTOMS = ["fever", "cough", "short_breath", "sore_throat", "taste_loss", "fatigue"] as const;
export const ALARMING = ["fever", "cough", "short_breath"] as const;
/** From here on a measured temperature is fever. */
export const FEVER_C = 37.5;

/** Nobody is asked; an officer may; everybody is. */
export const ASKING = ["skip", "offer", "ask"] as const;
export type Asking = (typeof ASKING)[number];
export type Symptom = (typeof SYMPTOMS)[number];

/** What rules see of it (`journey.health`). */
export interface Health {
  readonly symptoms: readonly Symptom[];
  readonly exposure: boolean | null;
}

/** null where nobody was asked anything. */
export function notedHealth(symptoms: readonly unknown[] | null, temperatureC: number | null, exposure: boolean | null): Health | null {
  if (symptoms === null && temperatureC === null && exposure === null) return null;
  const found: readonly unknown[] = [...(symptoms ?? []), ...alarmingSigns(symptoms ?? [], temperatureC)];
  return { symptoms: SYMPTOMS.filter((one) => found.includes(one)), exposure };
}

/** Which of fever, cough and trouble breathing somebody has, in this order. */
export function alarmingSigns(symptoms: readonly unknown[], temperatureC: number | null): readonly Symptom[] {
  const fever = temperatureC !== null && temperatureC >= FEVER_C;
  return ALARMING.filter((one) => symptoms.includes(one) || (one === "fever" && fever));
}
