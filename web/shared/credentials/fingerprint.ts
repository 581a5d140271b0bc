/** What a revocation list holds of a document. Twin of credentials/fingerprint.py. */

import type { Bytes } from "./jws.ts";
import type { Alg } from "./trust.ts";

/** SHA-256, first 16 bytes, hex; text as UTF-8. */
export async function fingerprint(data: Bytes | string): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Of a SMART Health Card's `rid`, which is an id for one key only. */
export function cardFingerprint(kid: string, revocationId: string): Promise<string> {
  return fingerprint(`shc:${kid}:${revocationId}`);
}

/** Of an ES256 signature only the R half counts: (R, S) and (R, -S) are both valid. */
export function signatureFingerprint(alg: Alg, signature: Bytes): Promise<string> {
  return fingerprint(alg === "ES256" ? signature.slice(0, 32) : signature);
}
