/**
 * Wave-through («xả chốt»): vehicles are let through unchecked and only counted, one crossing a tap.
 *
 * A tap is an event like any other, so counts of several tablets add up, a slip can be voided, and a
 * crash loses nothing that was on the screen. What is shown is what the store holds.
 */

import { uuid7 } from "../../shared/sync/encoding.ts";
import { SyncError } from "../../shared/sync/errors.ts";
import { type Body, parseBody } from "../../shared/sync/events.ts";
import type { Draft } from "./append.ts";
import { type History, openOwn } from "./at_rest.ts";
import { CoreError } from "./core_error.ts";
import { type Database, readMeta, type WaveMark, writeMeta } from "./db.ts";
import type { Environment } from "./environment.ts";
import { type Header, headerOf, voidEvent } from "./save.ts";
import type { Direction, Lead, WaveClass, WaveReason, WaveState } from "./vocabulary.ts";

/** Vehicles that pass unchecked and are only counted; every call resolves when it is on disk. Each may throw CoreError("shift.closed" | "storage.…"). */
export interface WaveThrough {
  /** A lead alone decides. Throws CoreError("wave.lead" | "wave.running" | "badge.…"). */
  start(direction: Direction, reason: WaveReason, lead?: Lead): Promise<void>;
  /** One vehicle more. Throws CoreError("wave.none"). */
  tap(vehicle_class: WaveClass): Promise<void>;
  /** Takes the last vehicle back; nothing where there is none. Throws CoreError("wave.none"). */
  undo(): Promise<void>;
  /** Throws CoreError("wave.none"). */
  end(): Promise<void>;
}

const NOTHING_COUNTED: WaveState["counts"] = { car: 0, truck: 0, motorbike: 0, bus: 0 };

/** What a wave needs of the tablet that it runs on. */
interface Desk {
  environment: Pick<Environment, "now" | "random">;
  /** Throws CoreError("shift.closed"). */
  header(): Header;
  /** Who answers for it: the lead that badge and PIN name, or that is on duty. Throws CoreError("wave.lead" | "badge.…"). */
  answerable(lead: Lead | undefined): Promise<string>;
  append(draft: Draft): Promise<void>;
  changed(wave: WaveState | null): void;
}

/** One wave at a time on this tablet; calls wait for each other, so fast taps keep their order. */
export class Waving implements WaveThrough {
  readonly #desk: Desk;
  #db: Database | null = null;
  #running: WaveState | null = null;
  #taps: { record: string; vehicle_class: WaveClass }[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Another enrolment, or a start of the program: nothing is known until a shift opens the store. */
  forget(): void {
    this.#db = null;
    this.#running = null;
    this.#taps = [];
    this.#desk.changed(null);
  }

  /** What the store says is running; once, for it is followed from there on. */
  async load(db: Database, history: History): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#db === db) return;
      const mark = await readMeta(db, "wave");
      if (mark !== null) await this.#read(db, mark, history);
      this.#db = db;
    });
  }

  async start(direction: Direction, reason: WaveReason, lead?: Lead): Promise<void> {
    const { environment, header, answerable, append } = this.#desk;
    const written = header();
    const by = await answerable(lead);
    await this.#inTurn(async () => {
      const db = this.#db;
      if (db === null || this.#running !== null) throw new CoreError("wave.running");
      const now = environment.now();
      const record = uuid7(now, environment.random(10));
      const after = (await readMeta(db, "head"))?.seq ?? 0;
      // Before the event: a mark without its event is none, an event without its mark would be lost from sight.
      await writeMeta(db, "wave", { record, after });
      const fields = { lane: written.lane, direction, reason, by };
      const draft: Draft = { ...headerOf(written, now), kind: "wave", record, fields, items: {}, over: {} };
      await append(draft);
      this.#taps = [];
      this.#running = waveOf(draft);
    });
  }

  async tap(vehicle_class: WaveClass): Promise<void> {
    const { environment, header, append } = this.#desk;
    const written = header();
    await this.#inTurn(async () => {
      const { record: wave, direction } = this.#now();
      const now = environment.now();
      const record = uuid7(now, environment.random(10));
      const fields = { lane: written.lane, direction, mode: "waved", vehicle_class, action: "passed", wave };
      await append({ ...headerOf(written, now), record, fields, items: {}, over: {} });
      this.#taps.push({ record, vehicle_class });
      this.#count();
    });
  }

  async undo(): Promise<void> {
    const { environment, header, append } = this.#desk;
    const written = header();
    await this.#inTurn(async () => {
      this.#now();
      const last = this.#taps[this.#taps.length - 1];
      if (last === undefined) return;
      await append(voidEvent(environment, last.record, written));
      this.#taps.pop();
      this.#count();
    });
  }

  async end(): Promise<void> {
    const { environment, header, append } = this.#desk;
    const written = header();
    await this.#inTurn(async () => {
      const { record } = this.#now();
      const now = environment.now();
      const ended = Math.max(0, Math.round(now + (written.offset_ms ?? 0)));
      await append({ ...headerOf(written, now), kind: "wave", record, fields: { ended }, items: {}, over: {} });
      this.#running = null;
      this.#taps = [];
    });
  }

  async #read(db: Database, mark: WaveMark, history: History): Promise<void> {
    const found = new Map<string, { vehicle_class: WaveClass; voided: boolean }>();
    const written = await db.getAll("own", IDBKeyRange.lowerBound(mark.after, true));
    for (const { kind, body: text } of await openOwn(db, written, history)) {
      const body = kind === "wave" || kind === "crossing" ? bodyOf(text) : null;
      if (body === null) continue;
      const { record, fields } = body;
      const tap = found.get(record);
      if (record === mark.record) this.#running = fields["ended"] === undefined ? waveOf(body) : null;
      else if (fields["wave"] === mark.record) found.set(record, { vehicle_class: fields["vehicle_class"] as WaveClass, voided: false });
      else if (tap !== undefined && fields["voided"] !== undefined) tap.voided = true;
    }
    if (this.#running === null) return;
    this.#taps = [...found].flatMap(([record, { vehicle_class, voided }]) => (voided ? [] : [{ record, vehicle_class }]));
    this.#count();
  }

  #now(): WaveState {
    if (this.#running === null) throw new CoreError("wave.none");
    return this.#running;
  }

  #count(): void {
    if (this.#running === null) return;
    const counts = { ...NOTHING_COUNTED };
    for (const { vehicle_class } of this.#taps) counts[vehicle_class] += 1;
    const last = this.#taps[this.#taps.length - 1]?.vehicle_class ?? null;
    this.#running = { ...this.#running, counts, total: this.#taps.length, last };
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last
      .catch(() => undefined)
      .then(work)
      .finally(() => this.#desk.changed(this.#running));
    this.#last = turn;
    return turn;
  }
}

function waveOf({ record, fields, time_ms }: Draft): WaveState {
  const { reason, direction } = fields as { reason: WaveReason; direction: Direction };
  return { record, reason, direction, started_ms: time_ms, counts: NOTHING_COUNTED, total: 0, last: null };
}

/** null where this version cannot read the body. */
function bodyOf(text: string): Body | null {
  try {
    return parseBody(text);
  } catch (error) {
    if (error instanceof SyncError) return null;
    throw error;
  }
}
