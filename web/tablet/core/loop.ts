/** When to sync: after each save, when the network or the screen comes back, and every so often. */

import type { Environment } from "./environment.ts";
import { CallError } from "./http.ts";
import { CoreError, type SyncState } from "./types.ts";

export const POLL_MS = 15_000;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 5 * 60_000;

/** The wait before the next attempt after `failures` in a row: doubling, capped, half of it by chance. */
export function retryDelayMs(failures: number, uniform: number, retryAfterMs: number): number {
  const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(retryAfterMs, Math.round(full * (0.5 + uniform / 2)));
}

/** Runs rounds one at a time; a wish during a round means one more after it. */
export class SyncLoop {
  readonly #environment: Environment;
  readonly #round: () => Promise<void>;
  readonly #show: (state: SyncState) => void;
  #running: Promise<void> | null = null;
  #again = false;
  #failures = 0;
  #cancel: () => void = () => {};

  constructor(environment: Environment, round: () => Promise<void>, show: (state: SyncState) => void) {
    this.#environment = environment;
    this.#round = round;
    this.#show = show;
  }

  /** Starts a round now, or one more after the running one. Resolves when it is over, however it went. */
  now(): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  stop(): void {
    this.#cancel();
  }

  async #run(): Promise<void> {
    this.#cancel();
    let next: SyncState;
    do {
      this.#again = false;
      next = await this.#once();
    } while (this.#again && next.status === "idle");
    this.#show(next);
    const wait = (next.next_ms ?? 0) - this.#environment.now();
    this.#cancel = this.#environment.schedule(() => void this.now(), Math.max(0, wait));
  }

  async #once(): Promise<SyncState> {
    this.#show({ status: "sending", code: null, next_ms: null });
    const { now, uniform } = this.#environment;
    try {
      // Where another tab holds the lock, that tab is syncing the same store.
      await this.#environment.exclusively(this.#round);
      this.#failures = 0;
      return { status: "idle", code: null, next_ms: now() + POLL_MS };
    } catch (error) {
      this.#failures += 1;
      const call = error instanceof CallError ? error : null;
      const code = error instanceof CoreError ? error.code : "sync.failed";
      const next_ms = now() + retryDelayMs(this.#failures, uniform(), call?.retry_after_ms ?? 0);
      return { status: call?.failure === "offline" ? "offline" : "error", code, next_ms };
    }
  }
}
