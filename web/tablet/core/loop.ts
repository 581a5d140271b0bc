/** When to sync: after each save, when the network or the screen comes back, and every so often. SPEC O1–O3. */

import type { Environment } from "./environment.ts";
import { CallError } from "./http.ts";
import { CoreError } from "./core_error.ts";
import type { SyncState } from "./app_state.ts";

export const POLL_MS = 15_000;
/** A server that is there answers sooner, also over 3G: from here on the screen says that it does not. */
export const SLOW_MS = 5_000;
/** Another tab had the turn: soon enough for what it did not see any more. */
export const TURN_MS = 2_000;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 5 * 60_000;

/** The wait before the next attempt after `failures` in a row: doubling, capped, half of it by chance. */
export function retryDelayMs(failures: number, uniform: number, retryAfterMs: number): number {
  const full = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 20));
  return Math.max(retryAfterMs, Math.round(full * (0.5 + uniform / 2)));
}

/** One round; calls `heard` whenever the server has answered something. */
export type RunRound = (heard: () => void) => Promise<void>;

/** Runs rounds one at a time; a wish during a round means one more after it. */
export class SyncLoop {
  readonly #environment: Environment;
  readonly #round: RunRound;
  readonly #show: (state: SyncState) => void;
  readonly #elsewhere: () => Promise<void>;
  #running: Promise<void> | null = null;
  #again = false;
  /** Of what is wished during a round: a person does. */
  #asked = false;
  #failures = 0;
  /** The server asked to be left alone until then, so long. */
  #not_before_ms = Number.NEGATIVE_INFINITY;
  #put_off_ms = 0;
  /** Of the last round that ended; what failed stays said until one ends well. */
  #code: string | null = null;
  #cancel: () => void = () => {};

  /** `elsewhere`: another tab has the turn, and what it stores is news here. */
  constructor(environment: Environment, round: RunRound, show: (state: SyncState) => void, elsewhere: () => Promise<void>) {
    this.#environment = environment;
    this.#round = round;
    this.#show = show;
    this.#elsewhere = elsewhere;
  }

  /**
   * Starts a round now, or one more after the running one. Resolves when it is over, however it went.
   *
   * Only a person (`asked`) does not wait for what the server named in Retry-After.
   */
  now(asked = false): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      this.#asked ||= asked;
      return this.#running;
    }
    if (!asked && this.#isPutOff()) return Promise.resolve();
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  stop(): void {
    this.#cancel();
  }

  #isPutOff(): boolean {
    const wait = this.#not_before_ms - this.#environment.now();
    // A clock set back must not turn a minute into a day.
    return wait > 0 && wait <= this.#put_off_ms;
  }

  async #run(): Promise<void> {
    this.#cancel();
    let next: SyncState;
    do {
      [this.#again, this.#asked] = [false, false];
      next = await this.#once();
      // Also after one that failed: what was wished meanwhile may be that the network is back.
    } while (this.#again && (this.#asked || !this.#isPutOff()));
    this.#show(next);
    const wait = (next.next_ms ?? 0) - this.#environment.now();
    this.#cancel = this.#environment.schedule(() => void this.now(), Math.max(0, wait));
  }

  async #once(): Promise<SyncState> {
    const { now, uniform } = this.#environment;
    const watch = this.#watch();
    try {
      const ran = await this.#environment.exclusively(() => this.#round(watch.heard));
      if (!ran) {
        // That tab is syncing the same store.
        await this.#elsewhere();
        return { status: "idle", code: this.#code, next_ms: now() + TURN_MS, since_ms: null };
      }
      [this.#failures, this.#code, this.#not_before_ms] = [0, null, Number.NEGATIVE_INFINITY];
      return { status: "idle", code: null, next_ms: now() + POLL_MS, since_ms: null };
    } catch (error) {
      this.#failures += 1;
      const call = error instanceof CallError ? error : null;
      this.#code = error instanceof CoreError ? error.code : "sync.failed";
      if (call !== null && call.retry_after_ms > 0) {
        [this.#not_before_ms, this.#put_off_ms] = [now() + call.retry_after_ms, call.retry_after_ms];
      }
      const next_ms = now() + retryDelayMs(this.#failures, uniform(), call?.retry_after_ms ?? 0);
      return { status: call?.failure === "offline" ? "offline" : "error", code: this.#code, next_ms, since_ms: null };
    } finally {
      watch.stop();
    }
  }

  /** Shows "sending", and "waiting" once nothing was heard for a while. */
  #watch(): { heard: () => void; stop: () => void } {
    const { schedule, now } = this.#environment;
    let cancel = (): void => {};
    const heard = (): void => {
      cancel();
      const since_ms = now();
      const show = (status: "sending" | "waiting") => this.#show({ status, code: this.#code, next_ms: null, since_ms });
      show("sending");
      cancel = schedule(() => show("waiting"), SLOW_MS);
    };
    heard();
    return { heard, stop: () => cancel() };
  }
}
