/** What this tablet knows of its own clock and of its trust pack's age, for reading a code. */

import type { Conditions } from "../../shared/credentials/index.ts";
import { isObject } from "../../shared/sync/events.ts";
import { type Database, readMeta } from "./db.ts";
import type { Packs } from "./packs.ts";

/** What the core's state says of the wire: `skew_ms` is the server's clock less ours, as last measured. */
interface Contact {
  skew_ms: number;
  last_contact_ms: number | null;
  unsent: number;
}

/**
 * Records count only until the next contact: one made while our clock ran ahead must not make every code expired
 * once the server has told the time. The rule pack may name `trust_stop_hours`; without it an old list only warns.
 */
export async function conditionsOf(db: Database, packs: Packs, contact: Contact): Promise<Conditions> {
  const { skew_ms, last_contact_ms, unsent } = contact;
  const record_ms = unsent === 0 ? null : await newestRecordMs(db);
  const passed = [last_contact_ms, record_ms].flatMap((device_ms) => (device_ms === null ? [] : [device_ms + skew_ms]));
  const issued = [...packs.all.values()].map((pack) => pack.issued_ms);
  const rules = packs.all.get("rules")?.content;
  const stop = isObject(rules) ? rules["trust_stop_hours"] : undefined;
  return {
    high_water_ms: Math.max(0, ...passed, ...issued),
    confirmed_ms: packs.all.get("trust")?.confirmed_ms ?? null,
    trust_stop_hours: typeof stop === "number" ? stop : null,
  };
}

async function newestRecordMs(db: Database): Promise<number | null> {
  const head = await readMeta(db, "head");
  return head === null ? null : ((await db.get("own", head.seq))?.time_ms ?? null);
}
