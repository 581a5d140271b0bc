/** Shifts in words: names of officers, ages, who is on duty for what. */

import type { AppState, Core, Duty, OfficerOnDuty, OfficerRole, Placed, ShiftMember, ShiftState, Step } from "../core/types.ts";
import type { Settings } from "./settings.ts";
import { calledName } from "./names.ts";

export const DUTIES: readonly Duty[] = ["lead", "scan", "health", "traffic"];
/** What somebody mostly does, by role. */
export const USUAL_DUTY: Readonly<Record<OfficerRole, Duty>> = { lead: "lead", officer: "scan", medic: "health", volunteer: "traffic" };
/** A shift is late once it should have been handed over for so long. */
const LATE_MS = 15 * 60_000;

/** What an officer is called; the id of one whom no roster knows any more. */
export function officerName(core: Core, id: string): string {
  const found = core.shift_packs.officers().find((one) => one.id === id);
  return found === undefined ? id : calledName(found.name);
}

export function memberName(core: Core, { officer, name }: Pick<ShiftMember, "officer" | "name">): string {
  return officer === null ? name : officerName(core, officer);
}

export function runningShifts(state: Pick<AppState, "shifts">): readonly ShiftState[] {
  return state.shifts.filter(({ closed_ms }) => closed_ms === null);
}

/** How long the shift is past its time, 0 while it is not. */
export function lateMs({ due_ms }: ShiftState, server_ms: number): number {
  return due_ms === null || server_ms < due_ms + LATE_MS ? 0 : server_ms - due_ms;
}

export function stepText(step: Step, language: Settings["language"]): string {
  return language === "en" ? step.en : step.vi;
}

/** Who is in charge first, then as the roster has them. */
export function leadsFirst(officers: readonly OfficerOnDuty[]): readonly OfficerOnDuty[] {
  return [...officers].sort((one, two) => Number(two.role === "lead") - Number(one.role === "lead"));
}

/** Whoever opens it is there, and whoever is planned is proposed; a tap takes them off. */
export function firstRoster(officer: OfficerOnDuty | null, planned: readonly Placed[]): readonly Placed[] {
  if (officer === null || planned.some((one) => one.officer === officer.id)) return planned;
  return [{ officer: officer.id, name: "", duty: USUAL_DUTY[officer.role] }, ...planned];
}
