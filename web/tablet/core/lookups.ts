/** What is read from the tablet's store: the outbox, the newest, the events of a record, figures for the state. */

import { type History, openOwn, openPulled } from "./at_rest.ts";
import type { Database, Head, Meta, OwnEvent, PulledEvent, StoredOwn, StoredPulled } from "./db.ts";
import { type Drained, drainedOf } from "./standing.ts";

/** One by one, a batch of them takes a busy tablet a second; all of a long outbox at once fill its memory. */
const ROWS_AT_ONCE = 100;

/** Own events after `through`, oldest first, as far as `count` events or `characters` of text reach. */
export async function ownAfter(
  db: Database,
  through: number,
  count: number,
  characters: number,
): Promise<StoredOwn[]> {
  const found: StoredOwn[] = [];
  let size = 0;
  let last = through;
  while (found.length < count) {
    const rows = await db.getAll("own", IDBKeyRange.lowerBound(last, true), Math.min(ROWS_AT_ONCE, count - found.length));
    for (const row of rows) {
      const { body, person, sealed } = row;
      // Sealed they are a third longer, and name their key once more.
      size += 2 * (body.length + (person?.length ?? 0)) + (sealed?.length ?? 0) + 100;
      if (found.length > 0 && size > characters) return found;
      found.push(row);
    }
    const end = rows[rows.length - 1];
    if (end === undefined || rows.length < ROWS_AT_ONCE) break;
    last = end.seq;
  }
  return found;
}

/** The newest own and pulled events of crossings, newest first, at most `count` of each. */
export async function newestEvents(db: Database, count: number): Promise<{ own: StoredOwn[]; pulled: StoredPulled[] }> {
  const tx = db.transaction(["own", "pulled"], "readonly");
  const own: StoredOwn[] = [];
  const pulled: StoredPulled[] = [];
  // In the order of writing: a clock that was set back does not make what follows older.
  let mine = await tx.objectStore("own").openCursor(null, "prev");
  while (mine !== null && own.length < count) {
    if (mine.value.kind === "crossing") own.push(mine.value);
    mine = await mine.continue();
  }
  let theirs = await tx.objectStore("pulled").index("time_ms").openCursor(null, "prev");
  while (theirs !== null && pulled.length < count) {
    // Neighbours' refusals, reviews and links may be many, and are no crossings.
    if (theirs.value.kind === "crossing") pulled.push(theirs.value);
    theirs = await theirs.continue();
  }
  await tx.done;
  return { own, pulled };
}

/** All events of the records with these tokens, opened. */
export async function eventsOf(
  db: Database,
  tokens: readonly string[],
  history: History | null,
): Promise<{ own: OwnEvent[]; pulled: PulledEvent[] }> {
  const { own, pulled } = await storedOf(db, tokens);
  return { own: await openOwn(db, own, history), pulled: await openPulled(pulled, history) };
}

async function storedOf(db: Database, tokens: readonly string[]): Promise<{ own: StoredOwn[]; pulled: StoredPulled[] }> {
  const tx = db.transaction(["own", "pulled"], "readonly");
  const own = tx.objectStore("own").index("token");
  const pulled = tx.objectStore("pulled").index("token");
  const [mine, theirs] = await Promise.all([
    Promise.all(tokens.map((token) => own.getAll(token))),
    Promise.all(tokens.map((token) => pulled.getAll(token))),
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
