/**
 * What the tablet's screens see of its core: one state, a handful of calls, and the errors they throw.
 *
 * Names are those of the wire (schemas/, sync/SPEC.md). Times end in `_ms` and are Unix milliseconds.
 */

import type { Evidence } from "../../shared/credentials/index.ts";
import type { Conflict, ConflictSide, ConflictWrite } from "./conflicts.ts";
import type { RefusedEvent } from "./refused.ts";
import type { StorageState } from "./room.ts";
import type { Drained } from "./standing.ts";
import type { TurnedBack } from "./turned_back.ts";

export type { Conflict, ConflictSide, ConflictWrite, Drained, Evidence, RefusedEvent, TurnedBack };
export type Direction = "in" | "out";
export type Mode = "checked" | "green_lane" | "waved" | "group";
export type Purpose =
  "work" | "goods" | "medical" | "emergency" | "essential" | "return_home" | "official" | "other";
export type VehicleClass =
  | "motorbike"
  | "car"
  | "taxi"
  | "bus"
  | "van"
  | "truck"
  | "tractor_trailer"
  | "ambulance"
  | "bicycle"
  | "on_foot"
  | "other";
export type PlateColour = "white" | "yellow" | "blue" | "red" | "other";
export type Role = "driver" | "passenger" | "walker";
export type CardColour = "green" | "yellow" | "none";
export type GoodsGroup =
  | "food"
  | "farm_products"
  | "sea_products"
  | "production_materials"
  | "energy"
  | "textiles"
  | "medical_supplies"
  | "local_needs"
  | "other";
export type Unit = "tonne" | "kg" | "box" | "head" | "litre";
export type Action = "passed" | "referred" | "turned_back";
export type Outcome = "pass" | "refer" | "turn_back";
export type OverrideReason =
  "paper_shown" | "emergency" | "superior_order" | "code_unreadable" | "local_resident" | "other";
export type OfficerRole = "officer" | "lead" | "medic" | "volunteer";
export type CheckpointClass = "city" | "ward" | "border" | "market" | "ring" | "mobile";

export interface Identity {
  name: string | null;
  birth_date: string | null;
  id_number: string | null;
  sex: "M" | "F" | null;
  phone: string | null;
  address: string | null;
}

export interface Verdict {
  outcome: Outcome;
  reasons: readonly string[];
  rules: readonly string[];
  packs: Record<string, number>;
}

/** An administrative unit; codes were reused after 7/2025, so the data set is part of the key. */
export interface Place {
  dataset: "2021" | "2025";
  code: string;
}

/** A place the levels pack knows. `level`: 1–4 as in force now, null: none declared. */
export interface NamedPlace {
  place: Place;
  name: string;
  level: number | null;
}

export interface Plate {
  read: string;
  normal: string;
  candidates: readonly string[];
}

export interface Card {
  colour: CardColour;
  basis: "seen" | "verified";
}

export interface DraftPerson {
  role: Role;
  /** null: showed no code. */
  evidence: Evidence | null;
  card: Card | null;
  /** What the officer typed; it fills what the code does not say. */
  identity?: Partial<Identity>;
  temperature_c?: number;
  symptoms?: readonly string[];
}

export interface DraftGoods {
  group: GoodsGroup;
  quantity: number;
  unit: Unit;
  perishable: boolean;
  description?: string;
}

export interface CrossingDraft {
  direction: Direction;
  mode: Mode;
  purpose: Purpose;
  origin: Place | null;
  destination: Place | null;
  plate: Plate | null;
  vehicle_class: VehicleClass;
  plate_colour: PlateColour | null;
  people: readonly DraftPerson[];
  goods: readonly DraftGoods[];
  /** Everybody who crosses, also those whose code was not read. */
  headcount: number;
  action: Action;
  override: OverrideReason | null;
  note?: string;
  /** When the first code was read, for the waiting time; null when unknown. */
  started_ms?: number | null;
}

export interface ReasonText {
  code: string;
  vi: string;
  en: string;
}

/** On whose word a rule rests; `unconfirmed` is said wherever it is shown. */
export interface LegalBasis {
  document: string;
  clause: string;
  unconfirmed: boolean;
}

/** The most restrictive verdict of a draft, its reasons in words, and each person's own verdict. */
export interface Decision {
  verdict: Verdict;
  reasons: readonly ReasonText[];
  /** Of the rule that decided; null where none did (no rule fired, or the packs cannot be used). */
  basis: LegalBasis | null;
  people: readonly Verdict[];
}

export interface SavedCrossing {
  record: string;
  /** "device:seq" of the event. */
  ref: string;
  seq: number;
  time_ms: number;
}

export interface CrossingSummary {
  record: string;
  ref: string;
  /** When it happened, corrected by the clock offset. */
  time_ms: number;
  /** Written on this tablet. */
  own: boolean;
  lane: string | null;
  direction: Direction | null;
  mode: Mode | null;
  vehicle_class: VehicleClass | null;
  plate: Plate | null;
  headcount: number;
  outcome: Outcome | null;
  action: Action | null;
  reasons: readonly string[];
  overridden: boolean;
  voided: boolean;
  /** A name of the first person; null while locked, withheld or unknown. */
  name: string | null;
  state: "unsent" | "sent" | "held" | "rejected" | "pulled";
  code: string | null;
}

/** What is not sent yet, as a file to carry by hand (SPEC X). */
export interface UnsentFile {
  name: string;
  /** Each ends with a line break. */
  lines: readonly string[];
  events: number;
}

export type Phase = "starting" | "not_enrolled" | "closed" | "locked" | "open";

export interface Checkpoint {
  id: string;
  name: string;
  province: string;
  class: CheckpointClass;
  lane: string;
  lanes: readonly string[];
  road: string;
  hotline: string;
}

export interface OfficerOnDuty {
  id: string;
  name: string;
  role: OfficerRole;
}

export interface PackState {
  version: number;
  issued_ms: number;
  age_state: "fresh" | "amber" | "red";
}

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
  /** Wrong PINs in a row, and when the next one may be tried. */
  pin: { failures: number; retry_at_ms: number; lead_needed: boolean };
  update_ready: boolean;
  /** Something a person has to know: "device.revoked", "device.forked", "receipt.head", "pack.signature", … */
  alerts: readonly string[];
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
  /** Voids a crossing just saved, as an event of its own. */
  undo(saved: SavedCrossing): Promise<void>;
  /** Own crossings and other tablets' of this checkpoint, newest first. */
  recent(limit: number): Promise<readonly CrossingSummary[]>;
  /** What tablets wrote differently and a person has to decide; none while the shift is not open. */
  conflicts(): Promise<readonly Conflict[]>;
  /** Closes a conflict by `choice` of one of its sides. Throws CoreError("conflict.changed" | "shift.closed" | "storage.…"). */
  resolve(conflict: Conflict, choice: string): Promise<void>;
  /** Own events that the server held or rejected. */
  refused(): Promise<readonly RefusedEvent[]>;
  /** Whether a checkpoint nearby turned this plate (its normal form) back within a day. */
  turnedBack(plate: string): Promise<TurnedBack | null>;
  /** The unsent events, signed, persons sealed; also while locked. They stay unsent. Throws CoreError("export.empty"). */
  exportUnsent(): Promise<UnsentFile>;
  syncNow(): Promise<void>;
  /** The places of the levels pack; changes only when `state().packs` is another object. */
  places(): readonly NamedPlace[];
  /** The service worker has a new version waiting. */
  setUpdateReady(ready: boolean): void;
}

/** The one error of the core: a stable code, and what a screen may show with it. */
export class CoreError extends Error {
  readonly code: string;
  /** The field concerned, or the milliseconds to wait for "badge.wait". */
  readonly at: string | number | null;

  constructor(code: string, at: string | number | null = null) {
    super(at === null ? code : `${code} at ${at}`);
    this.name = "CoreError";
    this.code = code;
    this.at = at;
  }
}
