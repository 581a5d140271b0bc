/**
 * Every crossing this tablet holds in a few plain fields, kept in memory: what search, pairing, occupancy and
 * pace look through. Read when it is first asked for, then brought up to date by what was written and pulled.
 */

import { apply, pathPolicy, type RecordState, shown } from "../../shared/sync/registers.ts";
import { type History, openOwn, openPulled, recordTokens } from "./at_rest.ts";
import { type Database, type OwnEvent, type PulledEvent, readMeta } from "./db.ts";
import { type Entry, happenedMs, ownEntry, plateOf, POLICIES, pulledEntry } from "./entries.ts";
import { eventsOf } from "./lookups.ts";
import { generationOf, Unread } from "./unread.ts";
import type { Action, Direction, Mode, VehicleClass } from "./vocabulary.ts";

/** Few enough that a tap in between is answered. */
const EVENTS_AT_ONCE = 250;
/** What was pulled reaches no further back, and who came in before that is asked of the server. */
const HELD_MS = 72 * 3_600_000;

export interface Passage {
  record: string;
  /** When it happened: as written on paper, or by the corrected clock. */
  time_ms: number;
  lane: string | null;
  direction: Direction | null;
  mode: Mode | null;
  vehicle_class: VehicleClass | null;
  /** Its normal form. */
  plate: string | null;
  trailer: string | null;
  headcount: number;
  action: Action | null;
  voided: boolean;
  /** It was written from a paper log. */
  paper: boolean;
  /** Of who came in: the crossing by which they left. */
  paired_exit: string | null;
}

/** What was read so far. Thrown away whole: a reading that is under way when nobody is on duty any more fills nothing. */
class Held {
  readonly found = new Map<string, Passage>();
  unread: Unread | null = null;
  refused: readonly string[] = [];
}

export class Passages {
  #held = new Held();
  #generation = -1;
  #running: Promise<unknown> = Promise.resolve();

  forget(): void {
    this.#held = new Held();
  }

  /** All that is held and `history` opens, in no order; calls wait for each other. */
  async all(db: Database, device: string, history: History | null, now_ms: number): Promise<readonly Passage[]> {
    const after = this.#running.catch(() => undefined).then(async () => {
      try {
        if (history !== null) await this.#refresh(db, device, history, now_ms);
      } catch (error) {
        // What was read by halves is read again from the start.
        this.forget();
        throw error;
      }
    });
    this.#running = after;
    await after;
    return [...this.#held.found.values()];
  }

  async #refresh(db: Database, device: string, history: History, now_ms: number): Promise<void> {
    const generation = await generationOf(db);
    if (generation !== this.#generation) this.forget();
    this.#generation = generation;
    const held = this.#held;
    const unread = (held.unread ??= new Unread(await beforeHeld(db, now_ms - HELD_MS)));
    const fresh = new Map<string, Entry[]>();
    const amended = new Set<string>();
    while (held === this.#held) {
      const next = await unread.next(db, EVENTS_AT_ONCE);
      if (next === null) break;
      for (const entry of crossingsOf(await openOwn(db, next.own, history), await openPulled(next.pulled, history), device)) {
        const { record, fields } = entry.body;
        // One that only amends may be of a crossing that was begun before.
        if (held.found.has(record) || (fields["direction"] === undefined && !fresh.has(record))) amended.add(record);
        else fresh.set(record, [...(fresh.get(record) ?? []), entry]);
      }
      unread.seen(next);
    }
    for (const record of await judgedAnew(db, device, history, held)) amended.add(record);
    if (amended.size > 0) {
      const all = await eventsOf(db, await recordTokens(history, [...amended]), history);
      for (const entry of crossingsOf(all.own, all.pulled, device)) {
        const { record } = entry.body;
        fresh.set(record, [...(fresh.get(record) ?? []), entry]);
      }
    }
    // What the server took nothing of counts nowhere, so not here either.
    for (const record of amended) held.found.delete(record);
    for (const [record, entries] of fresh) held.found.set(record, passageOf(record, entries));
  }
}

/** Records of own events that the server rejected, or took after all, since the last look. */
async function judgedAnew(db: Database, device: string, history: History, held: Held): Promise<string[]> {
  const rejected = await openOwn(db, await db.getAllFromIndex("own", "state", "rejected"), history);
  const now = rejected.flatMap((one) => ownEntry(one, device)?.body.record ?? []);
  const before = held.refused;
  held.refused = now;
  return [...now.filter((one) => !before.includes(one)), ...before.filter((one) => !now.includes(one))];
}

/** The own event before those of this time; a clock that was set back leaves some older ones in. */
async function beforeHeld(db: Database, from_ms: number): Promise<number> {
  const held = await db.getAllKeysFromIndex("own", "time_ms", IDBKeyRange.lowerBound(from_ms));
  const first = held.reduce((least, seq) => Math.min(least, seq), Number.POSITIVE_INFINITY);
  return Number.isFinite(first) ? first - 1 : ((await readMeta(db, "head"))?.seq ?? 0);
}

function crossingsOf(own: readonly OwnEvent[], pulled: readonly PulledEvent[], device: string): Entry[] {
  const mine = own.filter(({ kind, state }) => kind === "crossing" && state !== "rejected").map((one) => ownEntry(one, device));
  const theirs = pulled.filter(({ kind }) => kind === "crossing").map(pulledEntry);
  return [...mine, ...theirs].filter((one) => one !== null);
}

function passageOf(record: string, entries: readonly Entry[]): Passage {
  const state: RecordState = new Map();
  for (const { author, seq, order, body, authority } of entries) apply(state, author, seq, order, body, authority);
  const value = <T>(path: string): T | null => {
    const register = state.get(path);
    return (register === undefined ? null : shown(register, pathPolicy(POLICIES, path))) as T | null;
  };
  const first = entries.reduce((one, two) => (two.order < one.order ? two : one));
  return {
    record,
    time_ms: happenedMs(value("occurred"), first.body),
    lane: value("lane"),
    direction: value("direction"),
    mode: value("mode"),
    vehicle_class: value("vehicle_class"),
    plate: plateOf(value("plate"))?.normal ?? null,
    trailer: plateOf(value("trailer_plate"))?.normal ?? null,
    headcount: value<number>("headcount") ?? 1,
    action: value("action"),
    voided: value("voided") !== null,
    paper: value("source") === "paper",
    paired_exit: value("paired_exit"),
  };
}
