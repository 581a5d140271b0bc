/** When rounds begin, and what a person hears while nobody answers. SPEC O2–O4. */

import { expect, test } from "vitest";
import type { Environment } from "./environment.ts";
import { CallError } from "./http.ts";
import { POLL_MS, retryDelayMs, type RunRound, SLOW_MS, SyncLoop, TURN_MS } from "./loop.ts";
import type { SyncState } from "./app_state.ts";

/** Timers that the test rings itself, and a lock that another tab may hold. */
class Bench {
  clock_ms = 1_000_000;
  timers: { ms: number; ring: () => void }[] = [];
  shown: SyncState[] = [];
  locked = false;
  refreshed = 0;
  rounds = 0;
  readonly loop: SyncLoop;

  constructor(round: RunRound) {
    const environment = {
      now: () => this.clock_ms,
      uniform: () => 0.5,
      schedule: (action: () => void, ms: number) => {
        const timer = { ms, ring: action };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((one) => one !== timer);
        };
      },
      exclusively: async (action: () => Promise<void>) => {
        if (!this.locked) await action();
        return !this.locked;
      },
    } as unknown as Environment;
    const counted: RunRound = (heard) => {
      this.rounds += 1;
      return round(heard);
    };
    const show = (state: SyncState) => void this.shown.push(state);
    this.loop = new SyncLoop(environment, counted, show, () => Promise.resolve(void (this.refreshed += 1)));
  }

  get now(): SyncState | undefined {
    return this.shown[this.shown.length - 1];
  }

  ring(ms: number): void {
    this.timers.find((one) => one.ms === ms)?.ring();
  }
}

/** A round that ends when the test says so. */
function hanging(): { round: RunRound; heard: () => void; end: (error?: Error) => void } {
  let told = (): void => {};
  let done = (_error?: Error): void => {};
  const round: RunRound = (heard) =>
    new Promise((resolve, reject) => {
      told = heard;
      done = (error) => (error === undefined ? resolve() : reject(error));
    });
  return { round, heard: () => told(), end: (error) => done(error) };
}

test("O4 a call that nobody answers is shown as such after some seconds, and since when", async () => {
  const call = hanging();
  const bench = new Bench(call.round);
  const over = bench.loop.now();
  expect(bench.now).toMatchObject({ status: "sending", since_ms: 1_000_000 });
  bench.clock_ms += SLOW_MS;
  bench.ring(SLOW_MS);
  expect(bench.now).toMatchObject({ status: "waiting", since_ms: 1_000_000 });
  call.heard();
  expect(bench.now).toMatchObject({ status: "sending", since_ms: 1_005_000 });
  bench.ring(SLOW_MS);
  expect(bench.now?.status).toBe("waiting");
  call.end();
  await over;
  expect(bench.now).toMatchObject({ status: "idle", code: null, since_ms: null });
  expect(bench.timers.map(({ ms }) => ms)).toEqual([POLL_MS]);
});

test("O4 what failed stays said while the next round runs, until one ends well", async () => {
  let fails = true;
  const bench = new Bench(() => (fails ? Promise.reject(new CallError("timeout", "timeout")) : Promise.resolve()));
  await bench.loop.now();
  expect(bench.now).toMatchObject({ status: "error", code: "timeout" });
  fails = false;
  const over = bench.loop.now();
  expect(bench.now).toMatchObject({ status: "sending", code: "timeout" });
  await over;
  expect(bench.now).toMatchObject({ status: "idle", code: null });
});

test("O2 a wish during a round means one more after it, and never two at once", async () => {
  const call = hanging();
  const bench = new Bench(call.round);
  const over = bench.loop.now();
  for (let wish = 0; wish < 5; wish += 1) void bench.loop.now();
  expect(bench.rounds).toBe(1);
  call.end();
  await Promise.resolve();
  await new Promise((done) => setTimeout(done));
  expect(bench.rounds).toBe(2);
  call.end();
  await over;
  expect(bench.rounds).toBe(2);
});

test("O2 while another tab has the turn nothing is sent; its news are shown, and the turn is asked for soon", async () => {
  const bench = new Bench(() => Promise.resolve());
  bench.locked = true;
  await bench.loop.now();
  expect([bench.rounds, bench.refreshed, bench.now?.status]).toEqual([0, 1, "idle"]);
  expect(bench.timers.map(({ ms }) => ms)).toEqual([TURN_MS]);
  bench.locked = false;
  bench.ring(TURN_MS);
  await new Promise((done) => setTimeout(done));
  expect(bench.rounds).toBe(1);
});

test("O3 only a person overrides Retry-After; a clock set back does not stretch it", async () => {
  const bench = new Bench(() => Promise.reject(new CallError("later", "server.busy", 60_000)));
  await bench.loop.now();
  expect(bench.timers.map(({ ms }) => ms)).toEqual([60_000]);
  await bench.loop.now();
  expect(bench.rounds).toBe(1);
  await bench.loop.now(true);
  expect(bench.rounds).toBe(2);
  bench.clock_ms -= 86_400_000;
  await bench.loop.now();
  expect(bench.rounds).toBe(3);
});

test("O2 a wish during a round that fails means one more after it: the network may be back since", async () => {
  let wish = (): void => {};
  const bench = new Bench(async () => {
    await Promise.resolve();
    wish();
    throw new CallError("timeout", "timeout");
  });
  for (let failed = 0; failed < 8; failed += 1) await bench.loop.now();
  wish = () => {
    wish = () => {};
    void bench.loop.now();
  };
  await bench.loop.now();
  expect(bench.rounds).toBe(10);
  expect(bench.timers).toHaveLength(1);
});

test("O3 a wish during a round that the server puts off waits as well, but for a person's", async () => {
  let wish = (): void => {};
  const bench = new Bench(async () => {
    await Promise.resolve();
    wish();
    throw new CallError("later", "server.busy", 60_000);
  });
  wish = () => void bench.loop.now();
  await bench.loop.now();
  expect(bench.rounds).toBe(1);
  wish = () => {
    wish = () => {};
    void bench.loop.now(true);
  };
  await bench.loop.now(true);
  expect(bench.rounds).toBe(3);
});

test("O3 a server that asks for a quarter of an hour gets it", async () => {
  const bench = new Bench(() => Promise.reject(new CallError("later", "server.busy", 900_000)));
  await bench.loop.now();
  await bench.loop.now();
  expect(bench.rounds).toBe(1);
  bench.clock_ms -= 86_400_000;
  await bench.loop.now();
  expect(bench.rounds).toBe(2);
});

test("O3 a retry never comes before the server's Retry-After, and the wait has an end", () => {
  expect(retryDelayMs(1, 0, 0)).toBe(1000);
  expect(retryDelayMs(1, 0, 60_000)).toBe(60_000);
  expect(retryDelayMs(500, 0.999, 0)).toBeLessThanOrEqual(300_000);
});
