import { expect, test } from "vitest";
import { catchWayBack } from "./way_back.ts";

/** A browser's history with its events, as far as the way back needs it. */
function fakePage(states: unknown[] = [null]) {
  let at = states.length - 1;
  const heard = new Map<string, (event: unknown) => void>();
  const page = {
    history: {
      get state() {
        return states[at];
      },
      pushState(state: unknown) {
        states.splice(at + 1, states.length, state);
        at += 1;
      },
    },
    addEventListener: (name: string, listener: unknown) => void heard.set(name, listener as (event: unknown) => void),
    removeEventListener: (name: string) => void heard.delete(name),
    setTimeout: (run: () => void) => (run(), 0),
  };
  return {
    page: page as unknown as Parameters<typeof catchWayBack>[0],
    states,
    tap: () => heard.get("click")?.({}),
    go(steps: number) {
      at += steps;
      heard.get("popstate")?.({ state: states[at] });
    },
    heard,
  };
}

test("after a tap the way back is the application's, more than once", () => {
  const { page, tap, go } = fakePage();
  let backs = 0;
  catchWayBack(page, () => (backs += 1));
  tap();
  for (let n = 0; n < 3; n += 1) go(-1);
  expect(backs).toBe(3);
});

test("taps lay no more than is used up, so the history does not grow", () => {
  const { page, tap, go, states } = fakePage();
  catchWayBack(page, () => undefined);
  tap();
  const length = states.length;
  for (let n = 0; n < 50; n += 1) {
    go(-1);
    tap();
    tap();
  }
  expect(states.length).toBe(length);
});

test("a way forward is no way back", () => {
  const { page, tap, go } = fakePage();
  let backs = 0;
  catchWayBack(page, () => (backs += 1));
  tap();
  go(-1);
  go(1);
  expect(backs).toBe(1);
});

test("a page loaded anew goes on with the entries it has", () => {
  const before = fakePage();
  catchWayBack(before.page, () => undefined);
  before.tap();
  const { page, tap, go, states } = fakePage([...before.states]);
  const length = states.length;
  let backs = 0;
  catchWayBack(page, () => (backs += 1));
  go(-1);
  tap();
  expect([backs, states.length]).toEqual([1, length]);
});

test("once ended it hears nothing", () => {
  const { page, heard } = fakePage();
  catchWayBack(page, () => undefined)();
  expect(heard.size).toBe(0);
});
