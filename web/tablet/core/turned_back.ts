/** Who was turned back nearby: what the home server tells neighbours of a refusal, and of nobody's name. SPEC F11. */

import policies from "../../../docs/policy.json" with { type: "json" };
import { isObject } from "../../shared/sync/events.ts";
import { apply, pathPolicy, type PolicyTable, type RecordState, shown } from "../../shared/sync/registers.ts";
import { type History, openPulled } from "./at_rest.ts";
import { type Database, NO_WINDOW, readMeta } from "./db.ts";
import { pulledEntry } from "./entries.ts";
import type { Packs } from "./packs.ts";

const POLICIES = policies["turn_back/1"] as PolicyTable;

/** A vehicle that a checkpoint turned back; `name` is the checkpoint's where the packs know it. */
export interface TurnedBack {
  plate: string;
  checkpoint: string;
  name: string | null;
  time_ms: number;
}

/** A refusal as the packs do not know it: without the checkpoint's name. */
export type Refusal = Omit<TurnedBack, "name">;

/** Reads them again only when something was pulled since. */
export class TurnBacks {
  #key = "";
  #list: readonly Refusal[] = [];

  /**
   * The latest refusal of this plate's normal form, here or nearby, within the hours that count; null for none.
   *
   * `here` refused it itself at `refused_ms`: known before the home server has told anybody.
   */
  async of(
    db: Database,
    history: History | null,
    plate: string,
    packs: Packs,
    here: { id: string; name: string; refused_ms: number | null },
    serverMs: number,
    hours: number,
  ): Promise<TurnedBack | null> {
    const shownMs = hours * 3_600_000;
    const { cursor, held_after, generation } = (await readMeta(db, "window")) ?? NO_WINDOW;
    const key = `${history?.id} ${cursor} ${held_after} ${generation}`;
    if (key !== this.#key) [this.#list, this.#key] = [await refusalsOf(db, history), key];
    const own = here.refused_ms === null ? [] : [{ plate, checkpoint: here.id, time_ms: here.refused_ms }];
    const all = [...own, ...this.#list];
    const recent = all.filter((one) => one.plate === plate && Math.abs(serverMs - one.time_ms) <= shownMs);
    const last = recent.reduce<Refusal | null>((one, two) => (one !== null && one.time_ms >= two.time_ms ? one : two), null);
    return last === null ? null : { ...last, name: nameOf(packs, last.checkpoint) ?? (last.checkpoint === here.id ? here.name : null) };
  }
}

/** Every refusal that is held and was not withdrawn. */
export async function refusalsOf(db: Database, history: History | null): Promise<Refusal[]> {
  const records = new Map<string, RecordState>();
  for (const row of await openPulled(await db.getAllFromIndex("pulled", "kind", "turn_back"), history)) {
    const entry = pulledEntry(row);
    if (entry === null) continue;
    const state = records.get(entry.body.record) ?? new Map();
    apply(state, entry.author, entry.seq, entry.order, entry.body, entry.authority);
    records.set(entry.body.record, state);
  }
  return [...records.values()].flatMap((state) => {
    const value = (path: string): unknown => {
      const register = state.get(path);
      return register === undefined ? null : shown(register, pathPolicy(POLICIES, path));
    };
    const [plate, checkpoint, time_ms] = [value("plate"), value("checkpoint"), value("occurred")];
    const whole = typeof plate === "string" && typeof checkpoint === "string" && typeof time_ms === "number";
    return whole && value("withdrawn") !== true ? [{ plate, checkpoint, time_ms }] : [];
  });
}

/** The pack of hotlines names every checkpoint. */
function nameOf(packs: Packs, checkpoint: string): string | null {
  const content = packs.all.get("hotlines")?.content;
  const list: unknown[] = isObject(content) && Array.isArray(content["hotlines"]) ? content["hotlines"] : [];
  const found = list.find((one) => isObject(one) && one["checkpoint"] === checkpoint);
  return isObject(found) && typeof found["name"] === "string" && found["name"] !== "" ? found["name"] : null;
}
