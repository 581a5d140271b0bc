/** Since when this tablet counts who is inside, and with how many it began. A figure, about nobody. */

const keyOf = (checkpoint: string): string => `chot-inside-${checkpoint}`;

export interface Began {
  checkpoint: string;
  /** Server time. */
  since_ms: number;
  people: number;
}

/** null where the count was not begun, or at another checkpoint. */
export function beganAt(storage: Pick<Storage, "getItem">, checkpoint: string): Began | null {
  try {
    const found = JSON.parse(storage.getItem(keyOf(checkpoint)) ?? "null") as Partial<Began> | null;
    const { since_ms, people } = found ?? {};
    const fits = found?.checkpoint === checkpoint && Number.isFinite(since_ms) && Number.isFinite(people);
    return fits ? { checkpoint, since_ms: since_ms as number, people: people as number } : null;
  } catch {
    return null;
  }
}

export function begin(storage: Pick<Storage, "setItem">, began: Began): Began {
  try {
    storage.setItem(keyOf(began.checkpoint), JSON.stringify(began));
  } catch {
    // A browser without room keeps it until the screen is closed.
  }
  return began;
}
