/** Work at the gate besides one crossing at a time: mend what was written, find it, pair exits, count who is inside. */

import { isObject } from "../../shared/sync/events.ts";
import type { Draft, PersonPart } from "./append.ts";
import { recordTokens } from "./at_rest.ts";
import { Brief } from "./brief.ts";
import type { Database, StoredOwn } from "./db.ts";
import { type History, ownEntry, personOf, pulledEntry } from "./entries.ts";
import type { Environment } from "./environment.ts";
import { eventsOf } from "./lookups.ts";
import { Mending } from "./mending.ts";
import { type Passage, Passages } from "./passages.ts";
import { found, type Inside, inside, isStillIn, latest, type Pace, paceOf, type Sought, startOfDay } from "./gate_figures.ts";
import type { Header } from "./save.ts";
import { namedSummaries } from "./summaries.ts";
import type { CrossingSummary, OfficerOnDuty, SavedCrossing } from "./vocabulary.ts";

/** People on foot whose person parts are opened to find the one who leaves. */
const MOST_OPENED = 300;

/** What gate work needs of the tablet. */
export interface GateDesk {
  environment: Pick<Environment, "now" | "random">;
  db(): Database;
  device(): string;
  server_ms(): number;
  officer(): OfficerOnDuty | null;
  /** null where no rule says. */
  mostInside(): number | null;
  /** Throws CoreError("shift.closed"). */
  header(): Header;
  history(): History | null;
  append(draft: Draft, person: PersonPart | null): Promise<StoredOwn>;
}

/** How somebody came in, as the exit is paired with. */
export interface CameIn {
  record: string;
  time_ms: number;
  /** By what it was found. */
  by: "plate" | "id_number";
}

/** What screens see of it. */
export type GateWork = Pick<Gate, "find" | "cameIn" | "pair" | "inside" | "pace"> & {
  mending: Pick<Mending, "open" | "amend" | "void" | "restore">;
  brief: Pick<Brief, "save">;
};

export class Gate {
  readonly #desk: GateDesk;
  readonly #passages = new Passages();
  readonly mending: Mending;
  readonly brief: Brief;

  constructor(desk: GateDesk) {
    this.#desk = desk;
    this.mending = new Mending(desk);
    this.brief = new Brief(desk);
  }

  forget(): void {
    this.#passages.forget();
  }

  /** Crossings by part of a plate, hour, direction, action; newest first. */
  async find(sought: Sought, limit: number): Promise<readonly CrossingSummary[]> {
    const { db, device, history, officer } = this.#desk;
    // As with all lists: whoever only scans sees nothing of before.
    if (officer()?.role === "volunteer") return [];
    const records = found(await this.#all(), sought).slice(0, limit).map(({ record }) => record);
    return await namedSummaries(db(), device(), await recordTokens(history(), records), limit, history());
  }

  /** How a vehicle, or somebody without one, came in here last; null where they left since, or nothing is known. */
  async cameIn(plate: string | null, id_numbers: readonly string[]): Promise<CameIn | null> {
    const now_ms = this.#desk.server_ms();
    const all = await this.#all();
    if (plate !== null) {
      const last = latest(all.filter((one) => one.plate === plate), now_ms);
      return last === null || !isStillIn(last) ? null : { record: last.record, time_ms: last.time_ms, by: "plate" };
    }
    if (id_numbers.length === 0) return null;
    const on_foot = all.filter((one) => one.plate === null);
    for (let tried = 0; tried < MOST_OPENED; tried += 1) {
      const last = latest(on_foot, now_ms);
      if (last === null) return null;
      if ((await this.#numbersOf(last.record)).some((one) => id_numbers.includes(one))) {
        return isStillIn(last) ? { record: last.record, time_ms: last.time_ms, by: "id_number" } : null;
      }
      on_foot.splice(on_foot.indexOf(last), 1);
    }
    return null;
  }

  /** Writes on the entry by which crossing they left. */
  async pair(entry: string, exit: SavedCrossing): Promise<void> {
    await this.mending.write(await this.mending.seen(entry), { paired_exit: exit.record });
  }

  /** Who is inside since the count was begun, without such a moment since midnight; and how many may be. */
  async inside(since_ms: number | null, began_with: number): Promise<Inside & { most: number | null }> {
    const { server_ms, mostInside } = this.#desk;
    return { ...inside(await this.#all(), since_ms ?? startOfDay(server_ms()), began_with), most: mostInside() };
  }

  /** How fast a lane moves, of those that passed it lately. */
  async pace(lane: string): Promise<Pace> {
    return paceOf(await this.#all(), lane, this.#desk.server_ms());
  }

  #all(): Promise<readonly Passage[]> {
    return this.#passages.all(this.#desk.db(), this.#desk.device(), this.#desk.history(), this.#desk.environment.now());
  }

  async #numbersOf(record: string): Promise<string[]> {
    const { db, device, history } = this.#desk;
    const stored = await eventsOf(db(), await recordTokens(history(), [record]), history());
    const entries = [...stored.own.map((one) => ownEntry(one, device())), ...stored.pulled.map(pulledEntry)];
    const parts = await Promise.all(entries.map((one) => (one === null ? null : personOf(one, history()))));
    return parts.flatMap((part) => {
      const people = Object.values(part?.items["people"] ?? {});
      return people.flatMap((one) => (isObject(one) && typeof one["id_number"] === "string" ? [one["id_number"]] : []));
    });
  }
}
