/**
 * Epidemic levels 1 to 4 of communes, districts or provinces, each with the time it holds.
 *
 * Resolution 128/NQ-CP: 1 green, 2 yellow, 3 orange, 4 red; a change holds no sooner than it was
 * announced. Ward codes were reused in 2025, so the key is always data set and code.
 */

import { HOUR_MS } from "./dates.ts";
import { Shape } from "./shape.ts";
import { checked } from "./values.ts";

export const DATASETS = ["2021", "2025"];
export const MAX_WINDOWS = 40_000;

const CODE = /^[0-9]{2,5}$/;
const PROVINCE = /^[0-9]{2}$/;

/**
 * One place (a key) at one level, from `starts_ms` (inclusive) to `ends_ms` (exclusive, null = open).
 *
 * `starts_ms` is the later of valid-from and announced-at. `province`: the two digits of the province
 * that the place lies in, where the pack says it.
 */
export type LevelWindow = {
  readonly place: string;
  readonly name: string;
  readonly level: number;
  readonly starts_ms: number;
  readonly ends_ms: number | null;
  readonly announced_at_ms: number | null;
  readonly province: string | null;
};

/** An announced change that is about to apply; `from_level` is null where none is published. */
export type LevelChange = {
  readonly place: string;
  readonly name: string;
  readonly from_level: number | null;
  readonly level: number;
  readonly starts_ms: number;
  readonly province: string | null;
};

/** Levels by place key, as `external.levels` of decide(). */
export type Levels = { readonly [place: string]: number };

/** The key of a place in `external.levels`, as in "2021:09538". */
export function placeKey(dataset: string, code: string): string {
  return `${dataset}:${code}`;
}

/**
 * The windows of a levels pack's content {levels: [{place, level, valid_from, valid_to, …}]}.
 *
 * Throws RuleError("pack.field" | "pack.limit" | "pack.type") with the place in the content.
 */
export function parseLevels(content: unknown): LevelWindow[] {
  const value = checked(content, "pack", { maxNodes: MAX_WINDOWS * 13 });
  const items = new Shape(value, "").items("levels", MAX_WINDOWS);
  return items.map((item, index) => windowOf(new Shape(item, `/levels/${index}`)));
}

/** The level of one place (a key) at a moment; null where none is published. */
export function levelAt(windows: readonly LevelWindow[], place: string, nowMs: number): number | null {
  return levelsAt(windows.filter((window) => window.place === place), nowMs)[place] ?? null;
}

/** Every level in force. Where windows overlap the later start wins, then the higher level. */
export function levelsAt(windows: readonly LevelWindow[], nowMs: number): Levels {
  const chosen = new Map<string, LevelWindow>();
  for (const window of windows) {
    if (!isInForce(window, nowMs)) continue;
    const other = chosen.get(window.place);
    if (other === undefined || isOutranked(other, window)) chosen.set(window.place, window);
  }
  const levels: { [place: string]: number } = {};
  for (const [place, window] of chosen) levels[place] = window.level;
  return levels;
}

/** Announced changes that start after `nowMs` and within so many hours, soonest first. */
export function upcoming(windows: readonly LevelWindow[], nowMs: number, withinHours: number): LevelChange[] {
  const byPlace = new Map<string, LevelWindow[]>();
  const soon: LevelWindow[] = [];
  for (const window of windows) {
    const { place, starts_ms, announced_at_ms } = window;
    const others = byPlace.get(place);
    if (others === undefined) byPlace.set(place, [window]);
    else others.push(window);
    const announced = announced_at_ms !== null && announced_at_ms <= nowMs;
    if (announced && starts_ms > nowMs && starts_ms - nowMs <= withinHours * HOUR_MS) soon.push(window);
  }
  const changes: LevelChange[] = [];
  for (const { place, name, level, starts_ms, province } of soon) {
    const from_level = levelAt(byPlace.get(place) ?? [], place, starts_ms - 1);
    if (from_level !== level) changes.push({ place, name, from_level, level, starts_ms, province });
  }
  return changes.sort((left, right) => left.starts_ms - right.starts_ms || compare(left.place, right.place));
}

/** The level of a Place {dataset, code} in a table made by `levelsAt`; null where unknown. */
export function levelOf(place: unknown, levels: Levels): number | null {
  if (place === null || typeof place !== "object") return null;
  const { dataset, code } = place as { dataset?: unknown; code?: unknown };
  if (typeof dataset !== "string" || typeof code !== "string") return null;
  const key = placeKey(dataset, code);
  return Object.prototype.hasOwnProperty.call(levels, key) ? (levels[key] ?? null) : null;
}

function windowOf(shape: Shape): LevelWindow {
  const place = shape.inner("place");
  const dataset = place.value("dataset");
  if (typeof dataset !== "string" || !DATASETS.includes(dataset)) throw place.refused("dataset");
  const code = place.text("code", { like: CODE });
  const name = shape.has("name") ? shape.text("name") : code;
  const level = shape.integer("level", 1, 4);
  const validFromMs = shape.instant("valid_from");
  const ends_ms = shape.instantOrNull("valid_to");
  const announced_at_ms = shape.instantOrNull("announced_at");
  const starts_ms = Math.max(validFromMs, announced_at_ms ?? validFromMs);
  if (ends_ms !== null && ends_ms <= starts_ms) throw shape.refused("valid_to");
  const province = shape.has("province") ? shape.text("province", { like: PROVINCE }) : null;
  return { place: placeKey(dataset, code), name, level, starts_ms, ends_ms, announced_at_ms, province };
}

function isInForce(window: LevelWindow, nowMs: number): boolean {
  return window.starts_ms <= nowMs && (window.ends_ms === null || nowMs < window.ends_ms);
}

function isOutranked(window: LevelWindow, by: LevelWindow): boolean {
  return window.starts_ms < by.starts_ms || (window.starts_ms === by.starts_ms && window.level < by.level);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
