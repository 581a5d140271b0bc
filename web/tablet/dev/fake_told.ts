/** Alerts and levels that just began, for looking at the inbox. */

import type { Announced, CrossingSummary, ToldAlert } from "../core/types.ts";

export function fakeTold(rows: readonly CrossingSummary[]): ToldAlert[] {
  const about = (at: number): CrossingSummary[] => rows.slice(at, at + 1);
  const occurred_ms = Date.now() - 25 * 60_000;
  return [
    { alert: "told-1", code: "late.revoked", occurred_ms, taken: false, seen: false, crossings: about(0) },
    { alert: "told-2", code: "vehicle.too_fast", occurred_ms, taken: true, seen: false, crossings: [...about(1), ...about(2)] },
    { alert: "told-3", code: "decision.stale", occurred_ms, taken: false, seen: true, crossings: [] },
  ];
}

export function fakeBegun(now_ms: number): Announced[] {
  return [{ kind: "level", id: "2021:09886", name: "Xã Phú Nghĩa, Huyện Chương Mỹ", from_level: 2, level: 4, starts_ms: now_ms - 3 * 3_600_000, near: true }];
}
