/** A plate while it is being typed: which keys likely come next, and how it reads on the vehicle. */

import type { Plate } from "../core/types.ts";
import { normalisePlate } from "../../shared/credentials/plates.ts";

/** All that Vietnamese plates have: the series letters, R of trailers, Q of QT, Đ of electric motorbikes. */
export const PLATE_LETTERS = "ABCDĐEFGHKLMNPQRSTUVXYZ";
/** On foreign plates only. */
export const OTHER_LETTERS = "IJOW";
/** More than any plate has; a longer one is cut, never refused. */
export const LONGEST_PLATE = 12;

export interface LikelyKeys {
  digits: boolean;
  letters: boolean;
}

/** What may follow in a plate of a known form; every key counts all the same. */
export function likelyKeys(typed: string): LikelyKeys {
  // The province, or the number: a diplomatic plate has its letters after five digits.
  if (/^[0-9]?$/.test(typed)) return { digits: true, letters: false };
  if (/^([0-9]{2}|[A-ZĐ]|[0-9]{5}[NQC])$/.test(typed)) return { digits: typed.startsWith("T"), letters: true };
  // A second letter: a motorbike's series, LD, RM, MĐ, NG.
  if (/^([0-9]{2}[A-ZĐ]|[0-9]{5})$/.test(typed)) return { digits: true, letters: true };
  return { digits: true, letters: false };
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
