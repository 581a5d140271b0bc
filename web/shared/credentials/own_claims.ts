/** The short claims of our own documents. Twin of credentials/own_claims.py, which has the table. */

import { cardFacts, FACT_CLAIMS } from "./card_claims.ts";
import { isPartialDate, MAX_EPOCH_S } from "./dates.ts";
import { type Facts, type Identity, identityOf, type Place, type Sex, type Subject } from "./evidence.ts";
import { base64urlDecode, type Bytes, type JsonObject, member } from "./jws.ts";
import { hasLoneSurrogate, isLongerThan } from "./text.ts";

export type Typ = "decl" | "badge" | "permit" | "pass" | "manifest" | "card";

export const DECLARATION_VALIDITY_HOURS = 72;
export const SECRET_BYTES = 16;
export const MAX_SYMPTOMS = 16;
export const MAX_WORKERS_A_PART = 200;
export const MAX_PARTS = 20;

export const SUBJECT_TYPES: Readonly<Record<Typ, string>> = {
  decl: "declaration",
  badge: "badge",
  permit: "permit",
  pass: "pass",
  manifest: "manifest",
  card: "card",
};

const HOLDER = ["n", "b", "s", "i", "t", "a"];
const TRAVEL = ["o", "d", "v", "r", "q", "h", "c"];
const CLAIM_NAMES: Readonly<Record<Typ, ReadonlySet<string>>> = {
  decl: new Set([...HOLDER, "o", "d", "v", "r", "y", "x"]),
  badge: new Set(["sub", "sec"]),
  permit: new Set([...HOLDER, ...TRAVEL]),
  pass: new Set([...HOLDER, ...TRAVEL]),
  manifest: new Set([...TRAVEL, "w", "l", "p"]),
  card: new Set([...HOLDER, ...FACT_CLAIMS]),
};
/** claim, name in Evidence.subject, longest text */
const SUBJECT_TEXTS: readonly (readonly [string, string, number])[] = [
  ["v", "plate", 20],
  ["r", "reason", 200],
  ["q", "route", 200],
  ["h", "hours", 60],
  ["c", "company", 120],
];

const JTI = /^[A-Za-z0-9_-]{1,64}$/;
const OFFICER = /^[A-Za-z0-9_.-]{1,64}$/;
const SYMPTOM = /^[a-z0-9_]{1,32}$/;
const PLACE = /^(2021|2025)\/([0-9]{1,5})$/;

/** A claim is missing or of another shape; `claim` is its short name. */
export class ClaimError extends Error {
  readonly claim: string;

  constructor(claim: string) {
    super(`claim ${claim}`);
    this.name = "ClaimError";
    this.claim = claim;
  }
}

/** The claims of one document in the words of Evidence. */
export interface OwnClaims {
  issuer: string;
  issued_s: number;
  expires_s: number;
  not_before_s: number;
  document_id: string;
  identity: Identity | null;
  facts: Facts;
  subject: Subject;
}

export function isTyp(typ: string): typ is Typ {
  return Object.prototype.hasOwnProperty.call(SUBJECT_TYPES, typ);
}

/** The claims of a document. Throws ClaimError naming the first bad one. */
export function checkClaims(typ: Typ, claims: JsonObject): OwnClaims {
  const names = CLAIM_NAMES[typ];
  const issuer = required(textOf(claims, "iss", 64), "iss");
  const issued_s = required(integerOf(claims, "iat", MAX_EPOCH_S), "iat");
  const expires_s = required(integerOf(claims, "exp", MAX_EPOCH_S), "exp");
  const not_before_s = integerOf(claims, "nbf", MAX_EPOCH_S);
  if (expires_s <= issued_s) throw new ClaimError("exp");
  if (typ === "decl" && expires_s - issued_s > DECLARATION_VALIDITY_HOURS * 3600) {
    throw new ClaimError("exp");
  }
  const document_id = required(matching(claims, "jti", JTI), "jti");
  const subject: Subject = { type: SUBJECT_TYPES[typ], id: document_id };
  if (typ === "badge") {
    subject["officer"] = required(matching(claims, "sub", OFFICER), "sub");
    badgeSecret(claims);
  }
  const origin = names.has("o") ? placeOf(claims, "o") : null;
  const destination = names.has("d") ? placeOf(claims, "d") : null;
  let plate: string | null = null;
  for (const [claim, name, limit] of SUBJECT_TEXTS) {
    const text = names.has(claim) ? textOf(claims, claim, limit) : null;
    if (text === null) continue;
    subject[name] = text;
    if (claim === "v") plate = text;
  }
  const workers = names.has("w") ? integerOf(claims, "w", 100_000) : null;
  if (workers !== null) subject["workers"] = workers;
  if (names.has("l")) Object.assign(subject, listed(claims), part(claims));
  if (typ !== "decl") {
    if (origin !== null) subject["origin"] = origin;
    if (destination !== null) subject["destination"] = destination;
  }
  const identity = names.has("n") ? identityOfClaims(claims) : null;
  const facts = factsOf(typ, claims);
  if (typ === "decl") {
    if (identity === null) throw new ClaimError("n");
    const symptoms = symptomsOf(claims);
    facts.declaration = { symptoms, exposure: exposureOf(claims), origin, destination, plate };
  }
  return {
    issuer,
    issued_s,
    expires_s,
    not_before_s: not_before_s === null ? issued_s : Math.max(issued_s, not_before_s),
    document_id,
    identity,
    facts,
    subject,
  };
}

/** The 16 bytes of a badge's `sec`. Throws ClaimError. */
export function badgeSecret(claims: JsonObject): Bytes {
  const text = member(claims, "sec");
  const secret = typeof text === "string" && text.length === 22 ? base64urlDecode(text) : null;
  if (secret === null || secret.length !== SECRET_BYTES) throw new ClaimError("sec");
  return secret;
}

function identityOfClaims(claims: JsonObject): Identity | null {
  const name = textOf(claims, "n", 120);
  const birth_date = textOf(claims, "b", 10);
  if (birth_date !== null && !isPartialDate(birth_date)) throw new ClaimError("b");
  const sex = sexOf(claims);
  const id_number = textOf(claims, "i", 32);
  const phone = textOf(claims, "t", 20);
  const address = textOf(claims, "a", 300);
  if (name !== null) return identityOf(name, { birth_date, id_number, sex, phone, address });
  if ([birth_date, sex, id_number, phone, address].some((value) => value !== null)) {
    throw new ClaimError("n");
  }
  return null;
}

function sexOf(claims: JsonObject): Sex | null {
  const value = member(claims, "s") ?? null;
  if (value !== null && value !== "M" && value !== "F") throw new ClaimError("s");
  return value;
}

function factsOf(typ: Typ, claims: JsonObject): Facts {
  if (typ !== "card") return { doses: [], tests: [], recoveries: [], declaration: null };
  const found = cardFacts(claims);
  if (typeof found === "string") throw new ClaimError(found);
  return found;
}

/** The workers that a manifest names, as a member of the subject; none when it names none. */
function listed(claims: JsonObject): Record<string, unknown> {
  const items = member(claims, "l") ?? null;
  if (items === null) return {};
  if (!Array.isArray(items) || items.length > MAX_WORKERS_A_PART) throw new ClaimError("l");
  return { people: items.map(workerOf) };
}

function workerOf(item: unknown): { name: string; id_number: string | null } {
  if (!Array.isArray(item) || item.length < 1 || item.length > 2) throw new ClaimError("l");
  const [n, i] = item as unknown[];
  const name = required(textOf({ l: n }, "l", 120), "l");
  return { name, id_number: textOf({ l: i }, "l", 32) };
}

function part(claims: JsonObject): Record<string, unknown> {
  const items = member(claims, "p") ?? null;
  if (items === null) return {};
  if (!Array.isArray(items) || items.length !== 2) throw new ClaimError("p");
  const [number, of] = items.map((item: unknown) => integerOf({ p: item }, "p", MAX_PARTS));
  if (!number || !of || number > of) throw new ClaimError("p");
  return { part: { number, of } };
}

function symptomsOf(claims: JsonObject): string[] {
  const items = member(claims, "y");
  if (!Array.isArray(items) || items.length > MAX_SYMPTOMS) throw new ClaimError("y");
  return items.map((item: unknown) => {
    if (typeof item !== "string" || !SYMPTOM.test(item)) throw new ClaimError("y");
    return item;
  });
}

function exposureOf(claims: JsonObject): boolean {
  const value = member(claims, "x");
  if (typeof value !== "boolean") throw new ClaimError("x");
  return value;
}

function placeOf(claims: JsonObject, claim: string): Place | null {
  const text = textOf(claims, claim, 10);
  if (text === null) return null;
  const match = PLACE.exec(text);
  if (match === null) throw new ClaimError(claim);
  return { dataset: match[1] === "2021" ? "2021" : "2025", code: match[2] ?? "" };
}

function textOf(claims: JsonObject, claim: string, limit: number): string | null {
  const value = member(claims, claim) ?? null;
  if (value === null) return null;
  if (typeof value !== "string" || value === "") throw new ClaimError(claim);
  if (isLongerThan(value, limit) || hasLoneSurrogate(value)) throw new ClaimError(claim);
  return value;
}

function matching(claims: JsonObject, claim: string, pattern: RegExp): string | null {
  const value = textOf(claims, claim, 64);
  if (value !== null && !pattern.test(value)) throw new ClaimError(claim);
  return value;
}

function integerOf(claims: JsonObject, claim: string, limit: number): number | null {
  const value = member(claims, claim) ?? null;
  if (value === null) return null;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > limit) {
    throw new ClaimError(claim);
  }
  // -0 is no other instant than 0, but another text.
  return value === 0 ? 0 : value;
}

function required<T>(value: T | null, claim: string): T {
  if (value === null) throw new ClaimError(claim);
  return value;
}
