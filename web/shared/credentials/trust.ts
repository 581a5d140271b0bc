/** Whose signatures count: the content of the trust pack. Twin of credentials/trust.py. */

import { type Bulletin, MAX_BULLETINS, readBulletin } from "./bulletins.ts";
import { base64urlDecode, binaryBytes, type Bytes, importPublicJwk, isJsonObject, member, P256 } from "./jws.ts";
import { isLongerThan } from "./text.ts";

export type Alg = "ES256" | "PS256";

export const MAX_KEYS = 10_000;
export const MAX_REVOKED = 500_000;
export const MIN_RSA_BITS = 2048;
export const MAX_RSA_BITS = 8192;

const PS256 = { name: "RSA-PSS", hash: "SHA-256" } as const;

/** The trust content is unusable; `where` is a path such as "keys[3].jwk". */
export class TrustError extends Error {
  readonly where: string;

  constructor(where: string) {
    super(`trust content: ${where}`);
    this.name = "TrustError";
    this.where = where;
  }
}

export interface TrustKey {
  kid: string;
  alg: Alg;
  publicKey: CryptoKey;
  issuer: string;
  usage: readonly string[];
  not_before_ms: number | null;
  not_after_ms: number | null;
}

/** Fingerprints that an issuer withdrew: of what `kid` signed and issued before that instant. */
export interface Revocations {
  kid: string | null;
  issued_before_ms: number | null;
  fingerprints: ReadonlySet<string>;
}

export interface Trust {
  keys: readonly TrustKey[];
  byKid: ReadonlyMap<string, readonly TrustKey[]>;
  revoked: ReadonlySet<string>;
  revocations: readonly Revocations[];
  /** Kids of published keys that we refuse: what they sign is no claim but invalid. */
  unusable: ReadonlySet<string>;
  bulletins: readonly Bulletin[];
}

export const NO_TRUST: Trust = {
  keys: [], byKid: new Map(), revoked: new Set(), revocations: [], unusable: new Set(), bulletins: [],
};

/** Trust from a trust pack's `content`. Rejects with TrustError naming the first bad member. */
export async function parseTrust(content: unknown): Promise<Trust> {
  if (!isJsonObject(content)) throw new TrustError("content");
  const entries = listOf(member(content, "keys"), "keys", MAX_KEYS);
  const revoked = fingerprintsOf(member(content, "revoked"), "revoked", MAX_REVOKED);
  const lists = listOf(member(content, "revocations") ?? [], "revocations", MAX_KEYS);
  const revocations = revocationsOf(lists, MAX_REVOKED - revoked.size);
  const keys: TrustKey[] = [];
  const byKid = new Map<string, TrustKey[]>();
  for (const [index, entry] of entries.entries()) {
    const key = await keyOf(entry, `keys[${index}]`);
    keys.push(key);
    byKid.set(key.kid, [...(byKid.get(key.kid) ?? []), key]);
  }
  const unusable = listOf(member(content, "unusable") ?? [], "unusable", MAX_KEYS).map((kid, index) =>
    textOf(kid, `unusable[${index}]`),
  );
  const bulletins = bulletinsOf(listOf(member(content, "bulletins") ?? [], "bulletins", MAX_BULLETINS));
  return { keys, byKid, revoked, revocations, unusable: new Set(unusable), bulletins };
}

function bulletinsOf(entries: readonly unknown[]): Bulletin[] {
  return entries.map((entry, index) => {
    const found = readBulletin(entry);
    if (typeof found !== "string") return found;
    throw new TrustError(found === "" ? `bulletins[${index}]` : `bulletins[${index}].${found}`);
  });
}

/** Whether what `kid` signed was withdrawn; also for Evidence kept from before. */
export function revokes(
  trust: Trust,
  fingerprints: readonly string[],
  kid: string | null,
  issuedMs: number,
): boolean {
  if (fingerprints.some((one) => trust.revoked.has(one))) return true;
  return trust.revocations.some(
    (list) =>
      (list.kid === null || list.kid === kid) &&
      (list.issued_before_ms === null || issuedMs < list.issued_before_ms) &&
      fingerprints.some((one) => list.fingerprints.has(one)),
  );
}

/** All keys of that id: several issuers may have drawn the same one. */
export function keysFor(trust: Trust, kid: string): readonly TrustKey[] {
  return trust.byKid.get(kid) ?? [];
}

/** Whether a document issued then falls into this key's window. */
export function covers(key: TrustKey, issuedMs: number): boolean {
  const begun = key.not_before_ms === null || key.not_before_ms <= issuedMs;
  return begun && (key.not_after_ms === null || issuedMs <= key.not_after_ms);
}

async function keyOf(entry: unknown, where: string): Promise<TrustKey> {
  if (!isJsonObject(entry)) throw new TrustError(where);
  const alg = member(entry, "alg");
  if (alg !== "ES256" && alg !== "PS256") throw new TrustError(`${where}.alg`);
  const usage = listOf(member(entry, "usage"), `${where}.usage`, 32);
  return {
    kid: textOf(member(entry, "kid"), `${where}.kid`),
    alg,
    publicKey: await publicKeyOf(entry, alg, where),
    issuer: textOf(member(entry, "issuer"), `${where}.issuer`),
    usage: usage.map((item, index) => textOf(item, `${where}.usage[${index}]`)),
    not_before_ms: instantOf(member(entry, "not_before_ms"), `${where}.not_before_ms`),
    not_after_ms: instantOf(member(entry, "not_after_ms"), `${where}.not_after_ms`),
  };
}

async function publicKeyOf(entry: unknown, alg: Alg, where: string): Promise<CryptoKey> {
  const jwk = member(entry, "jwk") ?? null;
  const spki = member(entry, "spki") ?? null;
  if ((jwk === null) === (spki === null)) throw new TrustError(`${where}.jwk`);
  const name = spki === null ? `${where}.jwk` : `${where}.spki`;
  let key: CryptoKey;
  try {
    key = spki === null ? await importJwk(jwk, alg) : await importSpki(spki, alg);
  } catch {
    throw new TrustError(name);
  }
  if (alg === "PS256") {
    const bits = (key.algorithm as RsaHashedKeyAlgorithm).modulusLength;
    if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) throw new TrustError(name);
  }
  return key;
}

function importJwk(jwk: unknown, alg: Alg): Promise<CryptoKey> {
  if (alg === "ES256") return importPublicJwk(jwk);
  const n = member(jwk, "n");
  const e = member(jwk, "e");
  if (member(jwk, "kty") !== "RSA" || member(jwk, "d") !== undefined) throw new TrustError("jwk");
  if (typeof n !== "string" || n.length > 1366 || base64urlDecode(n) === null) {
    throw new TrustError("jwk");
  }
  if (typeof e !== "string" || e.length > 8 || base64urlDecode(e) === null) {
    throw new TrustError("jwk");
  }
  return crypto.subtle.importKey("jwk", { kty: "RSA", n, e }, PS256, false, ["verify"]);
}

function importSpki(spki: unknown, alg: Alg): Promise<CryptoKey> {
  const der = base64Decode(spki);
  if (alg === "ES256") return crypto.subtle.importKey("spki", der, P256, false, ["verify"]);
  return crypto.subtle.importKey("spki", der, PS256, false, ["verify"]);
}

function base64Decode(value: unknown): Bytes {
  if (typeof value !== "string" || value.length > 4096) throw new TrustError("spki");
  const binary = atob(value);
  if (btoa(binary) !== value) throw new TrustError("spki");
  return binaryBytes(binary);
}

/** `room` bounds the fingerprints of all entries together. */
function revocationsOf(entries: readonly unknown[], room: number): Revocations[] {
  let left = room;
  return entries.map((entry, index) => {
    const where = `revocations[${index}]`;
    if (!isJsonObject(entry)) throw new TrustError(where);
    const kid = member(entry, "kid") ?? null;
    const fingerprints = fingerprintsOf(member(entry, "fingerprints"), `${where}.fingerprints`, left);
    left -= fingerprints.size;
    const issued_before_ms = instantOf(member(entry, "issued_before_ms"), `${where}.issued_before_ms`);
    return { kid: kid === null ? null : textOf(kid, `${where}.kid`), issued_before_ms, fingerprints };
  });
}

function fingerprintsOf(value: unknown, where: string, limit: number): Set<string> {
  const found = new Set<string>();
  for (const [index, item] of listOf(value, where, limit).entries()) {
    if (typeof item !== "string" || !/^[0-9a-f]{32}$/.test(item)) throw new TrustError(`${where}[${index}]`);
    found.add(item);
  }
  return found;
}

function listOf(value: unknown, where: string, limit: number): unknown[] {
  if (!Array.isArray(value) || value.length > limit) throw new TrustError(where);
  return value;
}

function textOf(value: unknown, where: string): string {
  if (typeof value !== "string" || value === "" || isLongerThan(value, 120)) {
    throw new TrustError(where);
  }
  return value;
}

function instantOf(value: unknown, where: string): number | null {
  if (value === null || value === undefined) return null;
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new TrustError(where);
  return value;
}
