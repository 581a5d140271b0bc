/** A plate while it is being typed: which keys come next, and how it reads on the vehicle. */

import type { Plate } from "../core/types.ts";
import { normalisePlate } from "../../shared/credentials/plates.ts";

export type PlatePhase = "province" | "series" | "number";

export const PLATE_LETTERS = "ABCDEFGHKLMNPSTUVXYZ";
/** More than any plate has; a longer one is cut, never refused. */
export const LONGEST_PLATE = 12;

/** Keys for the next character. Letters stay at hand after the first: two-letter series, NG, LD. */
export function platePhase(typed: string): PlatePhase {
  if (/^[0-9]{0,1}$/.test(typed)) return "province";
  if (/^[0-9]{2}$/.test(typed) || /^[0-9]{2}[A-ZĐ]$/.test(typed) || /^[A-ZĐ]$/.test(typed)) return "series";
  return "number";
}

/** "29B11234" → "29B-112.34", "29B112345" → "29B1-123.45"; what has no known form stays as typed. */
export function plateText(normal: string): string {
  const parts =
    /^([0-9]{2}[A-ZĐ][0-9])([0-9]{5})$/.exec(normal) ??
    /^([0-9]{2}[A-ZĐ]{1,2})([0-9]{4,5})$/.exec(normal) ??
    /^([A-Z]{2})([0-9]{4})$/.exec(normal);
  if (parts === null) return normal;
  const [, series = "", number = ""] = parts;
  return `${series}-${number.length === 5 ? `${number.slice(0, 3)}.${number.slice(3)}` : number}`;
}

/** What goes into the record; null when nothing was typed. */
export function plateFrom(typed: string): Plate | null {
  if (typed === "") return null;
  const { normal, candidates } = normalisePlate(typed);
  return { read: typed, normal, candidates };
}
