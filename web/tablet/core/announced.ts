/** What is about to change, and the levels of the places an officer may choose: both move with the clock. */

import { levelAt, levelsAt, upcoming } from "../../shared/rules/levels.ts";
import { isInScope } from "../../shared/rules/pack.ts";
import type { Announced, Checkpoint, NamedPlace } from "./vocabulary.ts";
import type { Rulebook } from "./verdict.ts";

/** How long ahead tablets say what will change. */
export const ANNOUNCED_HOURS = 48;
/** How long after it began a level is still said to be new: whoever comes on duty did not see it begin. */
const BEGUN_HOURS = 24;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Levels and rules that start within `ANNOUNCED_HOURS`: those of the checkpoint's province first, then the soonest. */
export function announced(book: Rulebook, checkpoint: Checkpoint, serverMs: number): Announced[] {
  const levels = upcoming(book.levels.windows, serverMs, ANNOUNCED_HOURS).map((change): Announced => {
    const { place, name, from_level, level, starts_ms, province } = change;
    return { kind: "level", id: place, name, from_level, level, starts_ms, near: province === checkpoint.province };
  });
  const until_ms = serverMs + ANNOUNCED_HOURS * HOUR_MS;
  const rules = (book.rules?.content.rules ?? []).flatMap((rule): Announced[] => {
    const { id, effective_from_ms: starts_ms, effective_to_ms, reason, outcome, scope } = rule;
    const soon = starts_ms > serverMs && starts_ms <= until_ms;
    const ends = effective_to_ms !== null && effective_to_ms > serverMs && effective_to_ms <= until_ms;
    const here = (["in", "out"] as const).some((way) => isInScope(scope, checkpoint.province, checkpoint.class, way));
    if (!here) return [];
    const said = { id, outcome, vi: reason.vi, en: reason.en, near: true };
    return [
      ...(soon ? [{ kind: "rule_starts" as const, starts_ms, ...said }] : []),
      ...(ends ? [{ kind: "rule_ends" as const, starts_ms: effective_to_ms, ...said }] : []),
    ];
  });
  const order = (one: Announced): number => (one.near ? 0 : 1);
  return [...rules, ...levels].sort((one, two) => order(one) - order(two) || one.starts_ms - two.starts_ms);
}

/** Places whose level became another within the last `BEGUN_HOURS`: the checkpoint's province first, then the latest. */
export function begun(book: Rulebook, checkpoint: Checkpoint, serverMs: number): Announced[] {
  const { windows } = book.levels;
  const fresh = windows.filter(({ starts_ms }) => starts_ms <= serverMs && starts_ms > serverMs - BEGUN_HOURS * HOUR_MS);
  if (fresh.length === 0) return [];
  const now = levelsAt(windows, serverMs);
  const changes = fresh.flatMap(({ place, name, level, starts_ms, province }): Announced[] => {
    const from_level = levelAt(windows, place, starts_ms - 1);
    // Where windows overlap another one may hold by now; a first publication is no change.
    if (now[place] !== level || from_level === null || from_level === level) return [];
    return [{ kind: "level", id: place, name, from_level, level, starts_ms, near: province === checkpoint.province }];
  });
  return changes.sort((one, two) => Number(two.near) - Number(one.near) || two.starts_ms - one.starts_ms);
}

/** Every place the levels pack names, with its level now, and when the next level begins or ends. */
export function placesOf(book: Rulebook, serverMs: number): { places: NamedPlace[]; until_ms: number } {
  const { windows } = book.levels;
  const levels = levelsAt(windows, serverMs);
  const places = new Map<string, NamedPlace>();
  let until_ms = Number.POSITIVE_INFINITY;
  for (const { place: key, name, starts_ms, ends_ms } of windows) {
    for (const edge_ms of [starts_ms, ends_ms]) if (edge_ms !== null && edge_ms > serverMs) until_ms = Math.min(until_ms, edge_ms);
    const [dataset, code] = key.split(":");
    if ((dataset !== "2021" && dataset !== "2025") || code === undefined) continue;
    places.set(key, { place: { dataset, code }, name, level: levels[key] ?? null });
  }
  return { places: [...places.values()], until_ms };
}

/** An answer that holds for a while, asked for at every picture of a screen. */
export class Held<T> {
  #value: T | null = null;
  #from_ms = 0;
  #until_ms = 0;

  forget(): void {
    this.#value = null;
  }

  /** `make` says what it is and until when; a clock that was set back asks again. */
  at(now_ms: number, make: () => { value: T; until_ms: number }): T {
    if (this.#value === null || now_ms < this.#from_ms || now_ms >= this.#until_ms) {
      const { value, until_ms } = make();
      [this.#value, this.#from_ms, this.#until_ms] = [value, now_ms, until_ms];
    }
    return this.#value;
  }
}

/** The end of the minute: changes begin at whole minutes, and new ones come within reach. */
export function minuteEnd(ms: number): number {
  return (Math.floor(ms / MINUTE_MS) + 1) * MINUTE_MS;
}
