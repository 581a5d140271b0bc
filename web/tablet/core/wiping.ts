/**
 * Wiping this tablet: ordered from afar by a signed pack, or by a lead who stands before it. SPEC Q4, Q5.
 *
 * First the keys go, so that nobody reads here any more; what is unsent stays sealed for servers and drains.
 * Then the tablet says so, and deletes everything.
 */

import { isObject } from "../../shared/sync/events.ts";
import { CoreError } from "./core_error.ts";
import { type Database, type Enrolment, readMeta } from "./db.ts";
import type { Environment } from "./environment.ts";
import type { InForce } from "./in_force.ts";
import { counts } from "./lookups.ts";
import type { OnDuty } from "./on_duty.ts";
import type { Rounds } from "./rounds.ts";
import type { LiveState } from "./state.ts";
import type { Lead } from "./vocabulary.ts";

/** What is still needed to send: where to, and why nothing else is fetched any more. */
const KEPT_PACKS = ["bases", "wipe"];

interface Desk {
  environment: Pick<Environment, "now">;
  live: LiveState;
  force: InForce;
  duty: OnDuty;
  rounds: Rounds;
  db(): Database;
  enrolled(): Enrolment;
  syncNow(): Promise<void>;
  /** Clears this browser of the store and begins anew. */
  startAnew(): Promise<void>;
}

export class Wiping {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Begins it where it is ordered; goes on where it had begun when the program ended. */
  async look(): Promise<void> {
    const { db, live, force, enrolled } = this.#desk;
    if (live.now.wiping) return;
    const content = force.packs.all.get("wipe")?.content;
    const devices = isObject(content) && isObject(content["devices"]) ? content["devices"] : {};
    const begun = (await readMeta(db(), "wiping")) !== null;
    if (begun || typeof devices[enrolled().device] === "number") await this.#begin();
  }

  /** Ends it where nothing is unsent. Throws CallError where nobody hears of it: then nothing is deleted. */
  async finish(): Promise<void> {
    const { db, live } = this.#desk;
    if (!live.now.wiping || (await counts(db())).unsent > 0) return;
    await this.#say(0);
    await this.#desk.startAnew();
  }

  /**
   * By hand: a lead on duty, or whose badge and PIN these are. What no server holds is lost where `drop` says so.
   * Throws CoreError("wipe.lead" | "wipe.unsent" | "badge.…"), and then nothing was deleted.
   */
  async byHand(lead: Lead | undefined, drop: boolean): Promise<void> {
    const { db, duty, live, syncNow } = this.#desk;
    if (lead !== undefined) await duty.approved(lead);
    else if (live.now.phase !== "open" || live.now.officer?.role !== "lead") throw new CoreError("wipe.lead");
    await syncNow();
    const { unsent } = await counts(db());
    if (unsent > 0 && !drop) throw new CoreError("wipe.unsent", unsent);
    await this.#begin();
    // Without a network nobody hears of it; the console then shows a tablet that stays silent.
    await this.#say(unsent).catch(() => undefined);
    await this.#desk.startAnew();
  }

  async #begin(): Promise<void> {
    const { environment, db, duty, live, force } = this.#desk;
    duty.drop();
    await eraseKeys(db(), environment.now());
    force.clear();
    // Whoever signed in before the keys were gone.
    duty.drop();
    live.set({ wiping: true, phase: "closed" });
  }

  async #say(dropped: number): Promise<void> {
    const { rounds, db, enrolled, force } = this.#desk;
    await rounds.say(db(), enrolled(), force.packs, { method: "POST", path: "/devices/wiped", body: { dropped } });
  }
}

/** Drops what was pulled, and every key by which a badge opens what was written. */
async function eraseKeys(db: Database, nowMs: number): Promise<void> {
  const stores = ["meta", "pulled", "packs", "openings"] as const;
  const tx = db.transaction(stores, "readwrite", { durability: "strict" });
  await tx.objectStore("meta").put({ since_ms: nowMs }, "wiping");
  await tx.objectStore("pulled").clear();
  for (const name of await tx.objectStore("packs").getAllKeys()) {
    if (!KEPT_PACKS.includes(name)) await tx.objectStore("packs").delete(name);
  }
  for (let at = await tx.objectStore("openings").openCursor(); at !== null; at = await at.continue()) {
    await at.update({ ...at.value, key: new Uint8Array() });
  }
  await tx.done;
}
