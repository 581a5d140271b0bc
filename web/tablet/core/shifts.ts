/**
 * Shifts of the checkpoint: who stands where, what is asked and decided, what is handed over.
 *
 * A shift is one record (schemas/shift_record.py) to which every tablet of the checkpoint adds; without a network
 * each shows what it has, and merging brings them together.
 */

import { uuid7 } from "../../shared/sync/encoding.ts";
import { ref } from "../../shared/sync/events.ts";
import { recordTokens } from "./at_rest.ts";
import { type Database, NO_WINDOW, readMeta, writeMeta } from "./db.ts";
import type { Entry, History } from "./entries.ts";
import { ownEntry, pulledEntry } from "./entries.ts";
import type { Environment } from "./environment.ts";
import { eventsOf } from "./lookups.ts";
import type { Note, Noting } from "./noting.ts";
import type { OnDuty } from "./on_duty.ts";
import type { Header } from "./save.ts";
import { type CrossingCounts, countsSince } from "./shift_counts.ts";
import { type Consulted, type ConsultSubject, type Duty, type ShiftState, stateOf } from "./shift_state.ts";
import type { Action, Lead } from "./vocabulary.ts";

export type { CrossingCounts } from "./shift_counts.ts";
export type { Consultation, ConsultSubject, Consulted, Duty, ShiftMember, ShiftState } from "./shift_state.ts";

/** Somebody with a place in a shift; `officer` null: without a badge, so known by name only. */
export interface Placed {
  officer: string | null;
  name: string;
  duty: Duty;
}

export interface ShiftDraft {
  /** Officer id. */
  lead: string | null;
  roster: readonly Placed[];
  /** Steps done, of the pack `procedures`. */
  checked: readonly string[];
  /** When it should end, by the server's clock. */
  due_ms: number;
  /** Running shifts that end with this one: taken over. */
  takes_over: readonly string[];
}

export interface HandOver {
  checked_out: readonly string[];
  counts: CrossingCounts & { unsent: number; conflicts: number };
  note: string;
  handed_to: string | null;
}

export interface Question {
  about: ConsultSubject;
  of: Consulted;
  plate: string | null;
  crossing?: string;
  question: string;
}

export interface Answer {
  decision: Action;
  answer: string;
  /** Who said so at the telephone; "" where a badge says it. */
  answered_by: string;
  /** The lead who decides here, by badge and PIN. */
  lead?: Lead;
}

/** Every call that writes resolves when it is on disk. Each may throw CoreError("shift.closed" | "storage.…"). */
export interface ShiftBook {
  /** Begins a shift, and ends those it takes over. */
  begin(draft: ShiftDraft): Promise<void>;
  /** Who stands where from now on. */
  place(shift: ShiftState, roster: readonly Placed[]): Promise<void>;
  /** Steps done so far when the shift begins. */
  check(shift: ShiftState, checked: readonly string[]): Promise<void>;
  /** What there is to hand over, as far as this tablet holds it. */
  counts(shift: ShiftState): Promise<CrossingCounts>;
  handOver(shift: ShiftState, how: HandOver): Promise<void>;
  /** Asks for a decision; without a running shift one begins with it. */
  ask(question: Question): Promise<void>;
  /** Throws CoreError("badge.…") where a lead's badge is not good. */
  answer(shift: string, item: string, answer: Answer): Promise<void>;
}

/** How many shifts this tablet remembers to have written to. */
const REMEMBERED = 8;
const SHOWN_MS = 48 * 3_600_000;
const USUAL_MS = 6 * 3_600_000;

/** Names an item by its number in the event that is about to be written (SPEC E5). */
type Fresh = (n: number) => string;

interface Desk {
  environment: Pick<Environment, "now" | "random">;
  db(): Database;
  device(): string;
  server_ms(): number;
  history(): History | null;
  noting: Pick<Noting, "write">;
  /** Throws CoreError("shift.closed"). */
  header(): Header;
  duty: Pick<OnDuty, "officer" | "is_lead" | "approved">;
  changed(shifts: readonly ShiftState[]): void;
}

export class Shifts implements ShiftBook {
  readonly #desk: Desk;
  #key = "";
  #writes = 0;
  #shifts: readonly ShiftState[] = [];
  #looking: Promise<void> = Promise.resolve();
  #writing: Promise<void> = Promise.resolve();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** What the store says, where it may say something new; one look after the other, or an older one would have the last word. */
  look(): Promise<void> {
    this.#looking = this.#looking.catch(() => undefined).then(() => this.#look());
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { db, device, server_ms, changed } = this.#desk;
    const history = this.#desk.history();
    const { cursor, held_after, generation } = (await readMeta(db(), "window")) ?? NO_WINDOW;
    const key = [cursor, held_after, generation, this.#writes, history?.id].join(" ");
    if (key === this.#key) return;
    const tokens = new Set(await recordTokens(history, (await readMeta(db(), "shifts")) ?? []));
    for (const { token } of await db().getAllFromIndex("pulled", "kind", "shift")) if (token !== null) tokens.add(token);
    const stored = await eventsOf(db(), [...tokens], history);
    const byRecord = new Map<string, Entry[]>();
    const own = stored.own.filter(({ state }) => state !== "rejected").map((one) => ownEntry(one, device()));
    for (const entry of [...own, ...stored.pulled.map(pulledEntry)]) {
      if (entry === null || entry.body.kind !== "shift") continue;
      byRecord.set(entry.body.record, [...(byRecord.get(entry.body.record) ?? []), entry]);
    }
    const found = await Promise.all([...byRecord.values()].map((entries) => stateOf(entries, history)));
    // Nobody is on duty any more, or somebody else.
    if (this.#desk.history() !== history) return;
    this.#key = key;
    const since = server_ms() - SHOWN_MS;
    this.#shifts = found.filter(({ opened_ms }) => opened_ms >= since).sort((one, two) => two.opened_ms - one.opened_ms);
    changed(this.#shifts);
  }

  /** Another enrolment, or nobody on duty: what was known is no longer shown. */
  forget(): void {
    this.#key = "";
    this.#shifts = [];
    this.#desk.changed([]);
  }

  async begin(draft: ShiftDraft): Promise<void> {
    const { header, server_ms } = this.#desk;
    const taken = this.#shifts.filter(({ record, closed_ms }) => closed_ms === null && draft.takes_over.includes(record));
    const named = draft.roster.map((one, at) => [String(at + 1), one] as const);
    const opened = Math.round(server_ms());
    await this.#write({
      kind: "shift",
      fields: {
        lane: header().lane,
        opened,
        due: Math.round(draft.due_ms),
        ...(draft.lead === null ? {} : { lead: draft.lead }),
        ...(taken[0] === undefined ? {} : { previous: taken[0].record }),
        checked: [...draft.checked],
      },
      items: named.length === 0 ? {} : { roster: Object.fromEntries(named.map(([item, one]) => [item, memberOf(one)])) },
      ...namesOf(named),
    });
    for (const one of taken) {
      const fields = { closed: opened, ...(draft.lead === null ? {} : { handed_to: draft.lead }) };
      await this.#write({ kind: "shift", record: one.record, fields, over: overOf(one, Object.keys(fields)) });
    }
  }

  async place(shift: ShiftState, roster: readonly Placed[]): Promise<void> {
    await this.#write((fresh) => placedNote(shift, roster, fresh));
  }

  async check(shift: ShiftState, checked: readonly string[]): Promise<void> {
    await this.#write({ kind: "shift", record: shift.record, fields: { checked: [...checked] }, over: overOf(shift, ["checked"]) });
  }

  async counts(shift: ShiftState): Promise<CrossingCounts> {
    const { db, device, history } = this.#desk;
    return await countsSince(db(), device(), history(), shift.opened_ms);
  }

  async handOver(shift: ShiftState, { checked_out, counts, note, handed_to }: HandOver): Promise<void> {
    const fields = {
      closed: Math.round(this.#desk.server_ms()),
      checked_out: [...checked_out],
      counts: { ...counts },
      ...(handed_to === null ? {} : { handed_to }),
    };
    const person = note.trim() === "" ? {} : { person: { fields: { note: note.trim().slice(0, 1000) }, items: {} } };
    await this.#write({ kind: "shift", record: shift.record, fields, ...person, over: overOf(shift, Object.keys(fields)) });
  }

  async ask({ about, of, plate, crossing, question }: Question): Promise<void> {
    const { duty: on_duty, header, server_ms } = this.#desk;
    const { lane, officer: asked_by } = header();
    if (this.running() === null) {
      const duty = on_duty.is_lead ? "lead" : "scan";
      const roster: Placed[] = [{ officer: asked_by, name: "", duty }];
      await this.begin({ lead: on_duty.is_lead ? asked_by : null, roster, checked: [], due_ms: server_ms() + USUAL_MS, takes_over: [] });
    }
    const shift = this.running();
    if (shift === null) return;
    const fields = { about, of, lane, asked_by, asked: Math.round(server_ms()), ...(plate === null ? {} : { plate }), ...(crossing === undefined ? {} : { crossing }) };
    const words = question.trim().slice(0, 300);
    await this.#write((fresh) => {
      const item = fresh(1);
      const person = words === "" ? {} : { person: { fields: {}, items: { consults: { [item]: { question: words } } } } };
      return { kind: "shift", record: shift.record, fields: {}, items: { consults: { [item]: fields } }, ...person };
    });
  }

  async answer(record: string, item: string, { decision, answer, answered_by, lead }: Answer): Promise<void> {
    const { duty, server_ms } = this.#desk;
    const said_by = answered_by.trim().slice(0, 100);
    const on_duty = said_by === "" && duty.is_lead ? duty.officer() : null;
    const decided_by = lead === undefined ? on_duty : await duty.approved(lead);
    const fields = { decision, decided: Math.round(server_ms()), ...(decided_by === null ? {} : { decided_by }) };
    const words = { answer: answer.trim().slice(0, 300), answered_by: said_by };
    const said = Object.fromEntries(Object.entries(words).filter(([, value]) => value !== ""));
    const person = Object.keys(said).length === 0 ? {} : { person: { fields: {}, items: { consults: { [item]: said } } } };
    const shift = this.#shifts.find((one) => one.record === record);
    const paths = Object.keys(fields).map((name) => `consults/${item}/${name}`);
    const over = shift === undefined ? {} : overOf(shift, paths);
    await this.#write({ kind: "shift", record, fields: {}, items: { consults: { [item]: fields } }, ...person, over });
  }

  /** The newest shift that runs; null where none does as far as this tablet knows. */
  running(): ShiftState | null {
    return this.#shifts.find(({ closed_ms }) => closed_ms === null) ?? null;
  }

  /** One after the other: of two at once each has items of its own name. */
  #write(note: Note | ((fresh: Fresh) => Note | null)): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#writeNow(note));
    return this.#writing;
  }

  async #writeNow(note: Note | ((fresh: Fresh) => Note | null)): Promise<void> {
    const { environment, db, device, noting } = this.#desk;
    const seq = ((await readMeta(db(), "head"))?.seq ?? 0) + 1;
    const made = typeof note === "function" ? note((n) => `${ref(device(), seq)}:${n}`) : note;
    if (made === null) return;
    const record = made.record ?? uuid7(environment.now(), environment.random(10));
    // Before the event: a name without its event is none, an event without its name would be lost from sight.
    const before = (await readMeta(db(), "shifts")) ?? [];
    if (!before.includes(record)) await writeMeta(db(), "shifts", [record, ...before].slice(0, REMEMBERED));
    await noting.write({ ...made, record });
    this.#writes += 1;
    // It is on disk: what cannot be read is no reason to write it again.
    await this.look().catch(() => undefined);
  }
}

/** null where nobody comes, goes or does something else. */
function placedNote(shift: ShiftState, roster: readonly Placed[], fresh: Fresh): Note | null {
  const items: Record<string, Record<string, unknown>> = {};
  const added: [string, Placed][] = [];
  for (const [at, one] of roster.entries()) {
    const before = shift.roster.find(({ officer, name }) => (one.officer === null ? officer === null && name === one.name : officer === one.officer));
    if (before === undefined) {
      added.push([fresh(at + 1), one]);
      items[fresh(at + 1)] = memberOf(one);
    } else if (before.duty !== one.duty) items[before.item] = { duty: one.duty };
  }
  for (const before of shift.roster) {
    const stays = roster.some(({ officer, name }) => (officer === null ? before.officer === null && name === before.name : officer === before.officer));
    if (!stays) items[before.item] = { removed: true };
  }
  if (Object.keys(items).length === 0) return null;
  const paths = Object.entries(items).flatMap(([item, fields]) => Object.keys(fields).map((name) => `roster/${item}/${name}`));
  return { kind: "shift", record: shift.record, fields: {}, items: { roster: items }, ...namesOf(added), over: overOf(shift, paths) };
}

function memberOf({ officer, duty }: Placed): Record<string, unknown> {
  return officer === null ? { duty } : { officer, duty };
}

/** Names of those without a badge: they concern somebody, so they stand in the person part. */
function namesOf(members: readonly (readonly [string, Placed])[]): Pick<Note, "person"> {
  const named = members.filter(([, { officer, name }]) => officer === null && name.trim() !== "");
  if (named.length === 0) return {};
  const roster = Object.fromEntries(named.map(([item, { name }]) => [item, { name: name.trim().slice(0, 100) }]));
  return { person: { fields: {}, items: { roster } } };
}

/** What an amendment of these paths stands above (SPEC R2). */
function overOf(shift: ShiftState, paths: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(paths.flatMap((path) => (shift.seen[path] === undefined ? [] : [[path, shift.seen[path]]])));
}
