/**
 * What the tablet's screens see of its core: one state, a handful of calls, and the errors they throw.
 *
 * Names are those of the wire (schemas/, sync/SPEC.md). Times end in `_ms` and are Unix milliseconds.
 */

import type { Evidence } from "../../shared/credentials/index.ts";
import type { AppState } from "./app_state.ts";
import type { Conflict, ConflictSide, ConflictWrite } from "./conflicts.ts";
import type { GateWork } from "./gate.ts";
import type { KnownPerson, PeopleBook } from "./known_people.ts";
import type { Note, Noted, Noting } from "./noting.ts";
import type { RefusedEvent } from "./refused.ts";
import type { ShiftPacks } from "./shift_packs.ts";
import type { ShiftBook } from "./shifts.ts";
import type { Drained } from "./standing.ts";
import type { Told, ToldAlert } from "./told.ts";
import type { TurnedBack } from "./turned_back.ts";
import type { UnsentFile } from "./unsent_file.ts";
import type { WaveThrough } from "./waving.ts";
import type { Wiping } from "./wiping.ts";
import type { Announced, CrossingDraft, CrossingSummary, Decision, Lead, NamedPlace, SavedCrossing } from "./vocabulary.ts";

export type { KnownPerson, PeopleBook };
export type { Conflict, ConflictSide, ConflictWrite, Drained, Evidence, Note, Noted, RefusedEvent, ToldAlert, TurnedBack, UnsentFile, WaveThrough };
export type * from "./app_state.ts";
export type * from "./shift_packs.ts";
export type * from "./shifts.ts";
export type * from "./vocabulary.ts";
export { CoreError } from "./core_error.ts";

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
