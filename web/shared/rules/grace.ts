/**
 * The levels that count for one journey: those now, or for who was already on the way, those then.
 *
 * Trucks already under way when a level rose jammed the roads (Hải Phòng, 18-19/7/2021). So a levels
 * pack may give hours of grace: a rise counts at once for who departs after it, and for who departed
 * before it once it is that many hours old. A fall counts at once for everybody.
 */

import { HOUR_MS, parseInstant } from "./dates.ts";
import { RuleError } from "./errors.ts";
import { levelAt, type Levels, type LevelWindow, parseLevels, placeKey } from "./levels.ts";
import { Shape } from "./shape.ts";
import { checked } from "./values.ts";

export const MAX_GRACE_HOURS = 168;

/** A levels pack's content: every window, the same by place, and the hours of grace. */
export type LevelBook = {
  readonly windows: readonly LevelWindow[];
  readonly grace_hours: number;
  readonly by_place: ReadonlyMap<string, readonly LevelWindow[]>;
};

export const NO_LEVELS: LevelBook = { windows: [], grace_hours: 0, by_place: new Map() };

/** What matters of a journey here; `departed_at`: ISO with offset, or null. */
type Trip = { readonly origin?: unknown; readonly destination?: unknown; readonly departed_at?: unknown };

/** Windows in the order they were given, found by place. */
export function levelBook(windows: readonly LevelWindow[], grace_hours = 0): LevelBook {
  const by_place = new Map<string, LevelWindow[]>();
  for (const window of windows) {
    const found = by_place.get(window.place);
    if (found === undefined) by_place.set(window.place, [window]);
    else found.push(window);
  }
  return { windows, grace_hours, by_place };
}

/** A levels pack's content {levels: […], grace_hours?: 0 to 168}; errors as `parseLevels`. */
export function parseLevelBook(content: unknown): LevelBook {
  const windows = parseLevels(content);
  // What parsed is an object; its windows need no second look.
  const { grace_hours = null } = content as { grace_hours?: unknown };
  const shape = new Shape(checked({ grace_hours }, "pack"), "");
  return levelBook(windows, shape.integer("grace_hours", 0, MAX_GRACE_HOURS, 0));
}

/**
 * {levels, grace} for `external` of decide(): the levels of origin and destination that count.
 *
 * Without `departed_at` there is no grace. `grace` is true where the level of at least one of them is
 * that of the departure.
 */
export function externalLevels(book: LevelBook, trip: Trip, nowMs: number): { levels: Levels; grace: boolean } {
  const sinceMs = sinceOf(book, trip, nowMs);
  const levels: { [place: string]: number } = {};
  let grace = false;
  for (const key of keysOf(trip)) {
    const windows = book.by_place.get(key) ?? [];
    const level = levelAt(windows, key, nowMs);
    if (level === null) continue;
    // A place without a level then was not free then: nothing is known of it.
    const counts = Math.min(level, levelAt(windows, key, sinceMs) ?? level);
    levels[key] = counts;
    grace = grace || counts !== level;
  }
  return { levels, grace };
}

/**
 * The rises, oldest first, before which to have departed would change a level that counts.
 *
 * Unix milliseconds; empty where nobody needs to be asked when the journey began.
 */
export function departuresThatMatter(book: LevelBook, trip: Trip, nowMs: number): number[] {
  const found = new Set<number>();
  const oldestMs = nowMs - book.grace_hours * HOUR_MS;
  for (const key of keysOf(trip)) {
    const windows = book.by_place.get(key) ?? [];
    const level = levelAt(windows, key, nowMs);
    for (const { starts_ms } of windows) {
      if (level === null || starts_ms <= oldestMs || starts_ms > nowMs) continue;
      const before = levelAt(windows, key, starts_ms - 1);
      const after = levelAt(windows, key, starts_ms);
      if (before !== null && after !== null && before < Math.min(level, after)) found.add(starts_ms);
    }
  }
  return [...found].sort((left, right) => left - right);
}

/** When the journey began, no longer ago than the grace reaches; now where it is not said. */
function sinceOf(book: LevelBook, { departed_at }: Trip, nowMs: number): number {
  let departedMs = nowMs;
  try {
    if (departed_at !== null && departed_at !== undefined) departedMs = parseInstant(departed_at);
  } catch (error) {
    // A time that cannot be read gives nobody grace.
    if (!(error instanceof RuleError)) throw error;
  }
  return Math.min(nowMs, Math.max(departedMs, nowMs - book.grace_hours * HOUR_MS));
}

function keysOf({ origin, destination }: Trip): string[] {
  const keys: string[] = [];
  for (const place of [origin, destination]) {
    if (place === null || typeof place !== "object") continue;
    const { dataset, code } = place as { dataset?: unknown; code?: unknown };
    if (typeof dataset === "string" && typeof code === "string") keys.push(placeKey(dataset, code));
  }
  return keys;
}
