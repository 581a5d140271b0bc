/** Dates as codes carry them. Twin of credentials/dates.py. */

const PARTIAL = /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$/;
const MASKED = /^([0-9]{4})-([0-9]{2}|\*{1,2})-([0-9]{2}|\*{1,2})$/;
const COMPACT = /^([0-9]{2})([0-9]{2})([0-9]{4})$/;
const INSTANT =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{3}))?Z$/;
const LOOSE_DATE = /^([0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)(?:[Tt ].*)?$/s;
const LOOSE_INSTANT =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.,]([0-9]{1,9}))?)? ?(?:[Zz]|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9]))?)?)?$/;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** 9999-12-31T23:59:59Z: the last second whose ISO text has a four-digit year. */
export const MAX_EPOCH_S = 253_402_300_799;

/** Whether text is "1990", "1990-08" or "1990-08-15" and exists in the calendar. */
export function isPartialDate(text: string): boolean {
  const match = PARTIAL.exec(text);
  return match !== null && exists(Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1));
}

/** "1990-08-15" as it is; "1990-08-**" and "1990-**-**" as far as they are open; else null. */
export function dateOfMasked(text: string): string | null {
  const match = MASKED.exec(text);
  if (match === null) return null;
  const [, year = "", month = "", day = ""] = match;
  let known = year;
  if (!month.includes("*")) {
    known = `${year}-${month}`;
    if (!day.includes("*")) known = `${known}-${day}`;
  }
  return isPartialDate(known) ? known : null;
}

/** `ddMMyyyy` as an ISO date; "00" for an unregistered day or month gives a partial one. */
export function dateOfCompact(text: string): string | null {
  const match = COMPACT.exec(text);
  if (match === null) return /^[0-9]{4}$/.test(text) && isPartialDate(text) ? text : null;
  const [, day = "", month = "", year = ""] = match;
  let known = year;
  if (month !== "00") {
    known = `${year}-${month}`;
    if (day !== "00") known = `${known}-${day}`;
  }
  return isPartialDate(known) ? known : null;
}

/** Epoch seconds (0..MAX_EPOCH_S) as "2026-11-22T01:02:03Z". */
export function instantOfEpochS(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** ISO 8601 UTC with `Z`, in seconds or milliseconds, as epoch ms; null for anything else. */
export function epochMsOfInstant(text: string): number | null {
  const match = INSTANT.exec(text);
  if (match === null || !isPartialDate(match[1] ?? "")) return null;
  return Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}.${match[5] ?? "000"}Z`);
}

/** The date, maybe partial, at the start of an ISO date or instant as issuers write them. */
export function dateOfLoose(text: string): string | null {
  const date = LOOSE_DATE.exec(text)?.[1] ?? null;
  return date !== null && isPartialDate(date) ? date : null;
}

/**
 * Epoch ms of an ISO 8601 instant with any offset and precision; null for anything else.
 *
 * A bare date is its first millisecond, a time without an offset is UTC.
 */
export function epochMsOfLoose(text: string): number | null {
  const match = LOOSE_INSTANT.exec(text);
  if (match === null || !isPartialDate(match[1] ?? "")) return null;
  const [, day, hour = "00", minute = "00", second = "00", fraction = "0", sign] = match;
  const milliseconds = fraction.slice(0, 3).padEnd(3, "0");
  const localMs = Date.parse(`${day}T${hour}:${minute}:${second}.${milliseconds}Z`);
  const offsetMs = (Number(match[7] ?? 0) * 60 + Number(match[8] ?? 0)) * 60_000;
  return sign === "-" ? localMs + offsetMs : localMs - offsetMs;
}

function exists(year: number, month: number, day: number): boolean {
  if (year < 1800 || year > 2199 || month < 1 || month > 12) return false;
  if (day < 1 || day > (DAYS[month - 1] ?? 0)) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap || month !== 2 || day !== 29;
}
