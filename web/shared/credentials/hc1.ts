/**
 * Vaccine passports: `HC1:` + base45 + zlib + COSE_Sign1 + CWT. Twin of credentials/hc1.py.
 *
 * The order of checks is the rulebook: prefix, base45, zlib, CBOR, COSE, algorithm, known key,
 * signature, content, key usage, revocation, time.
 */

import { Base45Error, base45Decode } from "./base45.ts";
import { CborError } from "./cbor.ts";
import { CoseError, parseSign1, type Sign1, verifySign1 } from "./cose.ts";
import { type Code, type Evidence, evidenceOf } from "./evidence.ts";
import { fingerprint, signatureFingerprint } from "./fingerprint.ts";
import { type Hcert, readHcert } from "./hcert.ts";
import { HealthError, healthEvidence, healthStanding } from "./health.ts";
import { HC1_PREFIX, OTHER_HC1_PREFIX } from "./health_prefixes.ts";
import { InflateError, inflate } from "./inflate.ts";
import { type Bytes, bytesBinary } from "./jws.ts";
import { keysFor, type Trust, type TrustKey } from "./trust.ts";

/** Evidence of a text for which matchesHc1 holds, at `nowMs` (epoch ms). */
export async function readHc1(
  text: string,
  trust: Trust,
  nowMs: number,
  leewayMs = 0,
): Promise<Evidence> {
  if (!text.startsWith(HC1_PREFIX)) return otherPrefix(text);
  const body = text.slice(HC1_PREFIX.length);
  if (/[^\x00-\x7f]/.test(body)) {
    return evidenceOf("hc1", "unknown", "unrecognised", { warnings: ["input_method"] });
  }
  let message: Sign1;
  try {
    message = parseSign1(unpacked(body));
  } catch (error) {
    return unread(error);
  }
  return readSigned(message, trust, nowMs, leewayMs);
}

async function readSigned(
  message: Sign1,
  trust: Trust,
  nowMs: number,
  leewayMs: number,
): Promise<Evidence> {
  const keyId = btoa(bytesBinary(message.kid)) || null;
  const known = keysFor(trust, keyId ?? "");
  const keys = known.filter((key) => key.alg === message.alg);
  if (keys.length === 0 && (known.length > 0 || trust.unusable.has(keyId ?? ""))) {
    return refused("algorithm", keyId);
  }
  const signer = await signerOf(message, keys);
  if (keys.length > 0 && signer === null) return refused("signature", keyId);
  let hcert: Hcert;
  try {
    hcert = readHcert(message.payload);
  } catch (error) {
    if (error instanceof CborError) return refused("cbor", keyId);
    if (error instanceof HealthError) return refused("malformed", keyId);
    throw error;
  }
  const { document } = hcert;
  const fingerprints = await fingerprintsOf(hcert, message);
  if (signer === null) {
    return healthEvidence("hc1", "claim", "untrusted", document, keyId, fingerprints);
  }
  const code = healthStanding(document, document.kinds, fingerprints, signer, trust, nowMs, leewayMs);
  const status = code === "ok" ? "verified" : "invalid";
  return healthEvidence("hc1", status, code, document, keyId, fingerprints);
}

async function signerOf(message: Sign1, keys: readonly TrustKey[]): Promise<TrustKey | null> {
  for (const key of keys) if (await verifySign1(message, key)) return key;
  return null;
}

/** Throws Base45Error or InflateError, partial where the end is missing. */
function unpacked(body: string): Bytes {
  const data = base45Decode(body);
  try {
    return inflate(data, "zlib");
  } catch (error) {
    const cut = error instanceof InflateError && error.partial;
    // Two characters of a cut group of three may have read as a byte that is not there.
    if (!cut && body.length % 3 === 2) inflate(data.slice(0, -1), "zlib");
    throw error;
  }
}

async function fingerprintsOf(hcert: Hcert, message: Sign1): Promise<string[]> {
  const ids = await Promise.all(hcert.ids.map((id) => fingerprint(id)));
  return [...ids, await signatureFingerprint(message.alg, message.signature)];
}

/** Refused only where a complete document follows; else it may be half of something. */
function otherPrefix(text: string): Evidence {
  try {
    unpacked(OTHER_HC1_PREFIX.exec(text)?.[1] ?? "");
  } catch (error) {
    if (error instanceof Base45Error || error instanceof InflateError) return unrecognised();
    throw error;
  }
  return refused("prefix");
}

function unread(error: unknown): Evidence {
  if (error instanceof Base45Error) return error.partial ? unrecognised() : refused("base45");
  if (error instanceof InflateError) return error.partial ? unrecognised() : refused("zlib");
  if (error instanceof CborError) return refused("cbor");
  if (error instanceof CoseError) return refused(error.code);
  throw error;
}

function refused(code: Code, keyId: string | null = null): Evidence {
  return evidenceOf("hc1", "invalid", code, { key_id: keyId });
}

function unrecognised(): Evidence {
  return evidenceOf("hc1", "unknown", "unrecognised");
}
