/**
 * A server of its own for practising, as far as a tablet sees one: keys made for this once, packs and codes signed by them.
 *
 * No real server knows any of these keys: whatever is written in practice verifies nowhere else.
 */

import { signEs256 } from "../../shared/sync/batch.ts";
import { type Bytes, concatBytes, textBytes, toBase64url } from "../../shared/sync/encoding.ts";
import { NONCE_BYTES } from "../../shared/sync/seal.ts";

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
/** The least that a shift takes (core/session.ts). */
const ITERATIONS = 100_000;

export const TRAINEE = "practice";
export const PIN = "000000";

interface Key {
  private_key: CryptoKey;
  jwk: { kty: string; crv: string; x: string; y: string };
}

export class Issuer {
  readonly #root: Key;
  readonly #documents: Key;
  readonly #now_s: number;

  private constructor(root: Key, documents: Key, nowMs: number) {
    this.#root = root;
    this.#documents = documents;
    this.#now_s = Math.floor(nowMs / 1000);
  }

  static async make(nowMs: number): Promise<Issuer> {
    const [root, documents] = await Promise.all([makeKey(["sign", "verify"]), makeKey(["sign", "verify"])]);
    return new Issuer(root, documents, nowMs);
  }

  get root_key(): JsonWebKey {
    return { ...this.#root.jwk, kid: "practice-root" } as JsonWebKey;
  }

  /** A pack in force, as a tablet stores it. */
  async pack(name: string, content: unknown, scope: string): Promise<{ name: string; version: number; jws: string; confirmed_ms: number }> {
    const issued_at = new Date(this.#now_s * 1000).toISOString();
    const payload = { name, version: 1, scope, issued_at, expires_at: null, content };
    const jws = await signed(this.#root, "practice-root", "chot-pack", payload);
    return { name, version: 1, jws, confirmed_ms: this.#now_s * 1000 };
  }

  /** Whose codes count while practising: these alone. */
  trust(): object {
    const window = { not_before_ms: null, not_after_ms: null };
    const key = { kid: "practice-documents", alg: "ES256", jwk: this.#documents.jwk, issuer: "practice", usage: ["decl", "badge"], ...window };
    return { keys: [key], revoked: [] };
  }

  /** Text of a code of ours. */
  async document(typ: "decl" | "badge", claims: object): Promise<string> {
    const times = { iss: "practice", iat: this.#now_s - 60, exp: this.#now_s + 86_400 };
    return `CHOT1:${await signed(this.#documents, "practice-documents", typ, { ...times, ...claims })}`;
  }
}

/** The one trainee, whose badge secret and PIN open a history key made for this once. */
export async function traineeRoster(checkpoint: string, name: string, secret: Bytes, random: (count: number) => Bytes): Promise<object> {
  const password = textBytes(`${toBase64url(secret)}:${PIN}`);
  const base = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveKey"]);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-256", salt: textBytes(`chot/1 badge\n${TRAINEE}`), iterations: ITERATIONS };
  const kek = await crypto.subtle.deriveKey(pbkdf2, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = random(NONCE_BYTES);
  const history = random(32);
  const closed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: textBytes(TRAINEE) }, kek, history);
  const wrapped = toBase64url(concatBytes(iv, new Uint8Array(closed)));
  // A lead, so that everything can be tried.
  return { checkpoint, history_key_id: "practice", officers: [{ id: TRAINEE, name, role: "lead", iterations: ITERATIONS, wrapped }] };
}

/** The public half of a key to seal to; what opens it is thrown away. */
export async function sealingKey(): Promise<JsonWebKey> {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const { kty = "", crv = "", x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kty, crv, x, y, kid: "practice-sealing" } as JsonWebKey;
}

async function makeKey(uses: KeyUsage[]): Promise<Key> {
  const pair = (await crypto.subtle.generateKey(P256, false, uses)) as CryptoKeyPair;
  const { kty = "", crv = "", x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { private_key: pair.privateKey, jwk: { kty, crv, x, y } };
}

async function signed(key: Key, kid: string, typ: string, payload: object): Promise<string> {
  const input = [{ alg: "ES256", kid, typ }, payload].map((part) => toBase64url(textBytes(JSON.stringify(part)))).join(".");
  return `${input}.${toBase64url(await signEs256(key.private_key, textBytes(input)))}`;
}
