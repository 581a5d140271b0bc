/**
 * Date-times as CertLogic 1.3 has them: parsed from text, offset as JavaScript's Date would be, in
 * Unix milliseconds.
 *
 * `Date` itself is not used: it reads years 0-99 as 19xx, accepts 30 February and differs between
 * engines. The same integer arithmetic stands in the Python twin.
 */

import { RuleError } from "./errors.ts";

export const UNITS = ["year", "month", "day", "hour"] as const;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const FIRST_MS = -62_167_219_200_000; // 0000-01-01T00:00:00.000Z
const LAST_MS = 253_402_300_799_999; // 9999-12-31T23:59:59.999Z

const DATE = /^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?$/;
const DATE_TIME =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?(Z|[+-][0-9]{1,2}(?::?[0-9]{2})?)?$/;
const OFFSET = /^([+-])([0-9]{1,2}):?([0-9]{2})?$/;

/** A moment, in Unix milliseconds; years 0000 to 9999. */
export class DateTime {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/**
 * YYYY, YYYY-MM or YYYY-MM-DD at midnight UTC; a partial date is its **last** day.
 *
 * Throws RuleError("date.format") for anything else, also for days that do not exist.
 */
export function parseDate(text: string): DateTime {
  const match = DATE.exec(text);
  if (match === null) throw new RuleError("date.format");
  const year = Number(match[1]);
  const month = match[2] === undefined ? 12 : Number(match[2]);
  if (month < 1 || month > 12) throw new RuleError("date.format");
  const day = match[3] === undefined ? daysInMonth(year, month) : Number(match[3]);
  return new DateTime(midnight(year, month, day));
}

/**
 * Any format `plusTime` accepts. No offset means UTC; decimals past the third are cut.
 *
 * Throws RuleError("date.format") or, beyond years 0000-9999, RuleError("date.range").
 */
export function parseDateTime(text: string): DateTime {
  const match = DATE_TIME.exec(text);
  if (match === null) return parseDate(text);
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])];
  if (hour > 23 || minute > 59 || second > 59) throw new RuleError("date.format");
  const millisecond = Number(`${match[7] ?? ""}000`.slice(0, 3));
  let ms = midnight(Number(match[1]), Number(match[2]), Number(match[3]));
  ms += hour * HOUR_MS + minute * 60_000 + second * 1000 + millisecond;
  return inRange(ms - offsetMs(match[8]));
}

/**
 * Unix milliseconds of an unambiguous moment: full date, time and offset, as packs need it.
 *
 * Throws RuleError("date.format") also where CertLogic would assume UTC: midnight in Hanoi is not.
 */
export function parseInstant(text: unknown): number {
  if (typeof text !== "string") throw new RuleError("date.format");
  if (DATE_TIME.exec(text)?.[8] === undefined) throw new RuleError("date.format");
  return parseDateTime(text).ms;
}

/**
 * `moment` moved by a whole number of units, days overflowing into the next month.
 *
 * 31 January + 1 month is 3 March (2 March in leap years), as JavaScript's setUTCMonth has it.
 */
export function plus(moment: DateTime, amount: number, unit: string): DateTime {
  if (unit === "hour") return inRange(moment.ms + amount * HOUR_MS);
  if (unit === "day") return inRange(moment.ms + amount * DAY_MS);
  const dayNumber = Math.floor(moment.ms / DAY_MS);
  const { year, month, day } = civil(dayNumber);
  const months = year * 12 + month - 1 + amount * (unit === "year" ? 12 : 1);
  const newYear = Math.floor(months / 12);
  if (newYear < 0 || newYear > 9999) throw new RuleError("date.range");
  const newDay = days(newYear, (months % 12) + 1, 1) + day - 1;
  return inRange(newDay * DAY_MS + (moment.ms - dayNumber * DAY_MS));
}

/** Unix milliseconds as `YYYY-MM-DDThh:mm:ss.sssZ`. */
export function toIso(ms: number): string {
  const dayNumber = Math.floor(inRange(ms).ms / DAY_MS);
  const inDayMs = ms - dayNumber * DAY_MS;
  const { year, month, day } = civil(dayNumber);
  const seconds = Math.floor(inDayMs / 1000);
  const minutes = Math.floor(seconds / 60);
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
  const time = `${padded(Math.floor(minutes / 60), 2)}:${padded(minutes % 60, 2)}:${padded(seconds % 60, 2)}`;
  return `${date}T${time}.${padded(inDayMs % 1000, 3)}Z`;
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function inRange(ms: number): DateTime {
  if (!(ms >= FIRST_MS && ms <= LAST_MS)) throw new RuleError("date.range");
  return new DateTime(ms);
}

function offsetMs(text: string | undefined): number {
  if (text === undefined || text === "Z") return 0;
  const match = OFFSET.exec(text);
  if (match === null) throw new RuleError("date.format");
  const [hour, minute] = [Number(match[2]), Number(match[3] ?? "0")];
  if (hour > 23 || minute > 59) throw new RuleError("date.format");
  return (match[1] === "-" ? -1 : 1) * (hour * HOUR_MS + minute * 60_000);
}

function midnight(year: number, month: number, day: number): number {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    throw new RuleError("date.format");
  }
  return days(year, month, day) * DAY_MS;
}

function daysInMonth(year: number, month: number): number {
  const [nextYear, nextMonth] = month === 12 ? [year + 1, 1] : [year, month + 1];
  return days(nextYear, nextMonth, 1) - days(year, month, 1);
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant's days_from_civil). */
function days(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

/** Year, month and day of a number of days since 1970-01-01 (Hinnant's civil_from_days). */
function civil(dayNumber: number): { year: number; month: number; day: number } {
  const era = Math.floor((dayNumber + 719_468) / 146_097);
  const dayOfEra = dayNumber + 719_468 - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - (365 * yearOfEra + leapDays);
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  const month = shifted + (shifted < 10 ? 3 : -9);
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
