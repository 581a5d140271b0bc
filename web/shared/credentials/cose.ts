/** COSE_Sign1 (RFC 9052) with ES256 or PS256. Twin of credentials/cose.py. */

import { type Cbor, type CborMap, decodeCbor } from "./cbor.ts";
import type { Bytes } from "./jws.ts";
import type { Alg, TrustKey } from "./trust.ts";

const MAX_KID_BYTES = 64;
const ALGORITHM = 1;
const CRITICAL = 2;
const KID = 4;
const ALGS: ReadonlyMap<Cbor, Alg> = new Map<Cbor, Alg>([
  [-7, "ES256"],
  [-37, "PS256"],
]);
/** Tag 61 (CWT) may stand around tag 18 (COSE_Sign1), and both may be absent. */
const TAGS = [[0xd8, 0x3d], [0xd2]];
const CONTEXT = "Signature1";

/** Complete CBOR that is no COSE_Sign1, or one signed in a way that we do not take. */
export class CoseError extends Error {
  readonly code: "cose" | "algorithm";

  constructor(code: "cose" | "algorithm") {
    super(code);
    this.name = "CoseError";
    this.code = code;
  }
}

/** A taken-apart COSE_Sign1 whose signature nobody has checked yet. `kid` may be empty. */
export interface Sign1 {
  alg: Alg;
  kid: Bytes;
  protected: Bytes;
  payload: Bytes;
  signature: Bytes;
}

/** Take a message apart without checking its signature. Throws CborError or CoseError. */
export function parseSign1(data: Bytes): Sign1 {
  let untagged = data;
  for (const tag of TAGS) {
    if (tag.every((byte, at) => untagged[at] === byte)) untagged = untagged.slice(tag.length);
  }
  if ((untagged[0] ?? 0) >> 5 === 6) throw new CoseError("cose");
  const message = decodeCbor(untagged);
  if (!Array.isArray(message) || message.length !== 4) throw new CoseError("cose");
  const [head = null, unprotected = null, payload = null, signature = null] = message;
  if (!(head instanceof Uint8Array && unprotected instanceof Map)) throw new CoseError("cose");
  if (!(payload instanceof Uint8Array && signature instanceof Uint8Array)) throw new CoseError("cose");
  const headers: Cbor = head.length === 0 ? new Map() : decodeCbor(head);
  if (!(headers instanceof Map) || headers.has(CRITICAL)) throw new CoseError("cose");
  const alg = ALGS.get(headerOf(headers, unprotected, ALGORITHM));
  if (alg === undefined) throw new CoseError("algorithm");
  const kid = headerOf(headers, unprotected, KID) ?? new Uint8Array();
  if (!(kid instanceof Uint8Array) || kid.length > MAX_KID_BYTES) throw new CoseError("cose");
  return { alg, kid, protected: head, payload, signature };
}

/** Whether `key` made the signature, with the algorithm that both name. */
export async function verifySign1(message: Sign1, key: TrustKey): Promise<boolean> {
  if (key.alg !== message.alg) return false;
  const context = Uint8Array.from(CONTEXT, (letter) => letter.charCodeAt(0));
  const parts = [
    [0x84, 0x60 | context.length],
    context,
    byteStringHead(message.protected.length),
    message.protected,
    [0x40],
    byteStringHead(message.payload.length),
    message.payload,
  ];
  const signed = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    signed.set(part, at);
    at += part.length;
  }
  const algorithm =
    key.alg === "ES256" ? { name: "ECDSA", hash: "SHA-256" } : { name: "RSA-PSS", saltLength: 32 };
  return crypto.subtle.verify(algorithm, key.publicKey, message.signature, signed);
}

function headerOf(headers: CborMap, unprotected: CborMap, label: number): Cbor {
  return headers.get(label) ?? unprotected.get(label) ?? null;
}

function byteStringHead(size: number): number[] {
  if (size < 24) return [0x40 | size];
  return size < 256 ? [0x58, size] : [0x59, size >> 8, size & 0xff];
}
