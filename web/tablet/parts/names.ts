/** Vietnamese names in little room: people are called by the last parts, not by the family name. */

import type { Direction, VehicleClass } from "../core/types.ts";

export function calledName(name: string): string {
  return name.trim().split(/\s+/).slice(-2).join(" ");
}

export function initials(name: string): string {
  return calledName(name)
    .split(" ")
    .map((part) => part.slice(0, 1))
    .join("");
}

const ONE_WAY: Readonly<Record<string, Direction>> = { vao: "in", ra: "out" };

/** The only way that a lane's id allows: "xe-tai-vao" is inward; null for a lane of both ways. */
export function laneDirection(id: string | null): Direction | null {
  return ONE_WAY[/-(vao|ra)$/.exec(id ?? "")?.[1] ?? ""] ?? null;
}

const LANE_VEHICLES: readonly (readonly [string, VehicleClass])[] = [["xe-may", "motorbike"], ["xe-tai", "truck"], ["di-bo", "on_foot"], ["cong-nhan", "bus"]];

/** What mostly comes by on a lane, by its id: nobody has to choose it first. */
export function laneVehicle(id: string | null): VehicleClass {
  return LANE_VEHICLES.find(([start]) => id?.startsWith(start) === true)?.[1] ?? "car";
}

/** A lane's name in words; "lan-2" is lane 2, "xe-tai-vao" the trucks' way in, and an id nobody translated is shown as it is. */
export function laneName(lanes: Readonly<Record<string, string>>, id: string): string {
  const [, base = id, way = ""] = /^(.+)-(vao|ra)$/.exec(id) ?? [];
  const name = lanes[id] ?? lanes[base] ?? base.replace(/^lan-/, "");
  return way === "" || id in lanes ? name : `${name} ${lanes[way] ?? way}`;
}
