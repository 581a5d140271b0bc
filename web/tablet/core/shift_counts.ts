/** What a shift hands over in figures: crossings of the whole checkpoint, as far as this tablet holds them. */

import policies from "../../../docs/policy.json" with { type: "json" };
import { crossingMs } from "../../shared/sync/clock.ts";
import { apply, pathPolicy, type PolicyTable, type RecordState, shown } from "../../shared/sync/registers.ts";
import { type History, openOwn } from "./at_rest.ts";
import { type Database, type OwnEvent, readMeta } from "./db.ts";
import { type Entry, ownEntry, pulledEntry } from "./entries.ts";
import { eventsOf } from "./lookups.ts";
import { crossingsWith } from "./summaries.ts";

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

/** Offsets are measured over a network: events a little older are read as well. */
const CLOCKS_APART_MS = 10 * 60_000;
const EVENTS_AT_ONCE = 250;

/**
 * Counts what happened since `opened_ms` (server's clock); what is voided or refused counts as nothing, and so does
 * what was only amended as far as this tablet holds it.
 */
export async function countsSince(db: Database, device: string, history: History | null, opened_ms: number): Promise<CrossingCounts> {
  const since_ms = opened_ms - CLOCKS_APART_MS;
  const own = await ownSince(db, device, history, since_ms);
  const events = [...own, ...(await db.getAllFromIndex("pulled", "time_ms", IDBKeyRange.lowerBound(since_ms)))];
  const tokens = (kind: string): string[] => [
    ...new Set(events.flatMap((one) => (one.kind === kind && one.token !== null ? [one.token] : []))),
  ];
  const found = await crossingsWith(db, device, tokens("crossing"), history);
  const live = found.filter((one) => !one.voided && one.state !== "rejected" && one.direction !== null && one.time_ms >= opened_ms);
  const count = (test: (one: (typeof live)[number]) => boolean): number => live.filter(test).length;
  const recorded = (kind: "violation" | "incident"): Promise<number> =>
    recordsOf(db, device, history, policies[`${kind}/1`] as PolicyTable, tokens(kind), opened_ms);
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
    violations: await recorded("violation"),
    incidents: await recorded("incident"),
  };
}

/** Own events since then, newest first. The clock may have been put right in between: each event knows its own offset. */
async function ownSince(db: Database, device: string, history: History | null, since_ms: number): Promise<OwnEvent[]> {
  const found: OwnEvent[] = [];
  for (let last = (await readMeta(db, "head"))?.seq ?? 0; last > 0; last -= EVENTS_AT_ONCE) {
    const rows = await db.getAll("own", IDBKeyRange.bound(last - EVENTS_AT_ONCE, last, true, false));
    const opened = await openOwn(db, rows, history);
    const since = opened.filter((one) => {
      const body = ownEntry(one, device)?.body;
      return body !== undefined && crossingMs(body.time_ms, body.offset_ms) >= since_ms;
    });
    if (since.length === 0) break;
    found.push(...since);
  }
  return found;
}

/** How many of these records say what happened, and were not voided. */
async function recordsOf(
  db: Database,
  device: string,
  history: History | null,
  table: PolicyTable,
  tokens: readonly string[],
  opened_ms: number,
): Promise<number> {
  const { own, pulled } = await eventsOf(db, tokens, history);
  const kept = own.filter(({ state }) => state !== "rejected").map((one) => ownEntry(one, device));
  const records = new Map<string, { state: RecordState; first: Entry }>();
  for (const entry of [...kept, ...pulled.map(pulledEntry)]) {
    if (entry === null) continue;
    const { author, seq, order, body, authority } = entry;
    const one = records.get(body.record) ?? { state: new Map() as RecordState, first: entry };
    apply(one.state, author, seq, order, body, authority);
    if (order < one.first.order) one.first = entry;
    records.set(body.record, one);
  }
  return [...records.values()].filter(({ state, first }) => {
    const voided = state.get("voided");
    const is_void = voided !== undefined && shown(voided, pathPolicy(table, "voided")) !== null;
    return state.has("what") && !is_void && crossingMs(first.body.time_ms, first.body.offset_ms) >= opened_ms;
  }).length;
}
