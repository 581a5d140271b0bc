/**
 * Who has no phone on them but passed here before: looked up by their whole number among what is on this tablet.
 *
 * Blind: what is kept in memory is a salted hash of each number and where its event lies, so there is nothing to page
 * through and no part of a number to try. The event is opened at the hit, and only while a shift is open; what was
 * erased meanwhile is not found any more.
 */

import { sha256Start } from "../../shared/rules/sha256.ts";
import { toBase64url } from "../../shared/sync/encoding.ts";
import { type History, openOwn, openPulled } from "./at_rest.ts";
import { CoreError } from "./core_error.ts";
import type { Database, OwnEvent, PulledEvent } from "./db.ts";
import type { Environment } from "./environment.ts";
import { type Entry, happenedMs, ownEntry, personOf, pulledEntry } from "./entries.ts";
import { generationOf, Unread } from "./unread.ts";
import type { Identity, OfficerOnDuty } from "./vocabulary.ts";

const EVENTS_AT_ONCE = 250;
const SALT_BYTES = 16;
const DIGITS = /^[0-9]{9,12}$/;

export interface KnownPerson extends Identity {
  /** When they last crossed here, as far as this tablet knows. */
  time_ms: number;
}

export interface PeopleBook {
  /** Reads what is new, so that the first look-up does not wait. */
  prepare(): Promise<void>;
  /** Whoever last crossed with exactly this ID or phone number. Throws CoreError("shift.closed" | "lookup.role"). */
  byNumber(digits: string): Promise<KnownPerson | null>;
}

interface Desk {
  environment: Pick<Environment, "random">;
  db(): Database;
  device(): string;
  history(): History | null;
  officer(): OfficerOnDuty | null;
}

interface Sighting {
  own: boolean;
  /** `seq` of an own event, `n` of a pulled one. */
  at: number;
  item: string;
  time_ms: number;
}

/** What was read so far. Thrown away whole: a reading that is under way when nobody is on duty any more fills nothing. */
class Held {
  readonly seen = new Map<string, Sighting>();
  readonly unread = new Unread();
  readonly salt: string;

  constructor(salt: string) {
    this.salt = salt;
  }

  tokenOf(digits: string): string {
    // Not WebCrypto: thousands of numbers would each wait for its thread.
    return `${sha256Start(`${this.salt}a${digits}`)} ${sha256Start(`${this.salt}b${digits}`)}`;
  }
}

export class KnownPeople implements PeopleBook {
  readonly #desk: Desk;
  #held = new Held("");
  #of: History | null = null;
  #generation = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  prepare(): Promise<void> {
    const after = this.#running.catch(() => undefined).then(() => this.#refresh());
    this.#running = after;
    return after;
  }

  async byNumber(digits: string): Promise<KnownPerson | null> {
    // Who only scans sees nobody's history.
    if (this.#desk.officer()?.role === "volunteer") throw new CoreError("lookup.role");
    await this.prepare();
    const history = this.#history();
    const sighting = this.#held.seen.get(this.#held.tokenOf(digits));
    if (sighting === undefined) return null;
    const entry = await this.#entry(sighting, history);
    const person = entry === null ? null : ((await personOf(entry, history))?.items["people"]?.[sighting.item] ?? null);
    return person === null ? null : { ...identityOf(person), time_ms: sighting.time_ms };
  }

  #history(): History {
    const history = this.#desk.history();
    if (history === null) throw new CoreError("shift.closed");
    return history;
  }

  async #refresh(): Promise<void> {
    const history = this.#history();
    const db = this.#desk.db();
    const generation = await generationOf(db);
    if (generation !== this.#generation || history.id !== this.#of?.id) this.forget();
    this.#generation = generation;
    this.#of = history;
    const held = this.#held;
    while (held === this.#held) {
      const next = await held.unread.next(db, EVENTS_AT_ONCE);
      if (next === null) return;
      const crossings = { own: next.own.filter(isCrossing), pulled: next.pulled.filter(isCrossing) };
      // All at once: the browser opens them beside this thread, and one by one each would wait for its turn.
      const opened = [openOwn(db, crossings.own, history), openPulled(crossings.pulled, history)] as const;
      const sightings = await Promise.all((await Promise.all(opened)).flat().map((event) => this.#sightings(event, history, held)));
      for (const [token, one] of sightings.flat()) if ((held.seen.get(token)?.time_ms ?? 0) <= one.time_ms) held.seen.set(token, one);
      held.unread.seen(next);
    }
  }

  async #sightings(event: OwnEvent | PulledEvent, history: History, held: Held): Promise<[string, Sighting][]> {
    const own = "content" in event;
    const entry = own ? ownEntry(event, this.#desk.device()) : pulledEntry(event);
    if (entry === null || entry.own?.state === "rejected") return [];
    const people = (await personOf(entry, history).catch(() => null))?.items["people"] ?? {};
    const time_ms = happenedMs(entry.body.fields["occurred"], entry.body);
    return Object.entries(people).flatMap(([item, { id_number, phone }]) => {
      const numbers = [digitsOf(id_number), digitsOf(phone)].filter((digits) => digits !== null);
      return numbers.map((digits): [string, Sighting] => [held.tokenOf(digits), { own, at: own ? event.seq : event.n, item, time_ms }]);
    });
  }

  async #entry({ own, at }: Sighting, history: History): Promise<Entry | null> {
    const db = this.#desk.db();
    if (own) {
      const row = await db.get("own", at);
      const [event] = await openOwn(db, row === undefined ? [] : [row], history);
      return event === undefined ? null : ownEntry(event, this.#desk.device());
    }
    const row = await db.getFromIndex("pulled", "n", at);
    const [event] = await openPulled(row === undefined ? [] : [row], history);
    return event === undefined ? null : pulledEntry(event);
  }

  /** Another history key, or nobody on duty any more. */
  forget(): void {
    this.#held = new Held(toBase64url(this.#desk.environment.random(SALT_BYTES)));
  }
}

function isCrossing({ kind, person }: { kind: string | null; person: unknown }): boolean {
  return kind === "crossing" && person !== null;
}

/** Bare digits; null for what is masked or no number. "+84…" is the same telephone as "0…". */
export function digitsOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const digits = value.replace(/[\s.\-]/g, "").replace(/^\+84/, "0");
  return DIGITS.test(digits) ? digits : null;
}

function identityOf(person: Record<string, unknown>): Identity {
  const said = (name: string): string | null => (typeof person[name] === "string" ? person[name] : null);
  const sex = said("sex");
  return {
    name: said("name"),
    birth_date: said("birth_date"),
    id_number: said("id_number"),
    sex: sex === "M" || sex === "F" ? sex : null,
    phone: said("phone"),
    address: said("address"),
  };
}
