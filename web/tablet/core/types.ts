/**
 * What the tablet's screens see of its core: one state, a handful of calls, and the errors they throw.
 *
 * Names are those of the wire (schemas/, sync/SPEC.md). Times end in `_ms` and are Unix milliseconds.
 */

import type { Evidence } from "../../shared/credentials/index.ts";
import type { Conflict, ConflictSide, ConflictWrite } from "./conflicts.ts";
import type { GateWork } from "./gate.ts";
import type { KnownPerson, PeopleBook } from "./known_people.ts";
import type { Note, Noted, Noting } from "./noting.ts";
import type { RefusedEvent } from "./refused.ts";
import type { StorageState } from "./room.ts";
import type { ShiftPacks } from "./shift_packs.ts";
import type { ShiftBook, ShiftState } from "./shifts.ts";
import type { Drained } from "./standing.ts";
import type { Told, ToldAlert } from "./told.ts";
import type { TurnedBack } from "./turned_back.ts";
import type { Wiping } from "./wiping.ts";
import type { Announced, Checkpoint, CrossingDraft, CrossingSummary, Decision, Direction, NamedPlace, OfficerOnDuty, PackState, SavedCrossing, WaveClass, WaveReason, WaveState } from "./vocabulary.ts";

export type { KnownPerson, PeopleBook };
export type { Conflict, ConflictSide, ConflictWrite, Drained, Evidence, Note, Noted, RefusedEvent, ToldAlert, TurnedBack };
export type * from "./shift_packs.ts";
export type * from "./shifts.ts";
export type * from "./vocabulary.ts";
export { CoreError } from "./core_error.ts";

export interface UnsentFile {
  name: string;
  /** Each ends with a line break. */
  lines: readonly string[];
  events: number;
}

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

/** Somebody who answers for what is not sent: a lead's badge and PIN. */
export interface Lead {
  badge_text: string;
  pin: string;
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

/** Vehicles that pass unchecked and are only counted; every call resolves when it is on disk. Each may throw CoreError("shift.closed" | "storage.…"). */
export interface WaveThrough {
  /** A lead alone decides. Throws CoreError("wave.lead" | "wave.running" | "badge.…"). */
  start(direction: Direction, reason: WaveReason, lead?: Lead): Promise<void>;
  /** One vehicle more. Throws CoreError("wave.none"). */
  tap(vehicle_class: WaveClass): Promise<void>;
  /** Takes the last vehicle back; nothing where there is none. Throws CoreError("wave.none"). */
  undo(): Promise<void>;
  /** Throws CoreError("wave.none"). */
  end(): Promise<void>;
}

export interface Core {
  state(): AppState;
  /** Calls `listener` after every change; returns what unsubscribes. */
  subscribe(listener: () => void): () => void;
  /** Opens the store and starts the sync loop. Needs no network. Without a store: alert "storage.failed", phase "starting". */
  start(): Promise<void>;
  /** A whole link (…/tablet/#enrol=code) or the bare code. Throws CoreError("offline" | "enrolment.code" | …). */
  enrol(link_or_code: string): Promise<void>;
  /** Throws CoreError("badge.unreadable" | "badge.invalid" | "badge.officer" | "badge.pin" | "badge.wait" | "badge.lead" | "pack.missing"). */
  openShift(badge_text: string, pin: string): Promise<void>;
  lock(): void;
  /** PIN alone, while the app stayed in memory. */
  reopen(pin: string): Promise<void>;
  /** With unsent events only for a lead. Throws CoreError("shift.unsent" | "badge.…"). */
  closeShift(lead?: Lead): Promise<void>;
  /** Recognise and verify one code; any text gives Evidence. */
  readCode(text: string): Promise<Evidence>;
  /** Cheap and synchronous: call it on each change of the draft. */
  decide(draft: CrossingDraft): Decision;
  /** Resolves when the event is on disk, never before. Throws CoreError("shift.closed" | "draft.…" | "storage.…"). */
  save(draft: CrossingDraft): Promise<SavedCrossing>;
  /** The id of the lead who agrees to an override, for `approved_by`. Throws CoreError("badge.…"). */
  approve(lead: Lead): Promise<string>;
  /** Whether the lot falls on this vehicle. */
  isDrawn(per_mille: number): boolean;
  /** Voids a crossing just saved, as an event of its own. */
  undo(saved: SavedCrossing): Promise<void>;
  readonly waving: WaveThrough;
  /** A lead wipes this tablet. Throws CoreError("wipe.lead" | "wipe.unsent" | "badge.…"). */
  readonly wiping: Pick<Wiping, "byHand">;
  readonly shifts: ShiftBook;
  /** What the packs say for a shift: who may be on duty, whom to call, the procedure. */
  readonly shift_packs: Pick<ShiftPacks, "officers" | "planned" | "phones" | "steps" | "legal">;
  /** Records of other kinds, in the name of the open shift. */
  readonly noting: Pick<Noting, "write" | "own">;
  /** Mending, finding, pairing and counting crossings. */
  readonly gate: GateWork;
  /** Who passed here before, by their whole number. */
  readonly people: PeopleBook;
  /** Own crossings and other tablets' of this checkpoint, newest first. */
  recent(limit: number): Promise<readonly CrossingSummary[]>;
  /** What tablets wrote differently and a person has to decide; none while the shift is not open. */
  conflicts(): Promise<readonly Conflict[]>;
  /** Closes a conflict by `choice` of one of its sides. Throws CoreError("conflict.changed" | "shift.closed" | "storage.…"). */
  resolve(conflict: Conflict, choice: string): Promise<void>;
  /** Own events that the server held or rejected. */
  refused(): Promise<readonly RefusedEvent[]>;
  /** Open alerts about crossings of this checkpoint, as the home server told them. */
  readonly told: Pick<Told, "list" | "markRead">;
  /** Whether this checkpoint or one nearby turned this plate (its normal form) back within the hours that count. */
  turnedBack(plate: string): Promise<TurnedBack | null>;
  /** The unsent events, signed, persons sealed; also while locked. They stay unsent. Throws CoreError("export.empty"). */
  exportUnsent(): Promise<UnsentFile>;
  syncNow(): Promise<void>;
  /** The places of the levels pack; the same list until a level begins or ends. */
  places(): readonly NamedPlace[];
  /** Levels and rules that start or end within 48 h, those nearby first; the same list for a minute. */
  announced(): readonly Announced[];
  /** Levels that began here in the province within the last 24 h, the latest first. */
  begun(): readonly Announced[];
  /** The service worker has a new version waiting. */
  setUpdateReady(ready: boolean): void;
}
