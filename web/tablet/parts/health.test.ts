import { expect, test } from "vitest";
import { CROSSING_BYTES, ROOM_LOOK, ROOM_SHORT } from "../core/room.ts";
import type { AppState } from "../core/types.ts";
import { fakeState } from "../dev/fake_core.ts";
import { vi } from "../texts/vi.ts";
import { type DeviceHealth, NOTHING_KNOWN, type Reading, readings } from "./health.ts";

const NOW = 1_634_749_200_000;
const IDLE: AppState["sync"] = { status: "idle", code: null, next_ms: null, since_ms: null };

function readingOf(id: Reading["id"], change: Partial<AppState>, device?: Partial<DeviceHealth>): Reading | undefined {
  const state = { ...fakeState(new URLSearchParams("unsent=1&last=1"), NOW), ...change };
  return readings(state, vi, NOW, { ...NOTHING_KNOWN, ...device }).find((one) => one.id === id);
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

test("what is unsent says for how long, and is amber after an hour and red after a day", () => {
  const since = (minutes: number) => ({ unsent: 7, oldest_unsent_ms: NOW - minutes * 60_000 });
  expect(readingOf("unsent", { unsent: 0, oldest_unsent_ms: null })).toMatchObject({ grade: "ok", mark: "chưa gửi: 0" });
  expect(readingOf("unsent", since(0.5))).toMatchObject({ grade: "ok", mark: "chưa gửi: 7" });
  expect(readingOf("unsent", since(59))).toMatchObject({ grade: "ok", mark: "chưa gửi: 7 · 59 phút" });
  expect(readingOf("unsent", since(60))).toMatchObject({ grade: "look", mark: "chưa gửi: 7 · 1 giờ" });
  expect(readingOf("unsent", since(24 * 60))).toMatchObject({ grade: "act" });
});

test("packs are amber and red by their worst, and a missing rule pack is red", () => {
  const pack = (age_state: "fresh" | "amber" | "red") => ({ version: 1, issued_ms: NOW, age_state });
  expect(readingOf("packs", { packs: { rules: pack("fresh") } })?.grade).toBe("ok");
  expect(readingOf("packs", { packs: { rules: pack("fresh"), levels: pack("amber") } })?.grade).toBe("look");
  expect(readingOf("packs", { packs: { rules: pack("fresh"), levels: pack("amber"), trust: pack("red") } })?.grade).toBe("act");
  expect(readingOf("packs", { packs: { levels: pack("fresh") } })).toMatchObject({ grade: "act", advice: vi.status.pack_missing });
});

test("a low battery is told while it does not charge, and nothing where nobody knows", () => {
  const battery = (level: number, charging = false) => readingOf("battery", {}, { battery: { level, charging } });
  expect(battery(31)?.grade).toBe("ok");
  expect(battery(30)).toMatchObject({ grade: "look", mark: "Pin 30 %" });
  expect(battery(15)).toMatchObject({ grade: "act", advice: vi.device.battery_act });
  expect(battery(3, true)).toMatchObject({ grade: "ok", value: "3 % · đang sạc" });
  expect(readingOf("battery", {})).toBeUndefined();
});

test("a camera that failed says what to do; a tablet without one is no alarm", () => {
  expect(readingOf("camera", {})?.grade).toBe("ok");
  expect(readingOf("camera", {}, { camera: "camera.denied" })).toMatchObject({ grade: "act", advice: vi.errors["camera.denied"] });
  expect(readingOf("camera", {}, { camera: "camera.missing" })).toMatchObject({ grade: "look" });
});

test("a clock that is two minutes off says by how much", () => {
  expect(readingOf("clock", { clock_skew_ms: 119_000 })?.grade).toBe("ok");
  expect(readingOf("clock", { clock_skew_ms: -240_000 })).toMatchObject({ grade: "look", mark: "lệch giờ 4 phút" });
});
