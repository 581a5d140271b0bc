/** Figures over crossings in plain fields: who is inside, how fast a lane moves, which entry an exit belongs to. */

import type { Passage } from "./passages.ts";
import type { Action, Direction } from "./vocabulary.ts";

const HOUR_MS = 3_600_000;
/** Vietnam has one time zone and no summer time. */
const LOCAL_MS = 7 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;
/** What a tablet holds; who came in before that is not known. */
const PAIRED_WITHIN_MS = 72 * HOUR_MS;
/** Long enough for a quiet lane, short enough for a queue that just began to move. */
const PACE_MS = 15 * 60_000;
/** Fewer in that time say too little of the pace. */
const FEWEST = 3;

export interface Sought {
  /** Part of a plate or trailer plate, normal form. */
  plate?: string;
  direction?: Direction;
  action?: Action;
  voided?: boolean;
}

export interface Inside {
  people: number;
  vehicles: number;
  came_in: number;
  left: number;
  since_ms: number;
}

export interface Pace {
  /** Vehicles that passed in the time looked at. */
  passed: number;
  /** null where too few passed to say. */
  seconds_each: number | null;
}

/** Newest first. */
export function found(all: readonly Passage[], { plate = "", direction, action, voided }: Sought): Passage[] {
  return all
    .filter((one) => plate === "" || one.plate?.includes(plate) === true || one.trailer?.includes(plate) === true)
    .filter((one) => direction === undefined || one.direction === direction)
    .filter((one) => action === undefined || one.action === action)
    .filter((one) => voided === undefined || one.voided === voided)
    .sort((one, two) => two.time_ms - one.time_ms);
}

/** The newest that passed, in or out; null where none is there. */
export function latest(all: readonly Passage[], now_ms: number): Passage | null {
  const live = all.filter((one) => counts(one) && one.direction !== null && now_ms - one.time_ms <= PAIRED_WITHIN_MS);
  return live.reduce<Passage | null>((newest, one) => (newest === null || one.time_ms > newest.time_ms ? one : newest), null);
}

/** Whether who passed last came in and has not left, as far as this tablet knows. */
export function isStillIn({ direction, paired_exit }: Passage): boolean {
  return direction === "in" && paired_exit === null;
}

/** Never below nobody: who came in before the count began may leave. */
export function inside(all: readonly Passage[], since_ms: number, began_with: number): Inside {
  // Of what has no direction only an amendment is held: the crossing itself may come with an older page.
  const live = all
    .filter((one) => counts(one) && one.direction !== null && one.time_ms >= since_ms)
    .sort((one, two) => one.time_ms - two.time_ms);
  const figures: Inside = { people: began_with, vehicles: 0, came_in: 0, left: 0, since_ms };
  for (const { direction, headcount, vehicle_class } of live) {
    const vehicle = vehicle_class === "on_foot" ? 0 : 1;
    const way = direction === "in" ? 1 : -1;
    figures.people = Math.max(0, figures.people + way * headcount);
    figures.vehicles = Math.max(0, figures.vehicles + way * vehicle);
    if (way > 0) figures.came_in += headcount;
    else figures.left += headcount;
  }
  return figures;
}

/** From the first to the last of them and now, so that a lane that stands still gets slower. */
export function paceOf(all: readonly Passage[], lane: string, now_ms: number): Pace {
  const from_ms = now_ms - PACE_MS;
  const times = all
    .filter((one) => !one.voided && !one.paper && one.lane === lane && one.time_ms > from_ms)
    .map(({ time_ms }) => time_ms);
  if (times.length < FEWEST) return { passed: times.length, seconds_each: null };
  // A clock set back lately leaves crossings that are still to come.
  const span_ms = Math.max(now_ms, ...times) - Math.min(...times);
  return { passed: times.length, seconds_each: span_ms / 1000 / times.length };
}

/** How long who joins the queue now will wait; null where nobody passes. */
export function waitSeconds(length_vehicles: number, { seconds_each }: Pace): number | null {
  return seconds_each === null ? null : Math.round(length_vehicles * seconds_each);
}

export function startOfDay(now_ms: number): number {
  return now_ms - ((now_ms + LOCAL_MS) % DAY_MS);
}

function counts({ voided, action }: Passage): boolean {
  return !voided && action !== "turned_back";
}
