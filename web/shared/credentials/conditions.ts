/**
 * How sure a reader may be of its own clock and of its trust list. Twin of credentials/conditions.py,
 * which says why.
 */

import { type Evidence, evidenceOf, type Warning } from "./evidence.ts";

const HOUR_MS = 3_600_000;
const TRUST_AGING_HOURS = 24;
const TRUST_OLD_HOURS = 7 * 24;
const CLOCK_TOLERANCE_MS = 5 * 60_000;
const SIGNED: readonly string[] = ["hc1", "shc", "own"];

/** What is known beside the clock; instants are epoch ms. */
export interface Conditions {
  /** The latest instant that has passed: of syncs, own records, signed packs. */
  high_water_ms?: number;
  /** When the trust list was last known to be the newest one; null: not followed. */
  confirmed_ms?: number | null;
  /** From that age on the list proves nothing; null: however old. */
  trust_stop_hours?: number | null;
}

/** The instant at which to judge: now, but never before what has passed already. */
export function judgedMs(nowMs: number, { high_water_ms = 0 }: Conditions): number {
  return Math.max(nowMs, high_water_ms);
}

/** `evidence`, read at judgedMs, with what the conditions say against it. */
export function under(evidence: Evidence, nowMs: number, conditions: Conditions): Evidence {
  if (!SIGNED.includes(evidence.family) || evidence.status === "unknown") return evidence;
  const { high_water_ms = 0, confirmed_ms = null, trust_stop_hours = null } = conditions;
  const warnings: Warning[] = [...evidence.warnings];
  if (nowMs < high_water_ms - CLOCK_TOLERANCE_MS) warnings.push("clock_behind");
  const age_ms = confirmed_ms === null ? 0 : judgedMs(nowMs, conditions) - confirmed_ms;
  const stopped = trust_stop_hours !== null && age_ms > 0 && age_ms >= trust_stop_hours * HOUR_MS;
  if (stopped) warnings.push("trust_stopped");
  else if (age_ms >= TRUST_OLD_HOURS * HOUR_MS) warnings.push("trust_old");
  else if (age_ms >= TRUST_AGING_HOURS * HOUR_MS) warnings.push("trust_aging");
  if (!stopped || evidence.status !== "verified") return { ...evidence, warnings };
  const { facts } = evidenceOf(evidence.family, "claim", "untrusted");
  return { ...evidence, status: "claim", code: "untrusted", facts, warnings };
}
