import { expect, test } from "vitest";
import { LiveState } from "./state.ts";

test("what is as it was draws no screen anew; what is not, does", () => {
  const live = new LiveState();
  let heard = 0;
  live.subscribe(() => {
    heard += 1;
  });
  const before = live.now;
  live.set({ unsent: 0, sync: { status: "idle", code: null, next_ms: null, since_ms: null }, alerts: [] });
  expect([heard, live.now === before]).toEqual([0, true]);
  live.set({ unsent: 0, alerts: ["storage.full"] });
  expect([heard, live.now.alerts]).toEqual([1, ["storage.full"]]);
});
