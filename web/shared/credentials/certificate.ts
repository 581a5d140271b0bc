/** A document signer's certificate as the key that a trust list needs. Twin of credentials/certificate.py. */

import { bitsOf, childrenOf, type Der, DerError, expectTag, INTEGER, OID, parseDer, SEQUENCE } from "./der.ts";
import { base64urlEncode, type Bytes, bytesBinary, P256 } from "./jws.ts";
import { type Alg, MAX_RSA_BITS, MIN_RSA_BITS } from "./trust.ts";

const MAX_CERTIFICATE_BYTES = 16_384;
const ALL_KINDS = ["test", "vaccination", "recovery"];

const COUNTRY = "550406";
const EXTENDED_KEY_USAGE = "551d25";
const EU_ARCS = ["2b060104018e378f6501", "2b06010401008e378f6501"];
const VISIBLE_DIGITAL_SEAL = "67810801010e02";
const EC = "2a8648ce3d0201";
const P256_CURVE = "2a8648ce3d030107";
/** Some certificates spell the curve out; its prime tells it from others of the same size. */
const P256_PRIME = `ffffffff00000001${"00".repeat(12)}${"ff".repeat(12)}`;
const RSA = ["2a864886f70d010101", "2a864886f70d01010a"];
const EXTENSIONS = 0xa3;

/** A key that we refuse: RSA below 2048 bits, another curve, another algorithm. */
export class UnusableKeyError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "UnusableKeyError";
  }
}

/** What a trust list says of a key; `spki` is base64 DER. null: a key that we refuse. */
export type ImportedKey = { alg: Alg; spki: string } | null;

export interface CertificateKey {
  kid: string;
  country: string | null;
  key: ImportedKey;
  usage: string[];
}

/** What a trust list needs of a certificate. Rejects with DerError where it is none. */
export async function keyOfCertificate(der: Bytes): Promise<CertificateKey> {
  if (der.length > MAX_CERTIFICATE_BYTES) throw new DerError("too large");
  const [body] = childrenOf(expectTag(parseDer(der), SEQUENCE));
  const fields = body === undefined ? [] : childrenOf(expectTag(body, SEQUENCE));
  if (fields[0]?.tag === 0xa0) fields.shift();
  const [, , issuer, , subject, publicKey, ...rest] = fields;
  if (issuer === undefined || subject === undefined || publicKey === undefined) {
    throw new DerError("no certificate");
  }
  const key = await keyOf(expectTag(publicKey, SEQUENCE)).catch((error: unknown) => {
    if (error instanceof UnusableKeyError) return null;
    throw error;
  });
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", der));
  return {
    kid: btoa(bytesBinary(digest.slice(0, 8))),
    country: countryOf(subject) ?? countryOf(issuer),
    key,
    usage: usageOf(rest),
  };
}

/** A P-256 key from its uncompressed point. Rejects with UnusableKeyError. */
export async function keyOfPoint(point: Bytes): Promise<ImportedKey> {
  if (point[0] !== 4) throw new UnusableKeyError("compressed");
  try {
    return { alg: "ES256", spki: await spkiOf(await crypto.subtle.importKey("raw", point, P256, true, ["verify"])) };
  } catch {
    throw new UnusableKeyError("no point of P-256");
  }
}

/** An RSA key of 2048 to 8192 bits. Rejects with UnusableKeyError. */
export async function keyOfRsa(modulus: Bytes, exponent: Bytes): Promise<ImportedKey> {
  const n = withoutZeros(modulus);
  const e = withoutZeros(exponent);
  const bits = n.length === 0 ? 0 : 8 * n.length - Math.clz32(n[0] ?? 0) + 24;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS || !isOdd(n)) throw new UnusableKeyError("RSA size");
  if (e.length > 4 || !isOdd(e) || (e.length === 1 && e[0] === 1)) {
    throw new UnusableKeyError("RSA exponent");
  }
  const jwk = { kty: "RSA", n: base64urlEncode(n), e: base64urlEncode(e) };
  const algorithm = { name: "RSA-PSS", hash: "SHA-256" };
  try {
    return { alg: "PS256", spki: await spkiOf(await crypto.subtle.importKey("jwk", jwk, algorithm, true, ["verify"])) };
  } catch {
    throw new UnusableKeyError("RSA key");
  }
}

async function keyOf(publicKey: Der): Promise<ImportedKey> {
  const parts = childrenOf(publicKey);
  const [head, tail] = parts;
  if (head === undefined || tail === undefined || parts.length !== 2) throw new DerError("no public key");
  const algorithm = childrenOf(expectTag(head, SEQUENCE));
  const bits = bitsOf(tail);
  const [named, curve] = algorithm;
  const name = named === undefined ? "" : hexOf(named.content);
  if (name === EC && curve !== undefined && algorithm.length === 2) {
    const spelledOut = curve.tag === SEQUENCE && hexOf(curve.content).includes(P256_PRIME);
    const isNamed = curve.tag === OID && hexOf(curve.content) === P256_CURVE;
    if (!(spelledOut || isNamed) || bits.length !== 65) throw new UnusableKeyError("curve");
    return keyOfPoint(bits);
  }
  if (RSA.includes(name)) {
    const numbers = childrenOf(parseDer(bits)).map((one) => expectTag(one, INTEGER).content);
    const [modulus, exponent] = numbers;
    if (modulus === undefined || exponent === undefined || numbers.length !== 2) throw new DerError("no RSA key");
    return keyOfRsa(modulus, exponent);
  }
  throw new UnusableKeyError("algorithm");
}

function usageOf(rest: Der[]): string[] {
  const purposes: string[] = [];
  for (const field of rest) {
    if (field.tag !== EXTENSIONS) continue;
    for (const extension of childrenOf(field).flatMap(childrenOf)) {
      const parts = extension.tag === SEQUENCE ? childrenOf(extension) : [];
      const [name] = parts;
      const value = parts[parts.length - 1];
      if (name === undefined || value === undefined || parts.length < 2) continue;
      if (hexOf(name.content) !== EXTENDED_KEY_USAGE) continue;
      purposes.push(...childrenOf(parseDer(value.content)).map((purpose) => hexOf(purpose.content)));
    }
  }
  const usage = ALL_KINDS.filter((_, i) => EU_ARCS.some((arc) => purposes.includes(`${arc}0${i + 1}`)));
  if (usage.length > 0) return usage;
  return purposes.includes(VISIBLE_DIGITAL_SEAL) ? [] : [...ALL_KINDS];
}

function countryOf(name: Der): string | null {
  for (const attribute of childrenOf(name).flatMap(childrenOf)) {
    const parts = childrenOf(attribute);
    const [kind, value] = parts;
    if (parts.length !== 2 || kind === undefined || value === undefined) continue;
    if (hexOf(kind.content) !== COUNTRY) continue;
    const text = bytesBinary(value.content);
    return /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : null;
  }
  return null;
}

async function spkiOf(key: CryptoKey): Promise<string> {
  return btoa(bytesBinary(new Uint8Array(await crypto.subtle.exportKey("spki", key))));
}

function withoutZeros(bytes: Bytes): Bytes {
  let start = 0;
  while (bytes[start] === 0) start += 1;
  return bytes.slice(start);
}

function isOdd(bytes: Bytes): boolean {
  return (bytes[bytes.length - 1] ?? 0) % 2 === 1;
}

function hexOf(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
