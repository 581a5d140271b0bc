/** What crossings are made of, in the words of the wire (schemas/, sync/SPEC.md). Times end in `_ms`: Unix milliseconds. */

import type { Evidence } from "../../shared/credentials/index.ts";
import type { Asking } from "../../shared/rules/signs.ts";

export type { Asking };

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
/** How it is known who somebody is. */
export type IdentifiedBy = "code" | "id_card" | "phone_lookup" | "on_behalf" | "paper_later";
export type TestType = "rapid" | "pcr_sample";
export type TestResult = "negative" | "pending" | "invalid" | "positive";
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
export type Source = "live" | "paper";
export type VoidReason = "undone" | "wrong_entry" | "entered_twice" | "did_not_cross" | "other";
export type WaveReason = "queue" | "weather" | "accident" | "superior_order" | "other";
export type WaveClass = "car" | "truck" | "motorbike" | "bus";
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
  /** As the officer asked; empty: asked, and none. */
  symptoms?: readonly string[];
  /** Has met a case within 14 days, as the officer asked. */
  exposure?: boolean;
  /** Only where no code says who it is: a full bus has to fit into one body. */
  identified_by?: IdentifiedBy;
}

export interface DraftGoods {
  group: GoodsGroup;
  quantity: number;
  unit: Unit;
  perishable: boolean;
  description?: string;
}

export interface CrossingDraft {
  /** The id of the record to be; the traveller's complaint code follows from it (SPEC E9). */
  record?: string;
  /** The traveller was shown the code: the crossing has to be saved. */
  told?: boolean;
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
  /** The lead who agreed to the override, by badge and PIN; only for an override that needs it. */
  approved_by?: string | null;
  /** Of a tractor's trailer. */
  trailer_plate?: Plate | null;
  /** How many people a manifest says are in the vehicle. */
  expected_headcount?: number;
  /** Drawn by lot for a closer look, though the rules would let it pass. */
  sampled?: boolean;
  /** What the vehicles of one convoy share. */
  convoy?: string;
  note?: string;
  /** When the journey began, as far as it was asked: just before a level rose, or no sooner than that. */
  departed_ms?: number | null;
  /** Of who leaves: the crossing by which they came in; null where the officer said that it is another. */
  paired_entry?: string | null;
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
  /** The rises of a level, oldest first, before which to have departed would count for more; mostly none. */
  asks_departure_ms: readonly number[];
  /** The levels that count are those when the journey began. */
  grace: boolean;
  /** Whether people are asked for temperature and symptoms here; never of the green lane or an emergency. */
  signs: Asking;
  /** The override of this draft needs a lead who is not on duty on this tablet. */
  needs_approval: boolean;
  /** How many of a thousand green-lane vehicles that would pass are looked at all the same. */
  sampling_per_mille: number;
  /** The goods for which the vehicle goes first, "perishable" where they only spoil; mostly none. */
  priority: readonly string[];
}

/** What is about to change: a place's level, or a rule that begins or ends to hold here. */
export type Announced = { id: string; starts_ms: number; near: boolean } & (
  | { kind: "level"; name: string; from_level: number | null; level: number }
  | { kind: "rule_starts" | "rule_ends"; outcome: Outcome; vi: string; en: string }
);

/** A wave-through that runs on this tablet, and what it has counted so far. */
export interface WaveState {
  record: string;
  reason: WaveReason;
  direction: Direction;
  /** Device time. */
  started_ms: number;
  counts: Readonly<Record<WaveClass, number>>;
  total: number;
  /** The class that an undo takes one from; null where nothing is counted. */
  last: WaveClass | null;
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

/** Somebody who answers for what is not sent: a lead's badge and PIN. */
export interface Lead {
  badge_text: string;
  pin: string;
}
