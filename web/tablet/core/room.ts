/** How much more the store can take, in what an officer counts: crossings. SPEC O6. */

/** As the browser says it. `persisted`: it will not empty the store by itself. Bytes; null where it does not say. */
export interface StorageState {
  persisted: boolean;
  usage: number | null;
  quota: number | null;
}

/** One crossing with its indexes and what the browser's store keeps twice for a while; generous. */
export const CROSSING_BYTES = 12 * 1024;
/** A busy lane's week: somebody has time to do something about it. */
export const ROOM_LOOK = 20_000;
/** A busy lane's shift. From here on only what is written here takes room. */
export const ROOM_SHORT = 2_000;

/** How many more crossings fit; null where the browser does not say. */
export function crossingsLeft({ usage, quota }: StorageState): number | null {
  if (usage === null || quota === null || quota <= 0) return null;
  return Math.max(0, Math.floor((quota - usage) / CROSSING_BYTES));
}

/** Too little room to store what other tablets wrote: the outbox needs it. */
export function isShort(storage: StorageState): boolean {
  const left = crossingsLeft(storage);
  return left !== null && left < ROOM_SHORT;
}

/** Whether a write failed for want of room. A request tells of the abort, its transaction why. */
export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}
