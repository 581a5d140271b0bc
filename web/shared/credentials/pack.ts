/** Signed packs as one compact JWS each. Twin of credentials/pack.py. */

import { epochMsOfInstant } from "./dates.ts";
import { importPublicJwk, JwsError, member, parseJson, parseJws, verifyEs256 } from "./jws.ts";
import { isLongerThan } from "./text.ts";

export type PackCode =
  | "malformed" | "algorithm" | "untrusted" | "signature" | "not_yet_valid" | "expired";

export const PACK_TYP = "chot-pack";
export const MAX_PACK_CHARACTERS = 16 * 1024 * 1024;

/** What the root key signed. `version` only ever grows; the instants are ISO 8601 UTC (`Z`). */
export interface PackPayload {
  name: string;
  version: number;
  scope: unknown;
  issued_at: string;
  expires_at: string | null;
  content: unknown;
}

/**
 * A pack that must not be put in force. `payload` is the verified payload for not_yet_valid and
 * expired, else null: a caller with a configured stop may go on with a stale pack, saying so.
 */
export class PackError extends Error {
  readonly code: PackCode;
  readonly payload: PackPayload | null;

  constructor(code: PackCode, payload: PackPayload | null = null) {
    super(code);
    this.name = "PackError";
    this.code = code;
    this.payload = payload;
  }
}

/**
 * The payload of a pack signed by the root key {kty, crv, x, y, kid}.
 *
 * Rejects with PackError, and with JwsError when rootJwk itself is no public P-256 JWK with a kid.
 */
export async function verifyPack(
  text: string,
  rootJwk: unknown,
  nowMs: number,
): Promise<PackPayload> {
  const publicKey = await importPublicJwk(rootJwk);
  const kid = member(rootJwk, "kid");
  if (typeof kid !== "string") throw new JwsError("malformed");
  const jws = parse(text);
  if (jws.typ !== PACK_TYP) throw new PackError("malformed");
  if (jws.kid !== kid) throw new PackError("untrusted");
  if (!(await verifyEs256(jws, publicKey))) throw new PackError("signature");
  const payload = payloadOf(jws.payload);
  const issuedMs = epochMsOfInstant(payload.issued_at);
  const expiresMs = payload.expires_at === null ? null : epochMsOfInstant(payload.expires_at);
  if (issuedMs !== null && issuedMs > nowMs) throw new PackError("not_yet_valid", payload);
  if (expiresMs !== null && expiresMs <= nowMs) throw new PackError("expired", payload);
  return payload;
}

function parse(text: string): ReturnType<typeof parseJws> {
  try {
    return parseJws(text, MAX_PACK_CHARACTERS);
  } catch (error) {
    const isAlgorithm = error instanceof JwsError && error.code === "algorithm";
    throw new PackError(isAlgorithm ? "algorithm" : "malformed");
  }
}

function payloadOf(bytes: Parameters<typeof parseJson>[0]): PackPayload {
  let value: unknown;
  try {
    value = parseJson(bytes);
  } catch {
    throw new PackError("malformed");
  }
  const name = member(value, "name");
  const version = member(value, "version");
  const scope = member(value, "scope");
  const issued_at = member(value, "issued_at");
  const expires_at = member(value, "expires_at");
  const content = member(value, "content");
  if (typeof name !== "string" || name === "" || isLongerThan(name, 64)) {
    throw new PackError("malformed");
  }
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 1) {
    throw new PackError("malformed");
  }
  if (!isInstant(issued_at) || !(expires_at === null || isInstant(expires_at))) {
    throw new PackError("malformed");
  }
  if (scope === undefined || content === undefined) throw new PackError("malformed");
  return { name, version, scope, issued_at, expires_at, content };
}

function isInstant(value: unknown): value is string {
  return typeof value === "string" && epochMsOfInstant(value) !== null;
}
