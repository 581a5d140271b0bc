/** What a signed health document says, however it was written. Twin of credentials/health.py. */

import { instantOfEpochS } from "./dates.ts";
import { type Code, type Evidence, evidenceOf, type Facts, type Family, type Identity, type Status, type Warning } from "./evidence.ts";
import { covers, revokes, type Trust, type TrustKey } from "./trust.ts";

export type Kind = "test" | "vaccination" | "recovery";

/** The signed content names nobody or has no validity. */
export class HealthError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "HealthError";
  }
}

/**
 * `kinds`: what it is about, also where an entry could not be read as a fact. `issuer` is who the
 * document says issued it. A document of which `expires_s` is null does not expire.
 */
export interface HealthDocument {
  kinds: Kind[];
  identity: Identity;
  facts: Facts;
  issuer: string | null;
  issued_s: number | null;
  not_before_s: number | null;
  expires_s: number | null;
  warnings: Warning[];
}

/** Whether a document that `signer` signed holds at `nowMs`; `usage` is what it asks of it. */
export function healthStanding(
  document: HealthDocument,
  usage: readonly string[],
  fingerprints: readonly string[],
  signer: TrustKey,
  trust: Trust,
  nowMs: number,
  leewayMs: number,
): Code {
  const { issued_s, not_before_s, expires_s } = document;
  if (!usage.every((kind) => signer.usage.includes(kind))) return "key_usage";
  if (!covers(signer, (issued_s ?? 0) * 1000)) return "key_usage";
  if (revokes(trust, fingerprints, signer.kid, (issued_s ?? 0) * 1000)) return "revoked";
  if (Math.max(issued_s ?? 0, not_before_s ?? 0) * 1000 > nowMs + leewayMs) return "not_yet_valid";
  // The last second counts, as in the public test set (our own documents end before it).
  return expires_s !== null && expires_s * 1000 < nowMs - leewayMs ? "expired" : "ok";
}

/** Evidence of a document whose content was read; its facts only when it is verified. */
export function healthEvidence(
  family: Family,
  status: Status,
  code: Code,
  document: HealthDocument,
  keyId: string | null,
  fingerprints: string[],
): Evidence {
  const { issued_s, expires_s } = document;
  return evidenceOf(family, status, code, {
    identity: document.identity,
    ...(status === "verified" ? { facts: document.facts } : {}),
    issuer: document.issuer,
    key_id: keyId,
    issued_at: issued_s === null ? null : instantOfEpochS(issued_s),
    expires_at: expires_s === null ? null : instantOfEpochS(expires_s),
    fingerprints,
    subject: { type: "health_certificate", kinds: document.kinds },
    warnings: document.warnings,
  });
}
