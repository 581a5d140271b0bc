/** Alerts that the home server tells this checkpoint of, with the crossings they are about. SPEC W10. */

import { isObject } from "../../shared/sync/events.ts";
import type { History } from "./at_rest.ts";
import { type Database, readMeta, writeMeta } from "./db.ts";
import type { Packs } from "./packs.ts";
import { crossingsOf } from "./summaries.ts";
import type { CrossingSummary } from "./vocabulary.ts";

export interface ToldAlert {
  alert: string;
  /** "decision.stale", … (schemas/home_records.py); a later server may know more. */
  code: string;
  occurred_ms: number;
  /** Somebody at the console deals with it. */
  taken: boolean;
  /** An officer of this tablet has read it. */
  seen: boolean;
  /** Those of its crossings that this tablet holds. */
  crossings: readonly CrossingSummary[];
}

type Listed = Omit<ToldAlert, "seen" | "crossings"> & { subjects: readonly string[] };

/** What the pack says; what this version cannot read of it is left out. */
export function toldIn(packs: Packs): Listed[] {
  const content = packs.all.get("alerts")?.content;
  const listed = isObject(content) && Array.isArray(content["alerts"]) ? content["alerts"] : [];
  return listed.flatMap((one: unknown): Listed[] => {
    if (!isObject(one)) return [];
    const { alert, code, crossings, occurred_ms, state } = one;
    if (typeof alert !== "string" || typeof code !== "string" || typeof occurred_ms !== "number") return [];
    const subjects = Array.isArray(crossings) ? crossings.filter((name) => typeof name === "string") : [];
    return [{ alert, code, occurred_ms, taken: state === "taken", subjects }];
  });
}

/** What is told needs of the tablet that it is told on. */
interface Desk {
  db(): Database;
  device(): string;
  history(): History | null;
  packs(): Packs;
  /** How many nobody at this tablet has read. */
  changed(unread: number): void;
}

export class Told {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** In the pack's order, newest first; the crossings as far as they are held here. */
  async list(): Promise<readonly ToldAlert[]> {
    const { db, device, packs, history } = this.#desk;
    const seen = await seenOf(db());
    const told = toldIn(packs());
    const held = await crossingsOf(db(), device(), [...new Set(told.flatMap(({ subjects }) => subjects))], history());
    return told.map(({ subjects, ...one }) => ({
      ...one,
      seen: seen.has(one.alert),
      crossings: held.filter(({ record }) => subjects.includes(record)),
    }));
  }

  /** Remembers that somebody has read these; what the pack no longer names is forgotten. */
  async markRead(alerts: readonly string[]): Promise<void> {
    const { db, packs } = this.#desk;
    const seen = new Set([...(await seenOf(db())), ...alerts]);
    await writeMeta(db(), "alerts_seen", toldIn(packs()).flatMap(({ alert }) => (seen.has(alert) ? [alert] : [])));
    await this.count();
  }

  async count(): Promise<void> {
    const { db, packs, changed } = this.#desk;
    const seen = await seenOf(db());
    changed(toldIn(packs()).filter(({ alert }) => !seen.has(alert)).length);
  }
}

async function seenOf(db: Database): Promise<ReadonlySet<string>> {
  return new Set((await readMeta(db, "alerts_seen")) ?? []);
}
