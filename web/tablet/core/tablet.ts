/** The tablet that everything here works on: its store, whose it is, what time it is, and what screens see of it. */

import { type Database, type Enrolment, openStore, readMeta } from "./db.ts";
import { CoreError } from "./core_error.ts";
import type { Environment } from "./environment.ts";
import { InForce } from "./in_force.ts";
import { counts } from "./lookups.ts";
import { pinState } from "./pin.ts";
import { LiveState } from "./state.ts";

/** The store grows by a few kilobytes a crossing: asking seldom is enough. */
const STORAGE_AFTER_MS = 60_000;

export class Tablet {
  readonly environment: Environment;
  readonly live = new LiveState();
  readonly force = new InForce();
  /** null until it is enrolled. */
  enrolment: Enrolment | null = null;
  #database: Database | null = null;
  /** The store is gone: there is nothing to look at until the page begins anew. */
  #wiped = false;
  #asked_storage_ms = Number.NEGATIVE_INFINITY;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** False without a store: then the alert "storage.failed" says so. */
  async open(): Promise<boolean> {
    this.#database = await openStore(this.environment.database, (code) => this.live.alert(code));
    return this.#database !== null;
  }

  /** Throws CoreError("storage.failed") before the store is open. */
  db(): Database {
    if (this.#database === null) throw new CoreError("storage.failed");
    return this.#database;
  }

  /** Throws CoreError("enrolment.missing"). */
  enrolled(): Enrolment {
    if (this.enrolment === null) throw new CoreError("enrolment.missing");
    return this.enrolment;
  }

  /** The server's time as far as we know; never before the last contact, also when our clock was set back. */
  serverMs(): number {
    const { clock_skew_ms, last_contact_ms } = this.live.now;
    return Math.max(this.environment.now(), last_contact_ms ?? 0) + (clock_skew_ms ?? 0);
  }

  /** Server − device; null before the first contact. A clock set back since then is behind by so much more. */
  offsetMs(): number | null {
    const { clock_skew_ms, last_contact_ms } = this.live.now;
    return clock_skew_ms === null ? null : clock_skew_ms + Math.max(0, (last_contact_ms ?? 0) - this.environment.now());
  }

  /** Counts again what the state shows of the store. */
  async refresh(): Promise<void> {
    if (this.#wiped) return;
    const db = this.db();
    if (Math.abs(this.environment.now() - this.#asked_storage_ms) >= STORAGE_AFTER_MS) await this.askStorage();
    this.live.set({
      ...(await counts(db)),
      last_contact_ms: await readMeta(db, "last_contact_ms"),
      clock_skew_ms: await readMeta(db, "offset_ms"),
      pin: await pinState(db, this.environment.now()),
    });
  }

  async askStorage(): Promise<void> {
    this.#asked_storage_ms = this.environment.now();
    // A browser that will not say is one that promises nothing; the tablet works on it all the same.
    const unknown = { persisted: false, usage: null, quota: null };
    this.live.set({ storage: await this.environment.storage().catch(() => unknown) });
  }

  /** Clears this browser of the store and begins anew. */
  async startAnew(): Promise<void> {
    this.#wiped = true;
    this.db().close();
    await this.environment.startAnew();
  }
}
