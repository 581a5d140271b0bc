/** Published lists of signers as the content of a trust pack. Twin of credentials/trust_import.py. */

import { type ImportedKey, keyOfCertificate, keyOfPoint, keyOfRsa, UnusableKeyError } from "./certificate.ts";
import { DerError } from "./der.ts";
import { base64urlDecode, base64urlEncode, binaryBytes, type Bytes, bytesBinary, isJsonObject, type JsonObject, member } from "./jws.ts";
import { type Alg, MAX_KEYS, TrustError } from "./trust.ts";
import { isLongerThan } from "./text.ts";

const HEALTH_CARD_USAGE = "shc";
/** What stands for an issuer that a list does not name. */
const UNNAMED_ISSUER = "?";
const MAX_BASE64 = 24_000;

/** One entry that cannot be read. */
class EntryError extends Error {}

export interface ListedKey {
  kid: string;
  alg: Alg;
  spki: string;
  issuer: string;
  usage: string[];
  not_before_ms: null;
  not_after_ms: null;
}

/** `keys` and `unusable` as in a trust pack; `skipped` holds the indices of unread entries. */
export interface TrustImport {
  keys: ListedKey[];
  unusable: string[];
  skipped: number[];
}

/** The content of a trust pack that trusts these keys and revokes nothing. */
export function trustContent({ keys, unusable }: TrustImport): JsonObject {
  return { keys, revoked: [], unusable };
}

/**
 * The keys of a published list. Rejects with TrustError("document") when it is no known list.
 *
 * `issuer` is the address of the issuer whose JWKS this is, when the list itself does not say.
 */
export async function importTrust(document: unknown, issuer: string | null = null): Promise<TrustImport> {
  const jwks = Array.isArray(member(document, "keys"));
  const wrapped = jwks ? member(document, "keys") : member(document, "certificates");
  const entries = isJsonObject(document) ? wrapped : document;
  const named = textOf(member(document, "issuer")) ?? (issuer || UNNAMED_ISSUER);
  if (!Array.isArray(entries) || entries.length > MAX_KEYS) throw new TrustError("document");
  const found: TrustImport = { keys: [], unusable: [], skipped: [] };
  for (const [index, entry] of entries.entries()) {
    try {
      if (!isJsonObject(entry)) throw new EntryError("no object");
      if (jwks) await addJwk(found, entry, named);
      else if ((member(entry, "certificateType") ?? "DSC") === "DSC") await addCertificate(found, entry);
    } catch (error) {
      if (!(error instanceof EntryError || error instanceof DerError)) throw error;
      found.skipped.push(index);
    }
  }
  return found;
}

/**
 * One signer to trust, for HC1 and, where its key can sign them, for SMART Health Cards.
 *
 * Rejects with DerError where `der` is no certificate.
 */
export async function importCertificate(der: Bytes): Promise<TrustImport> {
  const found: TrustImport = { keys: [], unusable: [], skipped: [] };
  const { kid, country, key, usage } = await keyOfCertificate(der);
  add(found, kid, key, country ?? UNNAMED_ISSUER, usage);
  if (key?.alg === "ES256") {
    const point = binaryBytes(atob(key.spki)).slice(-64);
    add(found, await jwkThumbprint(point), key, UNNAMED_ISSUER, [HEALTH_CARD_USAGE]);
  }
  return found;
}

/** The key id of a P-256 key (x and y, 32 bytes each) as RFC 7638 makes it. */
async function jwkThumbprint(point: Bytes): Promise<string> {
  const x = base64urlEncode(point.slice(0, 32));
  const y = base64urlEncode(point.slice(32));
  const jwk = binaryBytes(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`);
  return base64urlEncode(new Uint8Array(await crypto.subtle.digest("SHA-256", jwk)));
}

async function addCertificate(found: TrustImport, entry: JsonObject): Promise<void> {
  const certificate = await keyOfCertificate(base64Of(member(entry, "rawData")));
  const listed = member(entry, "kid") ?? null;
  const kid = listed === null ? certificate.kid : btoa(bytesBinary(base64Of(listed)));
  const issuer = textOf(member(entry, "country")) ?? certificate.country ?? UNNAMED_ISSUER;
  add(found, kid, certificate.key, issuer, certificate.usage);
}

async function addJwk(found: TrustImport, entry: JsonObject, issuer: string): Promise<void> {
  const kid = textOf(member(entry, "kid"));
  if (kid === null || member(entry, "d") !== undefined) throw new EntryError("no public key with a kid");
  const key = await keyOfJwk(entry).catch((error: unknown) => {
    if (error instanceof UnusableKeyError) return null;
    throw error;
  });
  add(found, kid, key, issuer, [HEALTH_CARD_USAGE]);
}

async function keyOfJwk(entry: JsonObject): Promise<ImportedKey> {
  const kty = member(entry, "kty");
  if (kty === "EC" && member(entry, "crv") === "P-256") {
    const x = bytesOf(entry, "x");
    const y = bytesOf(entry, "y");
    if (x.length !== 32 || y.length !== 32) throw new EntryError("coordinate of another length");
    return keyOfPoint(Uint8Array.from([4, ...x, ...y]));
  }
  return kty === "RSA" ? keyOfRsa(bytesOf(entry, "n"), bytesOf(entry, "e")) : null;
}

function add(found: TrustImport, kid: string, key: ImportedKey, issuer: string, usage: string[]): void {
  if (kid === "" || isLongerThan(kid, 120)) throw new EntryError("kid");
  if (key === null) {
    found.unusable.push(kid);
    return;
  }
  const { alg, spki } = key;
  found.keys.push({ kid, alg, spki, issuer, usage, not_before_ms: null, not_after_ms: null });
}

function bytesOf(entry: JsonObject, name: string): Bytes {
  const value = member(entry, name);
  const bytes = typeof value === "string" && value.length <= 1366 ? base64urlDecode(value) : null;
  if (bytes === null) throw new EntryError(name);
  return bytes;
}

/** Either alphabet, with or without padding, also over several lines: lists differ. */
function base64Of(value: unknown): Bytes {
  if (typeof value !== "string" || value.length > MAX_BASE64) throw new EntryError("not base64");
  const bare = value.replace(/[ \t\r\n]+/g, "").replace(/=+$/, "");
  const text = bare.replace(/-/g, "+").replace(/_/g, "/");
  if (!/^[A-Za-z0-9+/]*$/.test(text) || text.length % 4 === 1) throw new EntryError("not base64");
  return binaryBytes(atob(text));
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" && !isLongerThan(value, 120) ? value : null;
}
