/** What a shift hands over in figures: crossings of the whole checkpoint, as far as this tablet holds them. */

import type { History } from "./at_rest.ts";
import { type Database } from "./db.ts";
import { crossingsSince } from "./summaries.ts";

/** Names as in schemas/shift_record.py; vehicles and people as the console counts them. */
export interface CrossingCounts {
  crossings: number;
  vehicles: number;
  people: number;
  passed: number;
  referred: number;
  turned_back: number;
  green_lane: number;
  waved: number;
  overrides: number;
  violations: number;
  incidents: number;
}

/** Device clocks are apart: of other tablets' events those a little older are read as well. */
const CLOCKS_APART_MS = 10 * 60_000;

/** Counts what happened since `opened_ms` (server's clock); what is voided or refused counts as nothing. */
export async function countsSince(db: Database, device: string, history: History | null, opened_ms: number, offset_ms: number): Promise<CrossingCounts> {
  const since_ms = opened_ms - offset_ms - CLOCKS_APART_MS;
  const found = await crossingsSince(db, device, since_ms, history);
  const live = found.filter((one) => !one.voided && one.state !== "rejected" && one.time_ms >= opened_ms);
  const count = (test: (one: (typeof live)[number]) => boolean): number => live.filter(test).length;
  return {
    crossings: live.length,
    vehicles: count(({ vehicle_class }) => vehicle_class !== null && vehicle_class !== "on_foot"),
    people: live.reduce((sum, { headcount }) => sum + headcount, 0),
    passed: count(({ action }) => action === "passed"),
    referred: count(({ action }) => action === "referred"),
    turned_back: count(({ action }) => action === "turned_back"),
    green_lane: count(({ mode }) => mode === "green_lane"),
    waved: count(({ mode }) => mode === "waved"),
    overrides: count(({ overridden }) => overridden),
    violations: await recordsOf(db, "violation", since_ms),
    incidents: await recordsOf(db, "incident", since_ms),
  };
}

async function recordsOf(db: Database, kind: string, since_ms: number): Promise<number> {
  const own = await db.getAllFromIndex("own", "time_ms", IDBKeyRange.lowerBound(since_ms));
  const pulled = await db.getAllFromIndex("pulled", "kind", kind);
  const records = [...own.filter((one) => one.kind === kind), ...pulled.filter(({ time_ms }) => time_ms >= since_ms)];
  return new Set(records.map(({ token }) => token)).size;
}
