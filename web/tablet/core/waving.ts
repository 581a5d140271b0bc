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
import { CoreError } from "./core_error.ts";
import { type Database, type OwnEvent, readMeta, writeMeta } from "./db.ts";
import type { Environment } from "./environment.ts";
import { type Header, headerOf, voidEvent } from "./save.ts";
import type { Direction, WaveClass, WaveReason, WaveState } from "./vocabulary.ts";

export const WAVE_CLASSES: readonly WaveClass[] = ["car", "truck", "motorbike", "bus"];

const NOTHING_COUNTED: WaveState["counts"] = { car: 0, truck: 0, motorbike: 0, bus: 0 };

/** Where the running wave begins in the own chain; a hint, which the chain itself confirms. */
export interface WaveMark {
  record: string;
  /** The own event before it. */
  after: number;
}

type Append = (draft: Draft) => Promise<OwnEvent>;
type Made = Pick<Environment, "now" | "random">;

/** One wave at a time on this tablet; calls wait for each other, so fast taps keep their order. */
export class Waving {
  #running: WaveState | null = null;
  #taps: { record: string; vehicle_class: WaveClass }[] = [];
  #last: Promise<unknown> = Promise.resolve();

  state(): WaveState | null {
    return this.#running;
  }

  /** What the store says is running: after a start of the program, or another enrolment. */
  async load(db: Database): Promise<void> {
    this.#running = null;
    this.#taps = [];
    const mark = await readMeta(db, "wave");
    if (mark === null) return;
    const found = new Map<string, { vehicle_class: WaveClass; voided: boolean }>();
    for (const { kind, body: text } of await db.getAll("own", IDBKeyRange.lowerBound(mark.after, true))) {
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

  start(db: Database, made: Made, header: Header, about: { direction: Direction; reason: WaveReason; by: string }, append: Append): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#running !== null) throw new CoreError("wave.running");
      const now = made.now();
      const record = uuid7(now, made.random(10));
      const after = (await readMeta(db, "head"))?.seq ?? 0;
      // Before the event: a mark without its event is none, an event without its mark would be lost from sight.
      await writeMeta(db, "wave", { record, after });
      const fields = { lane: header.lane, ...about };
      const { body } = await append({ ...headerOf(header, now), kind: "wave", record, fields, items: {}, over: {} });
      this.#taps = [];
      this.#running = waveOf(parseBody(body));
    });
  }

  /** One vehicle more. */
  tap(made: Made, header: Header, vehicle_class: WaveClass, append: Append): Promise<void> {
    return this.#inTurn(async () => {
      const { record: wave, direction } = this.#now();
      const now = made.now();
      const record = uuid7(now, made.random(10));
      const fields = { lane: header.lane, direction, mode: "waved", vehicle_class, action: "passed", wave };
      await append({ ...headerOf(header, now), record, fields, items: {}, over: {} });
      this.#taps.push({ record, vehicle_class });
      this.#count();
    });
  }

  /** Takes back the last vehicle; nothing where there is none. */
  undo(made: Made, header: Header, append: Append): Promise<void> {
    return this.#inTurn(async () => {
      this.#now();
      const last = this.#taps[this.#taps.length - 1];
      if (last === undefined) return;
      await append(voidEvent(made, last.record, header));
      this.#taps.pop();
      this.#count();
    });
  }

  end(made: Made, header: Header, append: Append): Promise<void> {
    return this.#inTurn(async () => {
      const { record } = this.#now();
      const now = made.now();
      const ended = Math.max(0, Math.round(now + (header.offset_ms ?? 0)));
      await append({ ...headerOf(header, now), kind: "wave", record, fields: { ended }, items: {}, over: {} });
      this.#running = null;
      this.#taps = [];
    });
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
    const turn = this.#last.catch(() => undefined).then(work);
    this.#last = turn;
    return turn;
  }
}

function waveOf({ record, fields, time_ms }: Body): WaveState {
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
