/** What two tablets wrote differently and a person has to decide: found, shown, and answered by an event. SPEC R9, R10. */

import { crossingMs } from "../../shared/sync/clock.ts";
import { type Fields, type Items, ref } from "../../shared/sync/events.ts";
import {
  apply,
  differing,
  openConflicts,
  pathPolicy,
  type RecordState,
  type Register,
  shown,
  type Write,
  writesOf,
} from "../../shared/sync/registers.ts";
import type { Draft, PersonPart } from "./append.ts";
import { recordToken } from "./at_rest.ts";
import { CoreError } from "./core_error.ts";
import type { Database } from "./db.ts";
import { type Entry, happenedMs, type History, ownEntry, personOf, plateOf, POLICIES, pulledEntry } from "./entries.ts";
import { eventsOf } from "./lookups.ts";
import { generationOf, Unread } from "./unread.ts";
import type { Plate } from "./vocabulary.ts";

const CHUNK = 500;
/** References one of our events names; a reader takes 64 a path (SPEC R2). */
const MAX_OVER = 60;

export interface ConflictWrite {
  ref: string;
  /** "console": written by the server's own people. */
  where: "here" | "elsewhere" | "console";
  lane: string | null;
  /** A name; null for whom the roster does not know. */
  officer: string | null;
  time_ms: number;
  received_ms: number | null;
}

/** One value and everybody who wrote it, oldest first. `choice` names it. */
export interface ConflictSide {
  choice: string;
  value: unknown;
  shown: boolean;
  writes: readonly ConflictWrite[];
}

/** One field of one crossing, with every value that survives. */
export interface Conflict {
  record: string;
  /** "plate" or "people/1/name" (SPEC R3). */
  path: string;
  plate: Plate | null;
  time_ms: number;
  lane: string | null;
  /** It stands in the person part. */
  personal: boolean;
  sides: readonly ConflictSide[];
  /** The surviving writes, in order: a choice made of other ones is asked again. */
  seen: readonly string[];
}

/** Whose events these are, and what opens their person parts. */
export interface Ours {
  device: string;
  server: string;
  history: History;
  /** The name of an officer whom the roster knows. */
  nameOf(officer: string): string | null;
}

/** Follows what is stored, so that only records with several events, and new ones, are merged again. */
export class ConflictWatch {
  #history = "";
  #generation = 0;
  #unread = new Unread();
  /** Tokens of records, as the store has them. */
  #records = new Set<string>();
  /** Of several events, and new since the last look or in conflict at it. */
  #due = new Set<string>();
  #refused: string[] = [];
  #looking: Promise<unknown> = Promise.resolve();

  /** All open conflicts of this checkpoint as far as this tablet holds its events, oldest first. */
  async conflicts(db: Database, ours: Ours): Promise<Conflict[]> {
    // One after the other: an older look that ends later would forget what a newer one found.
    const look = this.#looking.then(() => this.#look(db, ours));
    this.#looking = look.catch(() => undefined);
    return await look;
  }

  async #look(db: Database, ours: Ours): Promise<Conflict[]> {
    await this.#follow(db, ours.history.id);
    // What the server does not take decides nothing, and does when it takes it after all.
    const before = this.#refused;
    const states = ["rejected", "held"].map((state) => db.getAllFromIndex("own", "state", state));
    this.#refused = (await Promise.all(states)).flat().map(({ token }) => token);
    const due = [...new Set([...this.#due, ...before, ...this.#refused])];
    const found = await conflictsOf(db, due, ours);
    this.#due = new Set(await Promise.all(found.map(({ record }) => recordToken(ours.history, record))));
    return found.sort((one, two) => one.time_ms - two.time_ms);
  }

  async #follow(db: Database, history: string): Promise<void> {
    const generation = await generationOf(db);
    if (history !== this.#history || generation !== this.#generation) {
      this.#records.clear();
      this.#unread = new Unread();
      [this.#history, this.#generation] = [history, generation];
    }
    for (let next = await this.#unread.next(db, CHUNK); next !== null; next = await this.#unread.next(db, CHUNK)) {
      for (const { token } of [...next.own, ...next.pulled]) if (token !== null) this.#add(token);
      this.#unread.seen(next);
    }
  }

  #add(token: string): void {
    if (this.#records.has(token)) this.#due.add(token);
    this.#records.add(token);
  }
}

/** A conflict as it is now, and the side chosen of it. Throws CoreError("conflict.changed") where it is another by now. */
export function chosenSide(open: readonly Conflict[], conflict: Conflict, choice: string): { now: Conflict; side: ConflictSide } {
  const now = open.find(({ record, path }) => record === conflict.record && path === conflict.path);
  const side = now?.sides.find((one) => one.choice === choice);
  if (now === undefined || side === undefined || now.seen.join() !== conflict.seen.join()) throw new CoreError("conflict.changed");
  return { now, side };
}

/** The events that leave the chosen value alone: one, but for more writes than one may name. */
export function choiceEvents(
  conflict: Conflict,
  choice: ConflictSide,
  header: Omit<Draft, "record" | "fields" | "items" | "over">,
): ((last: string | null) => { draft: Draft; person: PersonPart | null })[] {
  const { record, path, personal, seen } = conflict;
  const part = placed(path, choice.value);
  const empty = { fields: {}, items: {} };
  const parts: (readonly string[])[] = [];
  for (let at = 0; at < seen.length; at += MAX_OVER) parts.push(seen.slice(at, at + MAX_OVER));
  return parts.map((refs) => (last) => ({
    draft: { ...header, record, ...(personal ? empty : part), over: { [path]: last === null ? refs : [last, ...refs] } },
    person: personal ? part : null,
  }));
}

async function conflictsOf(db: Database, tokens: readonly string[], ours: Ours): Promise<Conflict[]> {
  const stored = await eventsOf(db, tokens, ours.history);
  const byRecord = new Map<string, Entry[]>();
  const own = stored.own.filter(({ state }) => state === "kept").map((one) => ownEntry(one, ours.device));
  for (const entry of [...own, ...stored.pulled.map(pulledEntry)]) {
    if (entry === null || entry.body.kind !== "crossing") continue;
    byRecord.set(entry.body.record, [...(byRecord.get(entry.body.record) ?? []), entry]);
  }
  const found = await Promise.all([...byRecord.values()].map((entries) => recordConflicts(entries, ours)));
  return found.flat();
}

async function recordConflicts(entries: Entry[], ours: Ours): Promise<Conflict[]> {
  const state: RecordState = new Map();
  const personal = new Set<string>();
  for (const entry of entries) {
    const { author, seq, order, body, authority } = entry;
    apply(state, author, seq, order, body, authority);
    const part = await personOf(entry, ours.history);
    if (part === null) continue;
    apply(state, author, seq, order, { ...part, over: {} }, authority);
    for (const path of Object.keys(writesOf(part))) personal.add(path);
  }
  const value = (path: string): unknown => {
    const register = state.get(path);
    return register === undefined ? null : shown(register, pathPolicy(POLICIES, path));
  };
  const first = entries.reduce((one, two) => (two.order < one.order ? two : one));
  const byRef = new Map(entries.map((entry) => [ref(entry.author, entry.seq), entry]));
  const lane = value("lane");
  return openConflicts(state, POLICIES).map((path) => {
    const alive = differing(state.get(path) as Register);
    return {
      record: first.body.record,
      path,
      plate: plateOf(value("plate")),
      time_ms: happenedMs(value("occurred"), first.body),
      lane: typeof lane === "string" ? lane : null,
      personal: personal.has(path),
      sides: sidesOf(alive, value(path), byRef, ours),
      seen: alive.map((one) => one.ref),
    };
  });
}

function sidesOf(alive: readonly Write[], now: unknown, byRef: ReadonlyMap<string, Entry>, ours: Ours): ConflictSide[] {
  const groups: Write[][] = [];
  for (const write of alive) {
    const group = groups.find(([one]) => one !== undefined && same(one, write));
    if (group === undefined) groups.push([write]);
    else group.push(write);
  }
  return groups.map((group) => ({
    choice: group[group.length - 1]?.ref ?? "",
    value: group[0]?.value,
    // `shown` gives one of the values itself: none of these fields is a union.
    shown: group.some((one) => one.value === now),
    writes: group.flatMap((one) => {
      const entry = byRef.get(one.ref);
      return entry === undefined ? [] : [writeOf(one.ref, entry, ours)];
    }),
  }));
}

function writeOf(name: string, { author, own, body, received_ms }: Entry, { server, nameOf }: Ours): ConflictWrite {
  const lane = body.fields["lane"];
  return {
    ref: name,
    where: own !== null ? "here" : author === server ? "console" : "elsewhere",
    lane: typeof lane === "string" ? lane : null,
    officer: body.officer === null ? null : nameOf(body.officer),
    time_ms: crossingMs(body.time_ms, body.offset_ms),
    received_ms,
  };
}

/** Equal as registers see it (SPEC R6). */
function same(one: Write, two: Write): boolean {
  const both: Register = { writes: new Map([[one.ref, one], [two.ref, two]]), superseded: new Set() };
  return differing(both).length === 0;
}

function placed(path: string, value: unknown): { fields: Fields; items: Items } {
  const [group = "", item, field] = path.split("/");
  if (item === undefined || field === undefined) return { fields: { [path]: value }, items: {} };
  return { fields: {}, items: { [group]: { [item]: { [field]: value } } } };
}
