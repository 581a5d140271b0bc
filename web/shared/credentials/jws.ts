/**
 * Compact JWS with ES256 and nothing else (RFC 7515, RFC 7518 3.4). Twin of credentials/jws.py.
 *
 * In packs and our own documents the header has exactly the members alg, kid and typ; every part
 * must be canonical base64url, so that one document has one text.
 */

export type Bytes = Uint8Array<ArrayBuffer>;
export type JsonObject = Record<string, unknown>;
export type JwsCode = "partial" | "malformed" | "algorithm";

export const SIGNATURE_CHARACTERS = 86;
export const MAX_HEADER_CHARACTERS = 400;
/** Every nesting level needs an opening bracket: counting them bounds the depth before parsing. */
export const MAX_BRACKETS = 512;
export const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

const TOKEN = /^[A-Za-z0-9_-]*$/;
const KID = /^[A-Za-z0-9_.:-]{1,64}$/;
const TYP = /^[a-z0-9-]{1,32}$/;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The text is no ES256 JWS; `partial` means that its end may be missing. */
export class JwsError extends Error {
  readonly code: JwsCode;

  constructor(code: JwsCode) {
    super(code);
    this.name = "JwsError";
    this.code = code;
  }
}

/** Bytes that are no JSON, or none that we take. */
export class JsonError extends Error {}

/** A taken-apart JWS whose signature nobody has checked yet. */
export interface CompactJws {
  kid: string;
  typ: string;
  signingInput: Bytes;
  payload: Bytes;
  signature: Bytes;
}

/** `header.payload.signature`, decoded; nothing is known of the header but that it is JSON. */
export interface JwsParts {
  header: JsonObject;
  signingInput: Bytes;
  payload: Bytes;
  signature: Bytes;
}

/** Take a JWS apart, whatever its header says. Throws JwsError, `partial` for a cut one. */
export function jwsParts(text: string): JwsParts {
  const parts = text.split(".");
  const [head = "", body = "", tail = ""] = parts;
  if (parts.length < 3 || (parts.length === 3 && tail.length < SIGNATURE_CHARACTERS)) {
    throw new JwsError("partial");
  }
  if (parts.length > 3 || tail.length > SIGNATURE_CHARACTERS) throw new JwsError("malformed");
  if (head.length > MAX_HEADER_CHARACTERS) throw new JwsError("malformed");
  const headerBytes = base64urlDecode(head);
  const payload = base64urlDecode(body);
  const signature = base64urlDecode(tail);
  if (headerBytes === null || payload === null || signature === null) {
    throw new JwsError("malformed");
  }
  return { header: headerOf(headerBytes), signingInput: binaryBytes(`${head}.${body}`), payload, signature };
}

/** Take `header.payload.signature` apart without checking the signature. Throws JwsError. */
export function parseJws(text: string, maxCharacters: number): CompactJws {
  if (text.length > maxCharacters) throw new JwsError("malformed");
  const { header, ...rest } = jwsParts(text);
  if (Object.keys(header).sort().join(" ") !== "alg kid typ") throw new JwsError("malformed");
  if (header["alg"] !== "ES256") throw new JwsError("algorithm");
  const typ = header["typ"];
  if (typeof typ !== "string" || !TYP.test(typ)) throw new JwsError("malformed");
  return { kid: kidOf(header), typ, ...rest };
}

/** The key id of a header. Throws JwsError. */
export function kidOf(header: JsonObject): string {
  const kid = member(header, "kid");
  if (typeof kid !== "string" || !KID.test(kid)) throw new JwsError("malformed");
  return kid;
}

/** The first of these keys (imported as ECDSA P-256) that made the signature. */
export async function signerOf<T extends { publicKey: CryptoKey }>(
  jws: CompactJws,
  keys: readonly T[],
): Promise<T | null> {
  for (const key of keys) if (await verifyEs256(jws, key.publicKey)) return key;
  return null;
}

/** Whether `publicKey` (imported as ECDSA P-256) made the signature. */
export function verifyEs256(jws: CompactJws, publicKey: CryptoKey): Promise<boolean> {
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  return crypto.subtle.verify(algorithm, publicKey, jws.signature, jws.signingInput);
}

/** A verifying key from a public P-256 JWK; a private part is refused. Throws JwsError. */
export async function importPublicJwk(jwk: unknown): Promise<CryptoKey> {
  const kty = member(jwk, "kty");
  const crv = member(jwk, "crv");
  const x = member(jwk, "x");
  const y = member(jwk, "y");
  if (kty !== "EC" || crv !== "P-256" || member(jwk, "d") !== undefined) {
    throw new JwsError("malformed");
  }
  if (!isCoordinate(x) || !isCoordinate(y)) throw new JwsError("malformed");
  try {
    return await crypto.subtle.importKey("jwk", { kty, crv, x, y }, P256, false, ["verify"]);
  } catch {
    throw new JwsError("malformed");
  }
}

/** Strict: no padding, no other alphabet, unused bits zero; null for anything else. */
export function base64urlDecode(text: string): Bytes | null {
  if (!TOKEN.test(text)) return null;
  const rest = text.length % 4;
  if (rest === 1) return null;
  const last = ALPHABET.indexOf(text.charAt(text.length - 1));
  if ((rest === 2 && last % 16 !== 0) || (rest === 3 && last % 4 !== 0)) return null;
  return binaryBytes(atob(text.replace(/-/g, "+").replace(/_/g, "/")));
}

/** The code units of a text that has only those below 256. */
export function binaryBytes(binary: string): Bytes {
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The text whose code units are these bytes. */
export function bytesBinary(bytes: Bytes): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Without padding. */
export function base64urlEncode(bytes: Bytes): string {
  return btoa(bytesBinary(bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** One JSON object of bounded depth. Throws JsonError. */
export function parseJsonObject(bytes: Bytes): JsonObject {
  let brackets = 0;
  for (const byte of bytes) if (byte === 0x5b || byte === 0x7b) brackets += 1;
  if (brackets > MAX_BRACKETS) throw new JsonError("too many brackets");
  const value = parseJson(bytes);
  if (!isJsonObject(value)) throw new JsonError("not an object");
  return value;
}

/** UTF-8 JSON without a byte order mark. Throws JsonError. */
export function parseJson(bytes: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new JsonError("not JSON");
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of its own: a claim named "constructor" is not the one that every object inherits. */
export function member(value: unknown, name: string): unknown {
  if (!isJsonObject(value) || !Object.prototype.hasOwnProperty.call(value, name)) return undefined;
  return value[name];
}

function headerOf(bytes: Bytes): JsonObject {
  try {
    return parseJsonObject(bytes);
  } catch {
    throw new JwsError("malformed");
  }
}

function isCoordinate(value: unknown): value is string {
  return typeof value === "string" && value.length === 43 && base64urlDecode(value) !== null;
}

