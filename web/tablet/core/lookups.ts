/** What is read from the tablet's store: the outbox, the newest, the events of a record, figures for the state. */

import type { Database, Head, Meta, OwnEvent, PulledEvent } from "./db.ts";
import { type Drained, drainedOf } from "./standing.ts";

/** Own events after `through`, oldest first, as far as `count` events or `characters` of text reach. */
export async function ownAfter(
  db: Database,
  through: number,
  count: number,
  characters: number,
): Promise<OwnEvent[]> {
  const tx = db.transaction("own", "readonly");
  const found: OwnEvent[] = [];
  let size = 0;
  let at = await tx.store.openCursor(IDBKeyRange.lowerBound(through, true));
  while (at !== null && found.length < count) {
    size += at.value.body.length + (at.value.sealed?.length ?? 0) + 100;
    if (found.length > 0 && size > characters) break;
    found.push(at.value);
    at = await at.continue();
  }
  await tx.done;
  return found;
}

/** The newest own and pulled events, newest first, at most `count` of each. */
export async function newestEvents(db: Database, count: number): Promise<{ own: OwnEvent[]; pulled: PulledEvent[] }> {
  const tx = db.transaction(["own", "pulled"], "readonly");
  const own: OwnEvent[] = [];
  const pulled: PulledEvent[] = [];
  let mine = await tx.objectStore("own").index("time_ms").openCursor(null, "prev");
  while (mine !== null && own.length < count) {
    own.push(mine.value);
    mine = await mine.continue();
  }
  let theirs = await tx.objectStore("pulled").index("time_ms").openCursor(null, "prev");
  while (theirs !== null && pulled.length < count) {
    // Neighbours' refusals are no crossings of this checkpoint, and may be many.
    if (theirs.value.kind !== "turn_back") pulled.push(theirs.value);
    theirs = await theirs.continue();
  }
  await tx.done;
  return { own, pulled };
}

/** All events of the given records. */
export async function eventsOf(
  db: Database,
  records: readonly string[],
): Promise<{ own: OwnEvent[]; pulled: PulledEvent[] }> {
  const tx = db.transaction(["own", "pulled"], "readonly");
  const own = tx.objectStore("own").index("record");
  const pulled = tx.objectStore("pulled").index("record");
  const [mine, theirs] = await Promise.all([
    Promise.all(records.map((record) => own.getAll(record))),
    Promise.all(records.map((record) => pulled.getAll(record))),
    tx.done,
  ]);
  return { own: mine.flat(), pulled: theirs.flat() };
}

export interface Counts {
  /** Own events that no server has receipted. */
  unsent: number;
  oldest_unsent_ms: number | null;
  held: number;
  rejected: number;
  drained: Drained;
}

/** Figures for the state. */
export async function counts(db: Database): Promise<Counts> {
  const tx = db.transaction(["meta", "own"], "readonly");
  const own = tx.objectStore("own");
  const head = (await tx.objectStore("meta").get("head")) as Head | undefined;
  const standings = (await tx.objectStore("meta").get("standings")) as Meta["standings"] | undefined;
  const drained = drainedOf(head?.seq ?? 0, Object.values(standings ?? {}));
  const oldest = await own.get(drained.relay + 1);
  const held = await own.index("state").count("held");
  const rejected = await own.index("state").count("rejected");
  await tx.done;
  const unsent = Math.max(0, drained.saved - drained.relay);
  return { unsent, oldest_unsent_ms: oldest?.time_ms ?? null, held, rejected, drained };
}
