/** Crossings as a list shows them: own and pulled events merged per record (SPEC R). */

import { isObject, ref } from "../../shared/sync/events.ts";
import { apply, pathPolicy, type RecordState, shown } from "../../shared/sync/registers.ts";
import { recordTokens } from "./at_rest.ts";
import { type Database, readMeta } from "./db.ts";
import { type Entry, happenedMs, type History, ownEntry, personOf, plateOf, POLICIES, pulledEntry } from "./entries.ts";
import { eventsOf, newestEvents } from "./lookups.ts";
import { drainedOf } from "./standing.ts";
import type { CrossingSummary } from "./vocabulary.ts";

/** A crossing may have several events: enough of them to fill the list. */
const EVENTS_PER_CROSSING = 3;
/** The newest `limit` crossings, newest first; none while no shift is open. */
export async function recentCrossings(
  db: Database,
  device: string,
  limit: number,
  history: History | null,
): Promise<CrossingSummary[]> {
  const newest = await newestEvents(db, limit * EVENTS_PER_CROSSING);
  const tokens = new Set<string>();
  for (const event of [...newest.own, ...newest.pulled]) if (event.token !== null) tokens.add(event.token);
  return await namedSummaries(db, device, [...tokens], limit, history);
}

/** The newest `limit` of the crossings with these tokens, newest first, with a name where one is held. */
export async function namedSummaries(
  db: Database,
  device: string,
  tokens: readonly string[],
  limit: number,
  history: History | null,
): Promise<CrossingSummary[]> {
  const through = drainedOf(0, Object.values((await readMeta(db, "standings")) ?? {})).relay;
  const summaries = await summariesOf(db, device, tokens, through, history);
  summaries.sort((one, two) => two.summary.time_ms - one.summary.time_ms);
  return await Promise.all(
    summaries.slice(0, limit).map(async ({ summary, first }) => ({ ...summary, name: await nameOf(first, history) })),
  );
}

/** Those of these records that are crossings and held here, newest first, without names. */
export async function crossingsOf(
  db: Database,
  device: string,
  records: readonly string[],
  history: History | null,
): Promise<CrossingSummary[]> {
  const through = drainedOf(0, Object.values((await readMeta(db, "standings")) ?? {})).relay;
  const tokens = await recordTokens(history, records);
  const summaries = (await summariesOf(db, device, tokens, through, history)).map(({ summary }) => summary);
  return summaries.sort((one, two) => two.time_ms - one.time_ms);
}

/** The crossings with these tokens, in no order and without names. */
export async function crossingsWith(
  db: Database,
  device: string,
  tokens: readonly string[],
  history: History | null,
): Promise<CrossingSummary[]> {
  return (await summariesOf(db, device, tokens, Number.POSITIVE_INFINITY, history)).map(({ summary }) => summary);
}

async function summariesOf(
  db: Database,
  device: string,
  tokens: readonly string[],
  through: number,
  history: History | null,
): Promise<{ summary: CrossingSummary; first: Entry }[]> {
  const all = await eventsOf(db, tokens, history);
  const byRecord = new Map<string, Entry[]>();
  for (const entry of [...all.own.map((one) => ownEntry(one, device)), ...all.pulled.map(pulledEntry)]) {
    if (entry === null || entry.body.kind !== "crossing") continue;
    byRecord.set(entry.body.record, [...(byRecord.get(entry.body.record) ?? []), entry]);
  }
  return [...byRecord.values()].map((entries) => summaryOf(entries, through));
}

/** What the server refused counts nowhere else, so not here either; a crossing of nothing else is shown as refused. */
function counted(entries: Entry[]): Entry[] {
  const kept = entries.filter(({ own }) => own?.state !== "rejected");
  return kept.length > 0 ? kept : entries;
}

function summaryOf(all: Entry[], through: number): { summary: CrossingSummary; first: Entry } {
  const state: RecordState = new Map();
  const entries = counted(all);
  for (const { author, seq, order, body, authority } of entries) apply(state, author, seq, order, body, authority);
  const first = entries.reduce((one, two) => (two.order < one.order ? two : one));
  const value = (path: string): unknown => {
    const register = state.get(path);
    return register === undefined ? null : shown(register, pathPolicy(POLICIES, path));
  };
  const verdict = value("verdict");
  const judged = isObject(verdict) ? verdict : {};
  const headcount = value("headcount");
  const plate = value("plate");
  const summary: CrossingSummary = {
    record: first.body.record,
    ref: ref(first.author, first.seq),
    time_ms: happenedMs(value("occurred"), first.body),
    own: first.own !== null,
    lane: text(value("lane")),
    direction: text(value("direction")),
    mode: text(value("mode")),
    vehicle_class: text(value("vehicle_class")),
    plate: plateOf(plate),
    headcount: typeof headcount === "number" ? headcount : 0,
    outcome: text(judged["outcome"]),
    action: text(value("action")),
    reasons: Array.isArray(judged["reasons"]) ? judged["reasons"].map(String) : [],
    overridden: value("override") !== null,
    voided: value("voided") !== null,
    name: null,
    ...standing(all, through),
  };
  return { summary, first };
}

/** The worst of the own events' states; "pulled" where all came from elsewhere. */
function standing(entries: readonly Entry[], through: number): Pick<CrossingSummary, "state" | "code"> {
  const own = entries.flatMap((entry) => (entry.own === null ? [] : [entry.own]));
  const refused = own.find((one) => one.state === "rejected") ?? own.find((one) => one.state === "held");
  if (refused !== undefined) return { state: refused.state === "held" ? "held" : "rejected", code: refused.code };
  if (own.some((one) => one.seq > through)) return { state: "unsent", code: null };
  return { state: own.length > 0 ? "sent" : "pulled", code: null };
}

async function nameOf(entry: Entry, history: History | null): Promise<string | null> {
  const items = (await personOf(entry, history))?.items;
  const people = isObject(items) && isObject(items["people"]) ? items["people"] : {};
  const one = people["1"];
  return isObject(one) && typeof one["name"] === "string" ? one["name"] : null;
}

/** The server checked the vocabulary; a word this version does not know is shown as it stands. */
function text<T extends string>(value: unknown): T | null {
  return typeof value === "string" ? (value as T) : null;
}
