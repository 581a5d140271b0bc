import { expect, test } from "vitest";
import { CROSSING_BYTES, ROOM_LOOK, ROOM_SHORT } from "../core/room.ts";
import type { AppState } from "../core/types.ts";
import { fakeState } from "../dev/fake_core.ts";
import { vi } from "../texts/vi.ts";
import { type Reading, readings } from "./health.ts";

const NOW = 1_634_749_200_000;
const IDLE: AppState["sync"] = { status: "idle", code: null, next_ms: null, since_ms: null };

function readingOf(id: Reading["id"], change: Partial<AppState>): Reading | undefined {
  const state = { ...fakeState(new URLSearchParams("unsent=1&last=1"), NOW), ...change };
  return readings(state, vi, NOW).find((one) => one.id === id);
}

test("O4 a call that hangs is never called a good connection", () => {
  expect(readingOf("contact", { sync: IDLE })).toMatchObject({ grade: "ok", advice: vi.status.contact_ok });
  const waiting = { ...IDLE, status: "waiting", since_ms: NOW - 12_000 } as const;
  const advice = vi.status.contact_waiting("12 giây");
  expect(readingOf("contact", { sync: waiting })).toMatchObject({ grade: "look", advice });
});

test("O4 what failed is said while the next round runs", () => {
  for (const status of ["error", "sending"] as const) {
    const advice = vi.errors["timeout"];
    expect(readingOf("contact", { sync: { ...IDLE, status, code: "timeout" } })).toMatchObject({ grade: "look", advice });
  }
  expect(readingOf("contact", { sync: { ...IDLE, status: "sending" } })?.grade).toBe("ok");
  const unheard = { ...IDLE, status: "error", code: "made.up" } as const;
  expect(readingOf("contact", { sync: unheard })?.advice).toBe(vi.status.contact_failed);
});

test("O8 the room left is counted in crossings, and warned of before there is none", () => {
  const storage = (left: number, persisted = true) => ({ persisted, usage: 1e9, quota: 1e9 + left * CROSSING_BYTES });
  expect(readingOf("storage", { storage: storage(1e6) })).toMatchObject({ grade: "ok", value: "đủ chỗ" });
  expect(readingOf("storage", { storage: storage(ROOM_LOOK - 1) })).toMatchObject({ grade: "look", value: "còn ~19.999 lượt" });
  expect(readingOf("storage", { storage: storage(ROOM_SHORT - 1) })).toMatchObject({ grade: "act" });
  expect(readingOf("storage", { storage: storage(-5) })).toMatchObject({ grade: "act", value: "còn ~0 lượt" });
  expect(readingOf("storage", { storage: storage(1e6, false) })).toMatchObject({ grade: "look", advice: vi.status.storage_unprotected });
  expect(readingOf("storage", { storage: { persisted: true, usage: null, quota: null } })).toMatchObject({ grade: "ok", value: "–" });
});

test("what somebody has to act on stands first", () => {
  const state = { ...fakeState(new URLSearchParams("unsent=0&last=1"), NOW), rejected: 1 };
  expect(readings(state, vi, NOW)[0]).toMatchObject({ id: "rejected", grade: "act" });
});
