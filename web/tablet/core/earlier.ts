/** What this tablet knows of earlier crossings: which vehicles were refused, and how often a document was used. */

import { SyncError } from "../../shared/sync/errors.ts";
import { isObject } from "../../shared/sync/events.ts";
import { apply, pathPolicy, type RecordState, shown } from "../../shared/sync/registers.ts";
import { openOwn, openPulled } from "./at_rest.ts";
import type { Database, OwnEvent, PulledEvent, StoredOwn } from "./db.ts";
import { type Entry, happenedMs, type History, ownEntry, personOf, plateOf, POLICIES, pulledEntry } from "./entries.ts";
import { eventsOf } from "./lookups.ts";
import { type Refusal, refusalsOf } from "./turned_back.ts";
import { generationOf, Unread } from "./unread.ts";

/** Whoever saves a crossing meanwhile waits for so many at most. */
const EVENTS_AT_ONCE = 100;
/** What an event has to say for its record to be looked at: a refusal, or a document of our own. */
const TELLING = /"action":"turned_back"|"family":"own"/;

/** What rules ask of earlier crossings. */
export interface Known {
  /** Whether this plate's normal form was turned back here or nearby at `sinceMs` or later. */
  wasRefused(plate: string, sinceMs: number): boolean;
  /** When this document was used before and its holder let through. */
  usesOf(document: string): readonly number[];
}

export const NOTHING_KNOWN: Known = { wasRefused: () => false, usesOf: () => [] };

interface Passage {
  time_ms: number;
  refused: string | null;
  documents: readonly string[];
}

/** What was read so far. Thrown away whole: a reading that is under way when nobody is on duty any more fills nothing. */
class Held {
  /** By record token. */
  readonly passages = new Map<string, Passage>();
  readonly unread = new Unread();
  refusals: readonly Refusal[] = [];
  /** Some came since they were read. */
  refusals_due = true;
  /** Own events that the server rejected. */
  rejected: ReadonlySet<number> = new Set();
}

/** Kept in memory and brought up to date by what was written and pulled since: rules are asked at every tap. */
export class Earlier implements Known {
  #held = new Held();
  #generation = 0;
  #running: Promise<void> = Promise.resolve();
  #turn: Promise<void> = Promise.resolve();

  wasRefused(plate: string, sinceMs: number): boolean {
    const { refusals, passages } = this.#held;
    const near = refusals.some((one) => one.plate === plate && one.time_ms >= sinceMs);
    return near || [...passages.values()].some((one) => one.refused === plate && one.time_ms >= sinceMs);
  }

  /** When this tablet's checkpoint last turned the plate back, of what it knows; null for never. */
  refusedHereMs(plate: string): number | null {
    const times = [...this.#held.passages.values()].flatMap((one) => (one.refused === plate ? [one.time_ms] : []));
    return times.length === 0 ? null : Math.max(...times);
  }

  usesOf(document: string): readonly number[] {
    return [...this.#held.passages.values()].filter((one) => one.documents.includes(document)).map(({ time_ms }) => time_ms);
  }

  forget(): void {
    this.#held = new Held();
  }

  /** Takes in what is new in the store; calls wait for each other. `history` opens the person parts. */
  refresh(db: Database, device: string, history: History): Promise<void> {
    const after = this.#running.catch(() => undefined).then(() => this.#refresh(db, device, history));
    this.#running = after;
    return after;
  }

  /**
   * Takes in one event that was just written here, also while thousands of older ones are still being read: between two
   * portions of them, so that neither overtakes the other on a record of both.
   */
  wrote(db: Database, device: string, history: History, row: StoredOwn): Promise<void> {
    return this.#inTurn(async () => await take(this.#held, db, device, history, await openOwn(db, [row], history)));
  }

  async #refresh(db: Database, device: string, history: History): Promise<void> {
    const generation = await generationOf(db);
    if (generation !== this.#generation) this.forget();
    this.#generation = generation;
    const held = this.#held;
    let more = true;
    const portion = async (): Promise<void> => {
      const next = await held.unread.next(db, EVENTS_AT_ONCE);
      more = next !== null;
      if (next === null) return;
      await take(held, db, device, history, [...(await openOwn(db, next.own, history)), ...(await openPulled(next.pulled, history))]);
      held.unread.seen(next);
      held.refusals_due ||= next.pulled.some(({ kind }) => kind === "turn_back");
    };
    while (more && held === this.#held) await this.#inTurn(portion);
    await this.#inTurn(() => takeJudgedAnew(held, db, device, history));
    if (held.refusals_due) held.refusals = await refusalsOf(db, history);
    held.refusals_due = false;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const after = this.#turn.catch(() => undefined).then(work);
    this.#turn = after;
    return after;
  }
}

/** Own events that the server rejected, or took after all, since the last look. */
async function takeJudgedAnew(held: Held, db: Database, device: string, history: History): Promise<void> {
  const before = held.rejected;
  const now = new Set(await db.getAllKeysFromIndex("own", "state", "rejected"));
  const changed = [...now, ...before].filter((seq) => now.has(seq) !== before.has(seq));
  const rows = await Promise.all(changed.map((seq) => db.get("own", seq)));
  await take(held, db, device, history, await openOwn(db, rows.filter((row) => row !== undefined), history));
  held.rejected = now;
}

async function take(held: Held, db: Database, device: string, history: History, events: readonly (OwnEvent | PulledEvent)[]): Promise<void> {
  const tokens = new Set<string>();
  for (const { kind, token, body } of events) {
    if (kind === "crossing" && token !== null && (held.passages.has(token) || TELLING.test(body))) tokens.add(token);
  }
  if (tokens.size === 0) return;
  const all = await eventsOf(db, [...tokens], history);
  const byToken = new Map<string, Entry[]>();
  for (const event of [...all.own, ...all.pulled]) {
    const entry = "content" in event ? ownEntry(event, device) : pulledEntry(event);
    if (entry === null || event.token === null || entry.own?.state === "rejected") continue;
    byToken.set(event.token, [...(byToken.get(event.token) ?? []), entry]);
  }
  for (const token of tokens) {
    const passage = await passageOf(byToken.get(token) ?? [], history);
    if (passage === null) held.passages.delete(token);
    else held.passages.set(token, passage);
  }
}

/** null for a crossing that was voided, or of which nothing is left. */
async function passageOf(entries: readonly Entry[], history: History): Promise<Passage | null> {
  const [any] = entries;
  if (any === undefined) return null;
  const state: RecordState = new Map();
  for (const { author, seq, order, body, authority } of entries) apply(state, author, seq, order, body, authority);
  const value = (path: string): unknown => {
    const register = state.get(path);
    return register === undefined ? null : shown(register, pathPolicy(POLICIES, path));
  };
  if (value("voided") !== null) return null;
  const first = entries.reduce((one, two) => (two.order < one.order ? two : one), any);
  const refused = value("action") === "turned_back";
  const documents = refused ? [] : (await Promise.all(entries.map((entry) => documentsOf(entry, history)))).flat();
  return {
    time_ms: happenedMs(value("occurred"), first.body),
    refused: refused ? (plateOf(value("plate"))?.normal ?? null) : null,
    documents: [...new Set(documents)],
  };
}

/** The ids of the permits, passes and manifests that people of this event showed; who only claims one uses none. */
async function documentsOf(entry: Entry, history: History): Promise<string[]> {
  const proved = Object.entries(entry.body.items["people"] ?? {}).filter(([, { evidence }]) => isProved(evidence));
  if (proved.length === 0) return [];
  const items = (await personOf(entry, history).catch(unreadable))?.items ?? {};
  return proved.flatMap(([item]) => {
    const facts = items["people"]?.[item]?.["facts"];
    const permit = isObject(facts) ? facts["permit"] : null;
    const id = isObject(permit) ? permit["id"] : null;
    return typeof id === "string" ? [id] : [];
  });
}

/** Another tablet's person part that nobody can read must not keep this one from deciding. */
function unreadable(error: unknown): null {
  if (error instanceof SyncError) return null;
  throw error;
}

function isProved(evidence: unknown): boolean {
  return isObject(evidence) && evidence["family"] === "own" && evidence["status"] === "verified";
}
