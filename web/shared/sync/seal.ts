/**
 * Sealing a person part to the home server, so that a locked tablet can still drain. SPEC S1–S2.
 *
 * Twin of the sealing half of sync/seal.py: ECDH P-256 with a fresh key, HKDF-SHA-256, AES-256-GCM.
 */

import { type Bytes, concatBytes, textBytes, toBase64url } from "./encoding.ts";

export const NONCE_BYTES = 12;
const INFO = textBytes("chot/1 seal");

/** A server's or an ephemeral public key from its JWK, for agreement. */
export function importAgreementKey(jwk: JsonWebKey): Promise<CryptoKey> {
  const { kty, crv, x, y } = jwk;
  return crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: "ECDH", namedCurve: "P-256" }, true, []);
}

/**
 * The content key for the server only: point ‖ AES-GCM(key), base64url (SPEC S2).
 *
 * The nonce is zero: the wrapping key comes from a fresh ephemeral key and is used once.
 */
export async function wrapContentKey(
  contentKey: Bytes,
  serverKey: CryptoKey,
  ephemeral: CryptoKeyPair,
): Promise<string> {
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", ephemeral.publicKey));
  const serverPoint = new Uint8Array(await crypto.subtle.exportKey("raw", serverKey));
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: serverKey }, ephemeral.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const kek = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: concatBytes(point, serverPoint), info: INFO },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"],
  );
  const iv = new Uint8Array(NONCE_BYTES);
  const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, kek, contentKey);
  return toBase64url(concatBytes(point, new Uint8Array(wrapped)));
}

/** What a sealed person part or body is on the wire: the wrapped key, a dot, nonce ‖ ciphertext (SPEC S1, S4). */
export function sealedText(wrapped: string, closed: Uint8Array): string {
  return `${wrapped}.${toBase64url(closed)}`;
}

/** What a body is bound to: its place in its device's chain (SPEC S4). */
export function bodyBinding(device: string, seq: number): Bytes {
  return textBytes(`chot/1 body\n${device}:${seq}`);
}

/** `sealedText` of a person part, bound to its commitment (SPEC S1). */
export async function seal(
  person: string,
  contentKey: CryptoKey,
  wrapped: string,
  nonce: Bytes,
  commitment: Bytes,
): Promise<string> {
  const gcm = { name: "AES-GCM", iv: nonce, additionalData: commitment };
  return sealedText(wrapped, concatBytes(nonce, new Uint8Array(await crypto.subtle.encrypt(gcm, contentKey, textBytes(person)))));
}
