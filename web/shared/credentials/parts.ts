/** A manifest on several codes, joined by the reader. Twin of credentials/parts.py. */

import type { Evidence, Subject } from "./evidence.ts";

export type PartsCode = "not_a_part" | "not_readable" | "another_document" | "another_standing";

/** Two codes do not belong together; credentials/parts.py explains the codes. */
export class PartsError extends Error {
  readonly code: PartsCode;

  constructor(code: PartsCode) {
    super(code);
    this.name = "PartsError";
    this.code = code;
  }
}

/** What the parts say together; `missing` are the numbers still to be scanned. */
export interface Joined {
  evidence: Evidence;
  missing: number[];
}

interface Part {
  number: number;
  of: number;
}

/** Whether this code is one part of several. */
export function isPart(evidence: Evidence): boolean {
  return partOf(evidence.subject) !== null;
}

/** Join what was scanned of one document, in any order, repeats allowed. Throws PartsError. */
export function joinParts(parts: readonly Evidence[]): Joined {
  const byNumber = new Map<number, Evidence>();
  let first: Evidence | null = null;
  let of = 0;
  for (const evidence of parts) {
    if (evidence.status !== "verified" && evidence.status !== "claim") {
      throw new PartsError("not_readable");
    }
    const part = partOf(evidence.subject);
    if (part === null) throw new PartsError("not_a_part");
    first ??= evidence;
    of = part.of;
    if (documentOf(evidence) !== documentOf(first)) throw new PartsError("another_document");
    if (standingOf(evidence) !== standingOf(first)) throw new PartsError("another_standing");
    const known = byNumber.get(part.number);
    if (known !== undefined && textOf(known.subject) !== textOf(evidence.subject)) {
      throw new PartsError("another_document");
    }
    byNumber.set(part.number, known ?? evidence);
  }
  if (first === null) throw new PartsError("not_a_part");
  const numbers = [...byNumber.keys()].sort((a, b) => a - b);
  const found = numbers.map((number) => byNumber.get(number) ?? first);
  const missing: number[] = [];
  for (let number = 1; number <= of; number += 1) if (!byNumber.has(number)) missing.push(number);
  const lowest = found[0] ?? first;
  const whole: Subject = { type: "", ...lowest.subject };
  const part = whole["part"];
  delete whole["part"];
  delete whole["people"];
  const people = found.flatMap((one) => peopleOf(one.subject));
  if (people.length > 0) whole["people"] = people;
  if (missing.length > 0) whole["part"] = part;
  return { evidence: { ...lowest, subject: whole }, missing };
}

function partOf(subject: Subject | null): Part | null {
  return (subject?.["part"] as Part | undefined) ?? null;
}

function peopleOf(subject: Subject | null): unknown[] {
  return (subject?.["people"] as unknown[] | undefined) ?? [];
}

function documentOf(evidence: Evidence): string {
  const subject: Subject = { type: "", ...evidence.subject };
  delete subject["part"];
  delete subject["people"];
  const { family, issuer, key_id, issued_at, expires_at } = evidence;
  const of = partOf(evidence.subject)?.of;
  return `${textOf([family, issuer, key_id, issued_at, expires_at, of])}${textOf(subject)}`;
}

function standingOf({ status, code, warnings }: Evidence): string {
  return textOf([status, code, warnings]);
}

/** Equal values give equal texts: members in order of their names. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
