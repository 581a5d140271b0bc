/** A crossing looked at as it stands, and mended: fields amended, or the whole voided, each with what was seen (SPEC R2). */

import type { Fields, Items } from "../../shared/sync/events.ts";
import { apply, pathPolicy, type RecordState, shown, surviving, writesOf } from "../../shared/sync/registers.ts";
import { ADDED, type Draft, type PersonPart } from "./append.ts";
import { recordTokens } from "./at_rest.ts";
import { cut } from "./bounds.ts";
import { CoreError } from "./core_error.ts";
import type { Database, StoredOwn } from "./db.ts";
import { type Entry, happenedMs, type History, ownEntry, personOf, POLICIES, pulledEntry } from "./entries.ts";
import type { Environment } from "./environment.ts";
import { eventsOf } from "./lookups.ts";
import { type Header, headerOf } from "./save.ts";
import type { OfficerOnDuty, VoidReason } from "./vocabulary.ts";

/** References one of our events names; a reader takes 64 a path (SPEC R2). */
const MAX_OVER = 60;
const LONGEST_NOTE = 500;
/** What stands in the person part, by the last name of its path (schemas/records.py). */
const PERSONAL: ReadonlySet<string> = new Set(["name", "id_number", "birth_date", "sex", "phone", "address", "card", "temperature_c", "symptoms", "description", "note"]);

/** One crossing with all its fields by register path ("plate", "people/1/name"). */
export interface Opened {
  record: string;
  time_ms: number;
  own: boolean;
  /** What is shown of each path. */
  values: Readonly<Record<string, unknown>>;
  /** The surviving writes of each path: what the officer has seen. */
  seen: Readonly<Record<string, readonly string[]>>;
}

/** What mending needs of the tablet. */
interface Desk {
  environment: Pick<Environment, "now">;
  db(): Database;
  device(): string;
  officer(): OfficerOnDuty | null;
  /** Throws CoreError("shift.closed"). */
  header(): Header;
  history(): History | null;
  append(draft: Draft, person: PersonPart | null): Promise<StoredOwn>;
}

/** Volunteers see no history, so they mend nothing: CoreError("mend.volunteer"). */
export class Mending {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Throws CoreError("mend.unknown") where this tablet holds nothing of it. */
  async open(record: string): Promise<Opened> {
    this.#allowed();
    return await this.seen(record);
  }

  /** The same for what follows from other work, as pairing does. */
  async seen(record: string): Promise<Opened> {
    const { db, device, history } = this.#desk;
    const stored = await eventsOf(db(), await recordTokens(history(), [record]), history());
    const own = stored.own.filter(({ state }) => state !== "rejected").map((one) => ownEntry(one, device()));
    const entries = [...own, ...stored.pulled.map(pulledEntry)].filter((one): one is Entry => one?.body.kind === "crossing");
    const [any] = entries;
    if (any === undefined) throw new CoreError("mend.unknown");
    const state: RecordState = new Map();
    for (const entry of entries) {
      const { author, seq, order, body, authority } = entry;
      apply(state, author, seq, order, body, authority);
      const part = await personOf(entry, history());
      if (part !== null) apply(state, author, seq, order, { ...part, over: {} }, authority);
    }
    const first = entries.reduce((one, two) => (two.order < one.order ? two : one), any);
    const occurred = state.get("occurred");
    const written_ms = occurred === undefined ? null : shown(occurred, pathPolicy(POLICIES, "occurred"));
    return {
      record,
      time_ms: happenedMs(written_ms, first.body),
      own: first.own !== null,
      values: Object.fromEntries([...state].map(([path, register]) => [path, shown(register, pathPolicy(POLICIES, path))])),
      seen: Object.fromEntries([...state].map(([path, register]) => [path, surviving(register).map((one) => one.ref)])),
    };
  }

  /** Writes the changed paths over what was seen; "goods/added:1/…" is a line more. Throws CoreError("shift.closed" | "mend.nothing" | "storage.…"). */
  async amend(opened: Opened, changes: Readonly<Record<string, unknown>>): Promise<void> {
    this.#allowed();
    if (Object.keys(changes).length === 0) throw new CoreError("mend.nothing");
    await this.write(opened, changes);
  }

  async write({ record, seen }: Opened, changes: Readonly<Record<string, unknown>>): Promise<void> {
    const header = headerOf(this.#desk.header(), this.#desk.environment.now());
    const person = parted(changes, true);
    // What is added writes over nothing.
    const known = Object.keys(changes).filter((path) => !path.includes(`/${ADDED}`));
    const over = Object.fromEntries(known.map((path) => [path, lastOf(seen[path])]));
    await this.#desk.append({ ...header, record, ...parted(changes, false), over }, Object.keys(writesOf(person)).length === 0 ? null : person);
  }

  /** The crossing stays in the log and counts no longer. Throws CoreError("shift.closed" | "storage.…"). */
  async void(opened: Opened, reason: VoidReason, note = ""): Promise<void> {
    const words = cut(note.trim(), LONGEST_NOTE) ?? "";
    await this.amend(opened, { voided: reason, ...(words === "" ? {} : { note: words }) });
  }

  /** It counts again. */
  async restore(opened: Opened): Promise<void> {
    await this.amend(opened, { voided: null });
  }

  #allowed(): void {
    if (this.#desk.officer()?.role === "volunteer") throw new CoreError("mend.volunteer");
  }
}

function lastOf(refs: readonly string[] = []): readonly string[] {
  return refs.slice(-MAX_OVER);
}

/** The paths of one part as an event writes them. */
function parted(changes: Readonly<Record<string, unknown>>, personal: boolean): PersonPart {
  const fields: Fields = {};
  const items: Items = {};
  for (const [path, value] of Object.entries(changes)) {
    const [group = "", item, name] = path.split("/");
    if (PERSONAL.has(name ?? group) !== personal) continue;
    if (item === undefined || name === undefined) fields[path] = value;
    else ((items[group] ??= {})[item] ??= {})[name] = value;
  }
  return { fields, items };
}
