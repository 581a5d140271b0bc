/** Gate work on rows in memory: enough to look at its screens. */

import type { GateWork } from "../core/gate.ts";
import type { CrossingSummary } from "../core/types.ts";

export function fakeGate(rows: readonly CrossingSummary[]): GateWork {
  const saved = (): Promise<{ record: string; ref: string; seq: number; time_ms: number }> =>
    Promise.resolve({ record: "brief", ref: "dev:1", seq: 1, time_ms: Date.now() });
  return {
    find: ({ plate = "" }, limit) => Promise.resolve(rows.filter((one) => one.plate?.normal.includes(plate) ?? plate === "").slice(0, limit)),
    cameIn: () => Promise.resolve(null),
    pair: () => Promise.resolve(),
    inside: (since_ms, began_with) => Promise.resolve({ people: began_with + 12, vehicles: 3, came_in: 40, left: 28, since_ms: since_ms ?? 0, most: 200 }),
    pace: () => Promise.resolve({ passed: 20, seconds_each: 45 }),
    mending: {
      open: (record) => Promise.resolve({ record, time_ms: Date.now(), own: true, values: {}, seen: {} }),
      amend: () => Promise.resolve(),
      void: () => Promise.resolve(),
      restore: () => Promise.resolve(),
    },
    brief: { save: saved },
  };
}
