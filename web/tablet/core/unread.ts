/**
 * Which stored events a reader has not seen yet, for those who keep in memory what they made of them.
 *
 * What was written here comes by its own number. What was pulled comes by the server's: the newest first, and once
 * there is nothing newer the older pages, which arrive in the other direction and may do so after a first look (SPEC F7).
 * What is given again keeps its number, and is seen again (SPEC F6).
 */

import { type Database, NO_WINDOW, readMeta, type StoredOwn, type StoredPulled } from "./db.ts";

export interface Portion {
  own: readonly StoredOwn[];
  pulled: readonly StoredPulled[];
  /** How many of the pulled ones, at the end, were given again. */
  again: number;
}

export class Unread {
  #own: number;
  /** Every pulled event from `#oldest` to `#newest` was seen. */
  #newest = 0;
  #oldest = 0;
  /** The numbers of the older ones seen since; an index is read upwards, so they grow towards `#oldest`. */
  #climb: { from: number; to: number } | null = null;
  #again = 0;

  /** `own`: the number of the last own event that is left out. */
  constructor(own = 0) {
    this.#own = own;
  }

  /** At most `most` of either kind; null once everything was seen. The same again until it is said to be `seen`. */
  async next(db: Database, most: number): Promise<Portion | null> {
    const own = await db.getAll("own", IDBKeyRange.lowerBound(this.#own, true), most);
    const given = await this.#pulled(db, most);
    const again = await db.getAllFromIndex("pulled", "again", IDBKeyRange.lowerBound(this.#again, true), most);
    const pulled = [...given, ...again];
    return own.length === 0 && pulled.length === 0 ? null : { own, pulled, again: again.length };
  }

  seen({ own, pulled, again }: Portion): void {
    this.#own = own[own.length - 1]?.seq ?? this.#own;
    if (again > 0) this.#again = pulled[pulled.length - 1]?.again ?? this.#again;
    const given = pulled.slice(0, pulled.length - again);
    const [first, last] = [given[0]?.n, given[given.length - 1]?.n];
    if (first === undefined || last === undefined) return;
    if (this.#newest === 0) this.#oldest = first;
    if (first > this.#newest) this.#newest = last;
    else this.#climb = { from: this.#climb?.from ?? first, to: last };
  }

  async #pulled(db: Database, most: number): Promise<StoredPulled[]> {
    const newer = await db.getAllFromIndex("pulled", "n", IDBKeyRange.lowerBound(this.#newest, true), most);
    if (newer.length > 0 || this.#newest === 0) return newer;
    for (;;) {
      const below = IDBKeyRange.bound(this.#climb?.to ?? 0, this.#oldest, true, true);
      const older = await db.getAllFromIndex("pulled", "n", below, most);
      if (older.length > 0 || this.#climb === null) return older;
      // The page below may have come during the climb.
      this.#oldest = this.#climb.from;
      this.#climb = null;
    }
  }
}

/** Changes where what was pulled was dropped (SPEC F3): what was made of it is void then, and all is unread. */
export async function generationOf(db: Database): Promise<number> {
  return ((await readMeta(db, "window")) ?? NO_WINDOW).generation;
}
