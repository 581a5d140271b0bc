/** The state that screens see: an immutable snapshot, and who wants to hear of the next one. */

import type { AppState } from "./app_state.ts";

const START: AppState = {
  phase: "starting",
  device: null,
  checkpoint: null,
  lane: null,
  officer: null,
  unsent: 0,
  drained: { saved: 0, relay: 0, home: 0, safe: 0 },
  oldest_unsent_ms: null,
  last_contact_ms: null,
  sync: { status: "idle", code: null, next_ms: null, since_ms: null },
  packs: {},
  clock_skew_ms: null,
  storage: { persisted: false, usage: null, quota: null },
  rejected: 0,
  held: 0,
  conflicts: 0,
  shifts: [],
  told: 0,
  wave: null,
  pin: { failures: 0, retry_at_ms: 0, lead_needed: false },
  update_ready: false,
  wiping: false,
  alerts: [],
};

export class LiveState {
  readonly #listeners = new Set<() => void>();
  #now = START;

  get now(): AppState {
    return this.#now;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is as it was is no news: a round that found nothing must not draw the screen anew. */
  set(change: Partial<AppState>): void {
    const names = Object.keys(change) as (keyof AppState)[];
    if (names.every((name) => isSame(change[name], this.#now[name]))) return;
    this.#now = { ...this.#now, ...change };
    for (const listener of this.#listeners) listener();
  }

  alert(code: string): void {
    if (!this.#now.alerts.includes(code)) this.set({ alerts: [...this.#now.alerts, code] });
  }
}

/** A few small values without dates or functions. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
