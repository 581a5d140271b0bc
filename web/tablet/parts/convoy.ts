/** A convoy: vehicles that come together from one place. Each is a crossing of its own; all name the first. */

import type { CrossingDraft, Decision, OverrideReason, Place, Purpose, SavedCrossing, Direction, Plate, VehicleClass } from "../core/types.ts";
import { ACTION_OF, newDraft } from "./draft.ts";

/** As many as one list may have: a convoy of two hundred motorbikes is written down in four. */
export const MOST_VEHICLES = 60;

/** Where it comes from, where it goes and why. */
export interface Route {
  origin: Place | null;
  destination: Place | null;
  purpose: Purpose;
}

export interface ConvoyVehicle {
  plate: Plate | null;
  vehicle_class: VehicleClass;
  headcount: number;
  /** null until it is on disk. */
  saved: SavedCrossing | null;
}

/** What lets through vehicles that the rules would not pass. */
export interface ConvoyOverride {
  reason: OverrideReason;
  approved_by: string | null;
}

/** One vehicle as it is judged and saved; `first`: the record that the convoy is named after. */
export function convoyDraft(vehicle: ConvoyVehicle, route: Route, direction: Direction, first: string | null, started_ms: number): CrossingDraft {
  const { plate, vehicle_class, headcount } = vehicle;
  const draft = { ...newDraft(direction, vehicle_class, started_ms), ...route, mode: "group" as const, plate, headcount };
  return first === null ? draft : { ...draft, convoy: first };
}

/** With what is done: the verdict is followed, or the whole convoy is let through for one reason. */
export function settled(draft: CrossingDraft, { verdict }: Decision, override: ConvoyOverride | null): CrossingDraft {
  if (override === null || verdict.outcome === "pass") return { ...draft, action: ACTION_OF[verdict.outcome] };
  return { ...draft, action: "passed", override: override.reason, approved_by: override.approved_by };
}

/** The record of the vehicle that was saved first. */
export function firstSaved(vehicles: readonly ConvoyVehicle[]): string | null {
  return vehicles.find(({ saved }) => saved !== null)?.saved?.record ?? null;
}
