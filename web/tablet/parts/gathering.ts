/** A manifest on several codes while they are scanned one by one, in any order. */

import { evidenceOf } from "../../shared/credentials/evidence.ts";
import { isPart, type Joined, joinParts, PartsError, type PartsCode } from "../../shared/credentials/index.ts";
import type { Evidence } from "../core/types.ts";

/** What was scanned of one document so far; never whole. */
export interface Gathered {
  parts: readonly Evidence[];
  joined: Joined;
  /** How many codes the document has. */
  of: number;
}

/** Why a code was not added: it does not belong here, or it does not count by itself. */
export type NotAdded = PartsCode | "repeated" | "refused";

export type Gathering =
  /** A document of its own, or one whose last code this was. */
  | { is: "whole"; evidence: Evidence }
  | { is: "more"; gathered: Gathered }
  /** What was gathered stays as it was. */
  | { is: "not_added"; why: NotAdded; evidence: Evidence };

/** What the next code makes of what was gathered; null: nothing yet. */
export function gather(gathered: Gathered | null, evidence: Evidence): Gathering {
  const counts = evidence.status === "verified" || evidence.status === "claim";
  if (gathered === null && (!counts || !isPart(evidence))) return { is: "whole", evidence };
  // A refused code is no mistake of the scanning: its own reason is to be told.
  if (evidence.status === "invalid") return { is: "not_added", why: "refused", evidence };
  const before = gathered?.parts ?? [];
  try {
    const joined = joinParts([...before, evidence]);
    if (joined.missing.length === 0) return { is: "whole", evidence: joined.evidence };
    if (joined.missing.length === gathered?.joined.missing.length) return { is: "not_added", why: "repeated", evidence };
    return { is: "more", gathered: { parts: [...before, evidence], joined, of: partOf(evidence).of } };
  } catch (error) {
    if (error instanceof PartsError) return { is: "not_added", why: error.code, evidence };
    throw error;
  }
}

/** The same for the codes of one picture, at least one: the first whole document, else all that was added. */
export function gatherAll(gathered: Gathered | null, [first, ...others]: readonly [Evidence, ...Evidence[]]): Gathering {
  let found = gather(gathered, first);
  let held = found.is === "more" ? found.gathered : gathered;
  for (const evidence of others) {
    if (found.is === "whole") return found;
    const next = gather(held, evidence);
    if (next.is === "more") held = next.gathered;
    if (next.is !== "not_added" || found.is === "not_added") found = next;
  }
  return found;
}

/** How many codes were scanned, each counted once. */
export function scannedCount({ of, joined }: Gathered): number {
  return of - joined.missing.length;
}

/** The officer goes on without the rest: a partial read is unknown, whatever its codes say alone. */
export function withoutTheRest({ joined }: Gathered): Evidence {
  const { issuer, key_id, fingerprints, subject } = joined.evidence;
  return evidenceOf("own", "unknown", "unrecognised", { issuer, key_id, fingerprints, subject });
}

function partOf({ subject }: Evidence): { number: number; of: number } {
  return subject?.["part"] as { number: number; of: number };
}
