/** The one state that screens see; `types.ts` says what they can do about it. */

import type { StorageState } from "./room.ts";
import type { ShiftState } from "./shift_state.ts";
import type { Drained } from "./standing.ts";
import type { Checkpoint, OfficerOnDuty, PackState, WaveState } from "./vocabulary.ts";

export type Phase = "starting" | "not_enrolled" | "closed" | "locked" | "open";

export interface SyncState {
  /** waiting: a round is under way, and nobody has answered for some seconds. */
  status: "idle" | "sending" | "waiting" | "offline" | "error";
  /** A problem code of the server or of this tablet, from a round that failed until one has ended well. */
  code: string | null;
  /** When the next attempt is due, if one is. */
  next_ms: number | null;
  /** While a round is under way: device time when it began, or when the server last answered in it. */
  since_ms: number | null;
}

/** An immutable snapshot: a new object whenever anything in it changed. */
export interface AppState {
  phase: Phase;
  device: string | null;
  checkpoint: Checkpoint | null;
  lane: string | null;
  officer: OfficerOnDuty | null;
  unsent: number;
  /** Up to which own event each level holds the chain (SPEC P7). */
  drained: Drained;
  /** Device time of the oldest unsent event. */
  oldest_unsent_ms: number | null;
  /** Device time of the last round the server answered. */
  last_contact_ms: number | null;
  sync: SyncState;
  packs: Readonly<Record<string, PackState>>;
  /** server − device, as last measured; null before the first contact. */
  clock_skew_ms: number | null;
  storage: StorageState;
  rejected: number;
  held: number;
  /** Open conflicts of the checkpoint, as last counted while a shift was open. */
  conflicts: number;
  /** Shifts of the checkpoint of the last two days, newest first, as far as this tablet has them; none until one is on duty. */
  shifts: readonly ShiftState[];
  /** Alerts about crossings here that nobody at this tablet has read. */
  told: number;
  /** The wave-through that runs on this tablet. */
  wave: WaveState | null;
  /** Wrong PINs in a row, and when the next one may be tried. */
  pin: { failures: number; retry_at_ms: number; lead_needed: boolean };
  update_ready: boolean;
  /** Its keys are gone and no shift can be opened: it deletes itself once nothing is unsent (SPEC Q4). */
  wiping: boolean;
  /** Something a person has to know: "device.revoked", "device.forked", "receipt.head", "pack.signature", … */
  alerts: readonly string[];
}
