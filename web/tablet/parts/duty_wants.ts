/** What a shift wants of the officer on duty, most urgent first. */

import type { Action, AppState } from "../core/types.ts";
import { lateMs, runningShifts } from "./shift_words.ts";

/** An answer that another tablet or the console gave stays in sight so long. */
const ANSWER_MS = 5 * 60_000;

export type DutyWant =
  | { kind: "answered"; item: string; decision: Action }
  | { kind: "waiting"; count: number }
  | { kind: "late"; late_ms: number }
  | { kind: "overlap"; count: number }
  | { kind: "none" };

/** Null where all is well, and for a volunteer, who scans and nothing else. `seen`: the answer that was looked at. */
export function dutyWants(state: Pick<AppState, "officer" | "shifts">, server_ms: number, seen: string | null): DutyWant | null {
  if (state.officer === null || state.officer.role === "volunteer") return null;
  const { id: me, role } = state.officer;
  const running = runningShifts(state);
  const consults = running.flatMap((shift) => shift.consults);
  for (const { asked_by, decision, decided_by, decided_ms, item } of consults) {
    const by_others = asked_by === me && decided_by !== null && decided_by !== me;
    if (by_others && decision !== null && item !== seen && server_ms - (decided_ms ?? 0) < ANSWER_MS) return { kind: "answered", item, decision };
  }
  const mine = consults.filter(({ decision, asked_by, of }) => decision === null && (asked_by === me || (of === "lead" && role === "lead")));
  if (mine.length > 0) return { kind: "waiting", count: mine.length };
  const late = Math.max(0, ...running.map((shift) => lateMs(shift, server_ms)));
  if (late > 0) return { kind: "late", late_ms: late };
  if (running.length === 0) return { kind: "none" };
  return running.length === 1 ? null : { kind: "overlap", count: running.length };
}
