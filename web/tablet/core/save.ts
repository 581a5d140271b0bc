/** A draft as the texts of a crossing, version 1 (schemas/records.py): body without persons, person part apart. */

import { uuid7 } from "../../shared/sync/encoding.ts";
import type { Fields, Items } from "../../shared/sync/events.ts";
import type { Draft, PersonPart } from "./append.ts";
import { boundedFact, cut, cutAll } from "./bounds.ts";
import type { Environment } from "./environment.ts";
import { CoreError } from "./core_error.ts";
import { permitFact } from "./journey_external.ts";
import type { Evidence } from "../../shared/credentials/index.ts";
import type { CrossingDraft, Decision, DraftGoods, DraftPerson, Place, Plate, Verdict } from "./vocabulary.ts";

const MAX_HEADCOUNT = 500;
const MAX_WAIT_S = 86_400;
const TEMPERATURE_C = { low: 30, high: 45 };
/** Longest texts of schemas/records.py and schemas/shapes.py, in characters. */
const LONGEST = {
  ...{ name: 200, id_number: 32, birth_date: 10, phone: 20, address: 300, description: 200, note: 500 },
  ...{ lane: 32, place: 16, plate: 16, plate_read: 24, candidate: 32, code: 32, key_id: 64, issuer: 128 },
  ...{ instant: 32, reason: 64, rule: 64, fingerprint: 64, symptom: 32 },
};
/** Longest lists there. */
const MOST = { candidates: 8, reasons: 16, rules: 32, fingerprints: 8, symptoms: 16 };

/** What every event of this shift says in its header. */
export interface Header {
  home: string;
  lane: string;
  offset_ms: number | null;
  officer: string;
  packs: Record<string, number>;
}

/** Throws CoreError("draft.<what>", field) for a draft that must not be saved. */
export function checkDraft(draft: CrossingDraft, decision: Decision): void {
  const { headcount, people, goods, plate } = draft;
  if (!Number.isInteger(headcount) || headcount < Math.max(1, people.length) || headcount > MAX_HEADCOUNT) {
    throw new CoreError("draft.headcount", "headcount");
  }
  for (const one of [plate, draft.trailer_plate ?? null]) {
    if (one !== null && (one.normal === "" || one.normal.length > LONGEST.plate || one.read.length > LONGEST.plate_read)) {
      throw new CoreError("draft.plate", "plate");
    }
  }
  for (const { temperature_c = 36 } of people) {
    const measured = temperature_c >= TEMPERATURE_C.low && temperature_c <= TEMPERATURE_C.high;
    if (!measured) throw new CoreError("draft.temperature", "temperature_c");
  }
  for (const { quantity } of goods) {
    if (!Number.isFinite(quantity) || quantity < 0 || quantity > 1e9) throw new CoreError("draft.goods", "goods");
  }
  const letsThrough = draft.action !== "turned_back";
  if (decision.verdict.outcome === "turn_back" && letsThrough && draft.override === null) {
    throw new CoreError("draft.override", "override");
  }
  if (decision.needs_approval) throw new CoreError("draft.approval", "override");
}

/** The event of a new crossing. No raw code is in it; of an opaque code only family, status and code. */
export function crossingEvent(
  environment: Pick<Environment, "now" | "random">,
  draft: CrossingDraft,
  decision: Decision,
  header: Header,
): { draft: Draft; person: PersonPart } {
  const now = environment.now();
  const set: Fields = {
    lane: cut(header.lane, LONGEST.lane) ?? "",
    direction: draft.direction,
    mode: draft.mode,
    purpose: draft.purpose,
    origin: placeOf(draft.origin),
    destination: placeOf(draft.destination),
    ...(draft.departed_ms === undefined || draft.departed_ms === null ? {} : { departed_ms: draft.departed_ms }),
    plate: plateOf(draft.plate),
    vehicle_class: draft.vehicle_class,
    ...(draft.plate_colour === null ? {} : { plate_colour: draft.plate_colour }),
    headcount: draft.headcount,
    ...besideOf(draft),
    verdict: verdictOf(decision.verdict),
    action: draft.action,
    override: overrideOf(draft, header.officer),
    ...waitOf(draft.started_ms ?? null, now),
  };
  const people = numbered(draft.people, (one, at) => ({
    role: one.role,
    evidence: evidenceOf(one.evidence),
    ...present({ identified_by: one.identified_by }),
    ...personVerdict(decision.people[at]),
  }));
  const goods = numbered(draft.goods, ({ group, quantity, unit, perishable }) => ({ group, quantity, unit, perishable }));
  const record = draft.record ?? uuid7(now, environment.random(10));
  return {
    draft: { ...headerOf(header, now), record, fields: set, items: itemsOf({ people, goods }), over: {} },
    person: personPart(draft, now + (header.offset_ms ?? 0)),
  };
}

/** Voids a crossing: an event of its own, nothing is deleted. */
export function voidEvent(environment: Pick<Environment, "now">, record: string, header: Header): Draft {
  const fields = { voided: "undone" };
  return { ...headerOf(header, environment.now()), record, fields, items: {}, over: {} };
}

/** An event of this shift, without what it says. */
export function headerOf(header: Header, now: number): Omit<Draft, "record" | "fields" | "items" | "over"> {
  const { home, officer, packs, offset_ms } = header;
  return { kind: "crossing", version: 1, home, time_ms: now, offset_ms, officer, packs };
}

/** Pack versions stand in the event's header; here only what was decided and why. */
function verdictOf({ outcome, reasons, rules }: Verdict): Fields {
  return { outcome, reasons: reasonsOf(reasons), rules: cutAll(rules, MOST.rules, LONGEST.rule) };
}

/** Without the rules: the crossing's verdict names them all, and a full bus has to fit into one body. */
function personVerdict(verdict: Verdict | undefined): Fields {
  return verdict === undefined ? {} : { verdict: { outcome: verdict.outcome, reasons: reasonsOf(verdict.reasons) } };
}

function reasonsOf(reasons: readonly string[]): string[] {
  return cutAll(reasons, MOST.reasons, LONGEST.reason);
}

/** What most crossings do not have. */
function besideOf({ trailer_plate = null, expected_headcount, sampled = false, convoy }: CrossingDraft): Fields {
  return {
    ...(trailer_plate === null ? {} : { trailer_plate: plateOf(trailer_plate) }),
    ...(expected_headcount === undefined ? {} : { expected_headcount: Math.min(MAX_HEADCOUNT, expected_headcount) }),
    ...(sampled ? { sampled } : {}),
    ...(convoy === undefined ? {} : { convoy }),
  };
}

function overrideOf({ override, approved_by = null }: CrossingDraft, officer: string): Fields | null {
  return override === null ? null : { reason: override, by: officer, ...present({ approved_by }) };
}

/** A declared origin is only as good as its code: one that no table can hold is none. */
function placeOf(place: Place | null): Fields | null {
  const code = cut(place?.code, LONGEST.place);
  const known = place !== null && (place.dataset === "2021" || place.dataset === "2025");
  return known && code === place.code ? { dataset: place.dataset, code } : null;
}

function plateOf(plate: Plate | null): Fields | null {
  const normal = cut(plate?.normal, LONGEST.plate);
  if (plate === null || normal === null) return null;
  const read = cut(plate.read, LONGEST.plate_read) ?? normal;
  return { read, normal, candidates: cutAll(plate.candidates, MOST.candidates, LONGEST.candidate) };
}

/** What the code proved, without whom it concerns. Somebody who shows no code says who they are: a claim. */
function evidenceOf(evidence: Evidence | null): Fields {
  if (evidence === null) return { family: "none", status: "claim", code: "unsigned" };
  const { family, status, code } = evidence;
  const key_id = cut(evidence.key_id, LONGEST.key_id);
  const issuer = cut(evidence.issuer, LONGEST.issuer);
  const issued_at = cut(evidence.issued_at, LONGEST.instant);
  const expires_at = cut(evidence.expires_at, LONGEST.instant);
  return { family, status, code: cut(code, LONGEST.code) ?? "", ...present({ key_id, issuer, issued_at, expires_at }) };
}

function personPart(draft: CrossingDraft, serverMs: number): PersonPart {
  const people = numbered(draft.people, (one) => personOf(one, permitFact(draft, one.evidence, serverMs)));
  const goods = numbered(draft.goods, ({ description }: DraftGoods) => present({ description: cut(description, LONGEST.description) }));
  return { fields: present({ note: cut(draft.note, LONGEST.note) }), items: itemsOf({ people, goods }) };
}

function personOf({ evidence, identity, card, temperature_c, symptoms, exposure }: DraftPerson, permit: Fields | null): Fields {
  const known = { ...evidence?.identity, ...present({ ...identity }) };
  const facts = Object.entries(evidence?.facts ?? {}).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== null,
  );
  return present({
    name: cut(known.name, LONGEST.name),
    id_number: cut(known.id_number, LONGEST.id_number),
    birth_date: cut(known.birth_date, LONGEST.birth_date),
    sex: known.sex === "M" || known.sex === "F" ? known.sex : null,
    phone: cut(known.phone, LONGEST.phone),
    address: cut(known.address, LONGEST.address),
    card,
    facts: facts.length === 0 && permit === null ? null : { ...(boundedFact(Object.fromEntries(facts)) as Fields), ...present({ permit }) },
    fingerprints: some(cutAll(evidence?.fingerprints, MOST.fingerprints, LONGEST.fingerprint)),
    temperature_c,
    // An empty list says that somebody asked.
    symptoms: symptoms === undefined ? null : cutAll(symptoms, MOST.symptoms, LONGEST.symptom),
    exposure,
  });
}

/** Item names are "1", "2", …: they came with their record (SPEC E5). */
function numbered<T>(list: readonly T[], make: (one: T, at: number) => Fields): Record<string, Fields> {
  return Object.fromEntries(list.map((one, at) => [String(at + 1), make(one, at)]));
}

function itemsOf(groups: Record<string, Record<string, Fields>>): Items {
  return Object.fromEntries(Object.entries(groups).filter(([, items]) => Object.keys(items).length > 0));
}

function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== ""));
}

function some(texts: readonly string[]): readonly string[] | null {
  return texts.length === 0 ? null : texts;
}

function waitOf(startedMs: number | null, now: number): Fields {
  if (startedMs === null || !(startedMs <= now)) return {};
  return { wait_s: Math.min(MAX_WAIT_S, Math.round((now - startedMs) / 1000)) };
}
