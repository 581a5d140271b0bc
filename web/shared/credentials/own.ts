/**
 * Our own documents: `CHOT1:` + compact JWS (ES256). Twin of credentials/own.py.
 *
 * The order of checks is the rulebook: structure, algorithm, known key, signature, shape of the
 * claims, key usage, revocation, time, bulletins.
 */

import { countsUntilMs } from "./bulletins.ts";
import { instantOfEpochS } from "./dates.ts";
import { type Code, type Evidence, evidenceOf, type Status, type Subject, type Warning } from "./evidence.ts";
import { fingerprint } from "./fingerprint.ts";
import { type CompactJws, JwsError, parseJsonObject, parseJws, signerOf } from "./jws.ts";
import { badgeSecret, checkClaims, isTyp, type OwnClaims, SUBJECT_TYPES, type Typ } from "./own_claims.ts";
import { stripEnd, strip } from "./text.ts";
import { covers, revokes, type Trust, type TrustKey } from "./trust.ts";

export const PREFIX = "CHOT1:";
const MAX_CHARACTERS = 4_296;

type OwnJws = CompactJws & { typ: Typ };

export function matchesOwn(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Evidence of a text that starts with CHOT1:, at `nowMs` (epoch ms). */
export async function readOwn(
  text: string,
  trust: Trust,
  nowMs: number,
  leewayMs = 0,
): Promise<Evidence> {
  const token = text.slice(PREFIX.length);
  if (/[^\x00-\x7f]/.test(token)) {
    return evidenceOf("own", "unknown", "unrecognised", { warnings: ["input_method"] });
  }
  let jws: CompactJws;
  try {
    jws = parseJws(token, MAX_CHARACTERS);
  } catch (error) {
    if (!(error instanceof JwsError)) throw error;
    return error.code === "partial" ? unrecognised() : evidenceOf("own", "invalid", error.code);
  }
  if (!isOwn(jws)) return unrecognised();
  const keys = (trust.byKid.get(jws.kid) ?? []).filter((key) => key.alg === "ES256");
  if (keys.length === 0) return untrusted(jws);
  const signer = await signerOf(jws, keys);
  if (signer === null) return refused("signature", jws);
  const claims = claimsOf(jws);
  if (claims === null) return refused("malformed", jws);
  const fingerprint = await ownFingerprint(claims.document_id);
  const { code, warnings } = standing(jws, claims, signer, trust, fingerprint, nowMs - leewayMs, nowMs + leewayMs);
  if (code !== "ok") return evidenceFrom("invalid", code, jws, claims, fingerprint);
  const evidence = evidenceFrom("verified", "ok", jws, claims, fingerprint);
  return { ...evidence, facts: claims.facts, warnings };
}

/**
 * The Evidence of an officer's badge and, only when it is verified, its 16 secret bytes.
 *
 * The secret unlocks the tablet's history key; it is never stored and never part of Evidence.
 */
export async function openBadge(
  text: string,
  trust: Trust,
  nowMs: number,
  leewayMs = 0,
): Promise<{ evidence: Evidence; secret: Uint8Array<ArrayBuffer> | null }> {
  // Asked first: stripping a huge text would walk through it.
  const bare = text.length > MAX_CHARACTERS ? "" : stripEnd(strip(text, "\t\r\n"), " ");
  if (!matchesOwn(bare)) return { evidence: unrecognised(), secret: null };
  const evidence = await readOwn(bare, trust, nowMs, leewayMs);
  if (evidence.status !== "verified" || evidence.subject?.type !== "badge") {
    return { evidence, secret: null };
  }
  const jws = parseJws(bare.slice(PREFIX.length), MAX_CHARACTERS);
  return { evidence, secret: badgeSecret(parseJsonObject(jws.payload)) };
}

/** What a revocation list holds: SHA-256 of "own:" + jti, first 16 bytes, hex. */
export function ownFingerprint(documentId: string): Promise<string> {
  return fingerprint(`own:${documentId}`);
}

function isOwn(jws: CompactJws): jws is OwnJws {
  return isTyp(jws.typ);
}

function claimsOf(jws: OwnJws): OwnClaims | null {
  try {
    return checkClaims(jws.typ, parseJsonObject(jws.payload));
  } catch {
    return null;
  }
}

function standing(
  jws: OwnJws,
  claims: OwnClaims,
  signer: TrustKey,
  trust: Trust,
  fingerprint: string,
  earliestMs: number,
  latestMs: number,
): { code: Code; warnings: Warning[] } {
  const refuse = (code: Code): { code: Code; warnings: Warning[] } => ({ code, warnings: [] });
  if (claims.issuer !== signer.issuer || !signer.usage.includes(jws.typ)) return refuse("key_usage");
  if (!covers(signer, claims.issued_s * 1000)) return refuse("key_usage");
  if (revokes(trust, [fingerprint], signer.kid, claims.issued_s * 1000)) return refuse("revoked");
  if (claims.not_before_s * 1000 > latestMs) return refuse("not_yet_valid");
  const expiresMs = claims.expires_s * 1000;
  if (expiresMs > earliestMs) return { code: "ok", warnings: [] };
  const untilMs = countsUntilMs(trust.bulletins, jws.typ, claims.issuer, expiresMs);
  if (untilMs === null || untilMs <= earliestMs) return refuse("expired");
  return { code: "ok", warnings: ["extended"] };
}

async function untrusted(jws: OwnJws): Promise<Evidence> {
  if (jws.typ === "badge") {
    const known = { key_id: jws.kid, subject: typeOf(jws) };
    return evidenceOf("own", "unknown", "unrecognised", known);
  }
  const claims = claimsOf(jws);
  if (claims === null) return refused("malformed", jws);
  const fingerprint = await ownFingerprint(claims.document_id);
  return evidenceFrom("claim", "untrusted", jws, claims, fingerprint);
}

function evidenceFrom(
  status: Status,
  code: Code,
  jws: OwnJws,
  claims: OwnClaims,
  fingerprint: string,
): Evidence {
  return evidenceOf("own", status, code, {
    identity: claims.identity,
    issuer: claims.issuer,
    key_id: jws.kid,
    issued_at: instantOfEpochS(claims.issued_s),
    expires_at: instantOfEpochS(claims.expires_s),
    fingerprints: [fingerprint],
    subject: claims.subject,
  });
}

function refused(code: Code, jws: OwnJws): Evidence {
  return evidenceOf("own", "invalid", code, { key_id: jws.kid, subject: typeOf(jws) });
}

function unrecognised(): Evidence {
  return evidenceOf("own", "unknown", "unrecognised");
}

function typeOf(jws: OwnJws): Subject {
  return { type: SUBJECT_TYPES[jws.typ] };
}
