/** Times and ages as a person reads them: Vietnam's clock, whole units. */

import type { Texts } from "../texts/vi.ts";

const OFFSET_MS = 7 * 3_600_000;

/** "02:07", +07:00. */
export function clockText(time_ms: number): string {
  return new Date(time_ms + OFFSET_MS).toISOString().slice(11, 16);
}

/** "21/11" for a day that is not today's, null for today; days are Vietnam's. */
export function otherDayText(time_ms: number, now_ms: number): string | null {
  const day = dayOf(time_ms);
  return day === dayOf(now_ms) ? null : `${day.slice(8)}/${day.slice(5, 7)}`;
}

/** "22/11 02:07:31", +07:00. */
export function momentText(time_ms: number): string {
  const iso = new Date(time_ms + OFFSET_MS).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)} ${iso.slice(11, 19)}`;
}

function dayOf(time_ms: number): string {
  return new Date(time_ms + OFFSET_MS).toISOString().slice(0, 10);
}

/** The largest whole unit of a duration; a negative one counts by its size. */
export function ageText(ages: Texts["ages"], duration_ms: number): string {
  const seconds = Math.floor(Math.abs(duration_ms) / 1000);
  if (seconds < 60) return ages.seconds(seconds);
  if (seconds < 3600) return ages.minutes(Math.floor(seconds / 60));
  if (seconds < 172_800) return ages.hours(Math.floor(seconds / 3600));
  return ages.days(Math.floor(seconds / 86_400));
}

/** "15/08/1990", "08/1990" or "1990" from an ISO date, which may be partial. */
export function dateText(iso: string): string {
  return iso.slice(0, 10).split("-").reverse().join("/");
}
