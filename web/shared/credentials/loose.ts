/** Values as issuers really wrote them. Twin of credentials/loose.py. */

import { dateOfLoose, epochMsOfLoose, instantOfEpochS, MAX_EPOCH_S } from "./dates.ts";
import { hasLoneSurrogate, isLongerThan, strip } from "./text.ts";

const MAX_ITEMS = 32;
const MAX_TEXT = 200;

/** Text of 1 to MAX_TEXT code points without spaces around it. */
export function looseText(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const text = strip(value, " ");
  return text === "" || isLongerThan(text, MAX_TEXT) || hasLoneSurrogate(text) ? null : text;
}

/** A whole number from 0 to `limit`. */
export function looseInteger(value: unknown, limit: number): number | null {
  if (typeof value !== "number" || !Number.isInteger(value)) return null;
  // -0 is 0, but another text.
  return value < 0 || value > limit ? null : value === 0 ? 0 : value;
}

/** Epoch seconds, a fraction of one cut off. */
export function looseEpochS(value: unknown): number | null {
  if (typeof value !== "number" || !(value >= 0 && value <= MAX_EPOCH_S)) return null;
  return Math.floor(value) === 0 ? 0 : Math.floor(value);
}

/** The first MAX_ITEMS of a list; [] for null and anything else. */
export function looseItems(value: unknown): unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS) : [];
}

/** A whole ISO date, also from an instant. */
export function looseDay(value: unknown): string | null {
  const text = looseText(value);
  const date = text === null ? null : dateOfLoose(text);
  return date !== null && date.length === 10 ? date : null;
}

/** An instant of any offset as ISO 8601 UTC with `Z`, to the second. */
export function looseInstant(value: unknown): string | null {
  const text = looseText(value);
  const instantMs = text === null ? null : epochMsOfLoose(text);
  return instantMs === null || instantMs < 0 ? null : instantOfEpochS(Math.floor(instantMs / 1000));
}
