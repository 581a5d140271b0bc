/**
 * SMART Health Cards: `shc:/` + digit pairs; a JWS over raw deflate over JSON. Twin of
 * credentials/shc.py.
 */

import { type Code, type Evidence, evidenceOf } from "./evidence.ts";
import { type CardContent, readCard } from "./fhir.ts";
import { cardFingerprint, signatureFingerprint } from "./fingerprint.ts";
import { HealthError, healthEvidence, healthStanding } from "./health.ts";
import { SHC_PREFIX } from "./health_prefixes.ts";
import { InflateError, inflate } from "./inflate.ts";
import { type CompactJws, JsonError, JwsError, jwsParts, kidOf, member, parseJsonObject, signerOf } from "./jws.ts";
import { keysFor, type Trust, type TrustKey } from "./trust.ts";

const USAGE = "shc";

const DIGITS = /^[0-9]*$/;
const PART = /^[1-9][0-9]?\/[1-9][0-9]?\/[0-9]*$/;
/** Two digits are a character's code less 45, the code of "-". */
const OFFSET = 45;
const HIGHEST = 122 - OFFSET;

/** Evidence of a text that starts with shc:/, at `nowMs` (epoch ms). */
export async function readShc(
  text: string,
  trust: Trust,
  nowMs: number,
  leewayMs = 0,
): Promise<Evidence> {
  const body = text.slice(SHC_PREFIX.length);
  if (/[^\x00-\x7f]/.test(body)) {
    return evidenceOf("shc", "unknown", "unrecognised", { warnings: ["input_method"] });
  }
  if (PART.test(body)) return unrecognised();
  let jws: CompactJws;
  try {
    jws = parse(body);
  } catch (error) {
    if (!(error instanceof JwsError)) throw error;
    return error.code === "partial" ? unrecognised() : refused(error.code);
  }
  const known = keysFor(trust, jws.kid);
  const keys = known.filter((key) => key.alg === "ES256");
  if (keys.length === 0 && (known.length > 0 || trust.unusable.has(jws.kid))) {
    return refused("algorithm", jws.kid);
  }
  const signer = await signerOf(jws, keys);
  if (keys.length > 0 && signer === null) return refused("signature", jws.kid);
  let content: CardContent;
  try {
    content = readCard(parseJsonObject(inflate(jws.payload, "raw")));
  } catch (error) {
    if (error instanceof InflateError) return refused("zlib", jws.kid);
    if (error instanceof HealthError || error instanceof JsonError) return refused("malformed", jws.kid);
    throw error;
  }
  return evidenceFrom(jws, content, signer, trust, nowMs, leewayMs);
}

async function evidenceFrom(
  jws: CompactJws,
  content: CardContent,
  signer: TrustKey | null,
  trust: Trust,
  nowMs: number,
  leewayMs: number,
): Promise<Evidence> {
  const { document } = content;
  const fingerprints = await fingerprintsOf(jws, content);
  if (signer === null) {
    return healthEvidence("shc", "claim", "untrusted", document, jws.kid, fingerprints);
  }
  const otherIssuer = signer.issuer.startsWith("https://") && signer.issuer !== document.issuer;
  const code = otherIssuer
    ? "key_usage"
    : healthStanding(document, [USAGE], fingerprints, signer, trust, nowMs, leewayMs);
  const status = code === "ok" ? "verified" : "invalid";
  return healthEvidence("shc", status, code, document, jws.kid, fingerprints);
}

/** Digit pairs to a JWS whose signature nobody has checked yet. Throws JwsError. */
function parse(body: string): CompactJws {
  if (!DIGITS.test(body)) throw new JwsError("malformed");
  if (body.length % 2 === 1) throw new JwsError("partial");
  const codes = Array.from({ length: body.length / 2 }, (_, i) => Number(body.slice(2 * i, 2 * i + 2)));
  if (codes.some((code) => code > HIGHEST)) throw new JwsError("malformed");
  const { header, ...rest } = jwsParts(codes.map((code) => String.fromCharCode(code + OFFSET)).join(""));
  if (member(header, "alg") !== "ES256") throw new JwsError("algorithm");
  if (member(header, "zip") !== "DEF" || member(header, "crit") !== undefined) {
    throw new JwsError("malformed");
  }
  return { kid: kidOf(header), typ: "", ...rest };
}

/** The card's revocation id (vc.rid, an id for one key) and the signature's. */
async function fingerprintsOf(jws: CompactJws, content: CardContent): Promise<string[]> {
  const signature = await signatureFingerprint("ES256", jws.signature);
  if (content.revocation_id === null) return [signature];
  return [await cardFingerprint(jws.kid, content.revocation_id), signature];
}

function refused(code: Code, keyId: string | null = null): Evidence {
  return evidenceOf("shc", "invalid", code, { key_id: keyId });
}

function unrecognised(): Evidence {
  return evidenceOf("shc", "unknown", "unrecognised");
}
