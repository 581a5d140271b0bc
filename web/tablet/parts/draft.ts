/** A crossing while it is being written down. */

import { uuid7 } from "../../shared/sync/encoding.ts";
import { permitSubject } from "../../shared/rules/permits.ts";
import { folded } from "./places.ts";
import { LONGEST_PLATE, plateFrom } from "./plate_text.ts";
import type { Action, CrossingDraft, Direction, DraftPerson, Evidence, Outcome, Place, Plate, Role, VehicleClass } from "../core/types.ts";

export const ACTIONS: readonly Action[] = ["passed", "referred", "turned_back"];

/** What is done when an officer follows the verdict. */
export const ACTION_OF: Record<Outcome, Action> = { pass: "passed", refer: "referred", turn_back: "turned_back" };

/** Doing other than the verdict says needs a reason, also when it is stricter. */
export function needsOverride(outcome: Outcome, action: Action): boolean {
  return ACTION_OF[outcome] !== action;
}

export function newDraft(direction: Direction, vehicle_class: VehicleClass, started_ms: number): CrossingDraft {
  return {
    record: uuid7(started_ms, crypto.getRandomValues(new Uint8Array(10))),
    direction,
    mode: "checked",
    purpose: "work",
    origin: null,
    destination: null,
    plate: null,
    vehicle_class,
    plate_colour: null,
    people: [],
    goods: [],
    headcount: 1,
    action: "passed",
    override: null,
    started_ms,
  };
}

/** A green-lane vehicle: goods traffic that is not stopped, with a driver nobody scanned. */
export function greenLaneDraft(direction: Direction, started_ms: number): CrossingDraft {
  return { ...newDraft(direction, "truck", started_ms), mode: "green_lane", purpose: "goods" };
}

/** The most that one crossing may have. */
export const MOST_PEOPLE = 500;
export const MOST_LINES = 12;

/** How many people a manifest says are in the vehicle. */
function mannedBy(evidence: Evidence | null): number {
  const workers = evidence?.subject?.type === "manifest" ? evidence.subject["workers"] : null;
  return typeof workers === "number" ? Math.min(workers, MOST_PEOPLE) : 0;
}

/** What the people in the vehicle are compared with; `headcount` is what the officer counts. */
function expected(evidence: Evidence | null): Partial<CrossingDraft> {
  const workers = mannedBy(evidence);
  return workers === 0 ? {} : { expected_headcount: workers };
}

/** How many more people than the manifest says; negative: they are missing. null where none says. */
export function headcountDifference({ headcount, expected_headcount }: CrossingDraft): number | null {
  return expected_headcount === undefined ? null : headcount - expected_headcount;
}

/** Whether a manifest of this crossing names somebody; null where none names anybody, or nobody can be told. */
export function isListed(draft: CrossingDraft, person: DraftPerson): boolean | null {
  const named = draft.people.flatMap(({ evidence }) => (evidence?.subject?.type === "manifest" ? (evidence.subject["people"] ?? []) : []) as Listed[]);
  const number = person.identity?.id_number ?? person.evidence?.identity?.id_number ?? null;
  // Some codes carry no marks.
  const name = folded(person.identity?.name ?? person.evidence?.identity?.name ?? "");
  if (named.length === 0 || (number === null && name === "")) return null;
  return named.some((one) => (one.id_number !== null && number !== null ? one.id_number === number : folded(one.name) === name));
}

/** Whether this very document was read for this crossing before: a scanner's second click is no second person. */
export function isRepeated(draft: CrossingDraft, { family, identity, subject }: Evidence): boolean {
  const id = subject?.["id"] ?? null;
  const number = identity?.id_number ?? null;
  return draft.people.some(({ evidence: one }) =>
    one?.family !== family ? false : (id !== null && one.subject?.["id"] === id) || (number !== null && one.identity?.id_number === number),
  );
}

interface Listed {
  name: string;
  id_number: string | null;
}

/** Whether eyes or hands have to add something before the rules can be asked. What is verified and names its holder is compared on the verdict's own screen. */
export function asksPerson({ family, status, identity, subject, warnings }: Evidence): boolean {
  const of_vehicle = subject?.type === "pass" || subject?.type === "manifest";
  return family !== "own" || status !== "verified" || warnings.length > 0 || (identity === null && !of_vehicle);
}

/** An emergency vehicle: nobody is asked for anything before the rules have said so. */
export function emergencyDraft(direction: Direction, started_ms: number): CrossingDraft {
  return { ...newDraft(direction, "ambulance", started_ms), purpose: "emergency" };
}

/** The next person's most likely role. */
export function nextRole(draft: CrossingDraft): Role {
  if (draft.vehicle_class === "on_foot") return "walker";
  return draft.people.some((person) => person.role === "driver") ? "passenger" : "driver";
}

export function withPerson(draft: CrossingDraft, person: DraftPerson): CrossingDraft {
  const people = [...draft.people, person];
  const origin = draft.origin ?? (person.evidence === null ? null : declaredOrigin(person.evidence));
  const on_foot = person.role === "walker" && draft.people.length === 0;
  return {
    ...draft,
    ...(isPlain(draft) ? saidByDocument(person.evidence) : {}),
    people,
    origin,
    headcount: Math.max(draft.headcount, people.length, mannedBy(person.evidence)),
    ...expected(person.evidence),
    plate: draft.plate ?? declaredPlate(person.evidence),
    ...(on_foot ? { vehicle_class: "on_foot" } : {}),
  };
}

/** With what the officer changed. Who has no vehicle walks, and a vehicle has a driver. */
export function changed(draft: CrossingDraft, patch: Partial<CrossingDraft>): CrossingDraft {
  const next = { ...draft, ...patch };
  if (next.vehicle_class === draft.vehicle_class) return next;
  if (next.vehicle_class === "on_foot") return { ...next, people: next.people.map((one) => ({ ...one, role: "walker" })) };
  if (draft.vehicle_class !== "on_foot") return next;
  return { ...next, people: next.people.map((one, at) => ({ ...one, role: at === 0 ? "driver" : "passenger" })) };
}

/** Without somebody who was read by mistake; how many cross is another matter. */
export function withoutPerson(draft: CrossingDraft, at: number): CrossingDraft {
  const { expected_headcount, ...rest } = draft;
  const people = draft.people.filter((_, other) => other !== at);
  const listed = people.some(({ evidence }) => mannedBy(evidence) > 0);
  return { ...rest, people, ...(listed && expected_headcount !== undefined ? { expected_headcount } : {}) };
}

/** Nothing is known of it yet: no person, no lane of its own, no emergency. */
function isPlain({ people, mode, purpose }: CrossingDraft): boolean {
  return people.length === 0 && mode === "checked" && purpose !== "emergency";
}

/** What nobody has to tap where a green-lane pass or a shuttle's manifest is the first thing shown. */
function saidByDocument(evidence: Evidence | null): Partial<CrossingDraft> {
  switch (evidence?.status === "verified" ? permitSubject(evidence)?.["type"] : null) {
    case "pass":
      return { mode: "green_lane", purpose: "goods", vehicle_class: "truck" };
    case "manifest":
      return { mode: "group", purpose: "work", vehicle_class: "bus" };
    default:
      return {};
  }
}

/** The plate that a permit, pass or manifest of this crossing names; null where none does. */
export function documentPlate(draft: CrossingDraft): string | null {
  const plates = draft.people.map(({ evidence }) => permitSubject(evidence)?.["plate"]);
  const found = plates.find((one) => typeof one === "string" && one !== "");
  return typeof found === "string" ? found : null;
}

/** The plate that a verified declaration names: what was declared of this journey, to be compared with the vehicle. */
function declaredPlate(evidence: Evidence | null): Plate | null {
  const plate = evidence?.status === "verified" ? evidence.facts.declaration?.plate : null;
  const read = typeof plate === "string" ? plateFrom(plate) : null;
  return read !== null && read.normal.length <= LONGEST_PLATE && read.candidates.some((one) => one !== "other") ? read : null;
}

/** Where a verified declaration says the journey began. */
export function declaredOrigin(evidence: Evidence): Place | null {
  if (evidence.status !== "verified") return null;
  return evidence.facts.declaration?.origin ?? null;
}

/** The action follows the verdict until the officer has chosen one and said why. */
export function followVerdict(draft: CrossingDraft, outcome: Outcome): CrossingDraft {
  if (draft.override !== null && needsOverride(outcome, draft.action)) return draft;
  return { ...draft, action: ACTION_OF[outcome], override: null, approved_by: null };
}
