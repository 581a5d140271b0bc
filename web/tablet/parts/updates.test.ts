import { expect, test } from "vitest";
import type { AppState } from "../core/types.ts";
import { fakeState } from "../dev/fake_core.ts";
import { updateStand } from "./updates.ts";

const NOW = 1_634_749_200_000;
const WAITING: AppState = { ...fakeState(new URLSearchParams("unsent=0"), NOW), update_ready: true };
const WAVE = fakeState(new URLSearchParams("wave=1"), NOW).wave;

test("a new version starts only on an idle screen with an empty outbox", () => {
  expect(updateStand({ ...WAITING, update_ready: false }, true)).toBe("none");
  expect(updateStand(WAITING, true)).toBe("ready");
  expect(updateStand({ ...WAITING, unsent: 1 }, true)).toBe("unsent");
  expect(updateStand(WAITING, false)).toBe("busy");
  expect(updateStand({ ...WAITING, wave: WAVE }, true)).toBe("busy");
});
