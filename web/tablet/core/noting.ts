/** Records of any kind that a shift writes: a violation, a test, a queue. Crossings have a way of their own (save.ts). */

import policies from "../../../docs/policy.json" with { type: "json" };
import { crossingMs } from "../../shared/sync/clock.ts";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { type Fields, type Items, ref } from "../../shared/sync/events.ts";
import { apply, pathPolicy, type PolicyTable, type RecordState, shown, surviving } from "../../shared/sync/registers.ts";
import type { Draft, PersonPart } from "./append.ts";
import { type History, openOwn } from "./at_rest.ts";
import type { Database, OwnEvent, StoredOwn } from "./db.ts";
import { type Entry, ownEntry, personOf } from "./entries.ts";
import { eventsOf } from "./lookups.ts";
import type { Environment } from "./environment.ts";
import { type Header, headerOf } from "./save.ts";
import type { SavedCrossing } from "./vocabulary.ts";

/** What an officer writes down. Names, numbers and free text belong into `person`. */
export interface Note {
  kind: string;
  fields: Fields;
  items?: Items;
  person?: PersonPart;
  /** The record that this amends; a new one without it. */
  record?: string;
  /** Per field, the writes that the officer saw and replaces (SPEC R1). */
  over?: Record<string, readonly string[]>;
}

/** A record of this tablet as its own events make it: register path → value shown. */
export interface Noted {
  record: string;
  /** When it was begun, corrected by the clock offset. */
  time_ms: number;
  officer: string;
  values: Readonly<Record<string, unknown>>;
  /** Per path, the writes that an amendment made on this replaces (`Note.over`). */
  writes: Readonly<Record<string, readonly string[]>>;
  /** The same of the person parts; null where they do not open. */
  person: Readonly<Record<string, unknown>> | null;
}

/** What notes need of the tablet that they are written on. */
interface Desk {
  environment: Pick<Environment, "now" | "random">;
  db(): Database;
  device(): string;
  /** Throws CoreError("shift.closed"). */
  header(): Header;
  history(): History | null;
  append(draft: Draft, person: PersonPart | null): Promise<StoredOwn>;
}

export class Noting {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Resolves when it is on disk. Throws CoreError("shift.closed" | "draft.too_large" | "storage.…"). */
  async write({ kind, fields, items = {}, person, record, over = {} }: Note): Promise<SavedCrossing> {
    const { environment, header, append, device } = this.#desk;
    const now = environment.now();
    const named = record ?? uuid7(now, environment.random(10));
    const draft = { ...headerOf(header(), now), kind, record: named, fields, items, over };
    const { seq, time_ms } = await append(draft, person ?? null);
    return { record: named, ref: ref(device(), seq), seq, time_ms };
  }

  /**
   * This tablet's own records of a kind with an event since `since_ms` (device time), oldest first; none while no
   * shift is open. `telling`: what the text of such an event has to match.
   */
  async own(kind: string, since_ms: number, telling?: RegExp): Promise<readonly Noted[]> {
    const { db, device, history } = this.#desk;
    const events = (await db().getAllFromIndex("own", "time_ms", IDBKeyRange.lowerBound(since_ms))).filter((one) => one.kind === kind);
    const told = telling === undefined ? events : (await openOwn(db(), events, history())).filter(({ body }) => telling.test(body));
    const tokens = new Set(told.map((one) => one.token));
    const { own } = await eventsOf(db(), [...tokens], history());
    const noted = [...tokens].map((token) => counted(own.filter((one) => one.token === token)));
    const entries = noted.map((rows) => rows.map((row) => ownEntry(row, device())).filter((one) => one !== null));
    return await Promise.all(entries.filter((one) => one.length > 0).map((one) => merged(kind, one, history())));
  }
}

/** What the server rejected changes nothing; a record of nothing else is still what this tablet wrote. */
function counted(rows: readonly OwnEvent[]): readonly OwnEvent[] {
  const kept = rows.filter(({ state }) => state !== "rejected");
  return kept.length > 0 ? kept : rows;
}

async function merged(kind: string, entries: readonly Entry[], history: History | null): Promise<Noted> {
  const table = ((policies as Record<string, unknown>)[`${kind}/1`] ?? {}) as PolicyTable;
  const body: RecordState = new Map();
  const person: RecordState = new Map();
  let opened = true;
  for (const entry of entries) {
    apply(body, entry.author, entry.seq, entry.order, entry.body, entry.authority);
    const part = await personOf(entry, history);
    if (part !== null) apply(person, entry.author, entry.seq, entry.order, { ...part, over: entry.body.over }, entry.authority);
    else opened = opened && entry.person === null;
  }
  const first = entries.reduce((one, two) => (two.order < one.order ? two : one));
  const { record, time_ms, offset_ms, officer } = first.body;
  const values = valuesOf(body, table);
  const writes = Object.fromEntries([...body].map(([path, register]) => [path, surviving(register).map(({ ref: one }) => one)]));
  return { record, time_ms: crossingMs(time_ms, offset_ms), officer: officer ?? "", values, writes, person: opened ? valuesOf(person, table) : null };
}

function valuesOf(state: RecordState, table: PolicyTable): Record<string, unknown> {
  return Object.fromEntries([...state].map(([path, register]) => [path, shown(register, pathPolicy(table, path))]));
}
