/** The short code by which a traveller names their crossing in a complaint. Twin of sync/complaint.py. SPEC E9. */

import { sha256Start } from "../rules/sha256.ts";

const DIGITS = "23456789BCDFGHJKLMNPQRSTVWXYZ";
const LENGTH = 8;

/** The code of a record's id (UUIDv7), without its hyphen. */
export function complaintCode(record: string): string {
  return codeOfNumber(sha256Start(`chot/1 complaint ${record.replace(/-/g, "")}`));
}

/** As people read it: "4K7Q-M2XR". */
export function shownCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

function codeOfNumber(number: number): string {
  const values: number[] = [];
  for (let rest = number; values.length < LENGTH - 1; rest = Math.floor(rest / DIGITS.length)) values.unshift(rest % DIGITS.length);
  const check = values.reduce((sum, value, at) => sum + (at + 1) * value, 0) % DIGITS.length;
  return [...values, check].map((value) => DIGITS.charAt(value)).join("");
}
