/** Who this tablet is: its key, its enrolment, its access tokens. */

import { signEs256 } from "../../shared/sync/batch.ts";
import { genesis } from "../../shared/sync/chain.ts";
import { stampToText } from "../../shared/sync/clock.ts";
import { textBytes, toBase64url } from "../../shared/sync/encoding.ts";
import type { DeviceToken, Enrolled, EnrolledCheckpoint } from "../../shared/wire/api.ts";
import { beginEnrolment, type Database, type Enrolment } from "./db.ts";
import type { Environment } from "./environment.ts";
import { call, CallError } from "./http.ts";
import { CoreError } from "./core_error.ts";
import type { Checkpoint, CheckpointClass } from "./vocabulary.ts";

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const ASSERTION_LIFETIME_S = 120;
/** A token is renewed this long before its end. */
const RENEW_MS = 60_000;
const CODE = /^[0-9a-hjkmnp-tv-z]{20}$/;
const LINK_CODE = /[#&?]enrol=([^&#]*)/;

/** The one-time code in a link (…/tablet/#enrol=code) or typed by hand; CoreError("enrolment.code"). */
export function enrolmentCode(linkOrCode: string): string {
  const trimmed = linkOrCode.trim();
  const given = LINK_CODE.exec(trimmed)?.[1] ?? trimmed;
  // Crockford's base32 reads O as 0 and I, L as 1; people put spaces and dashes between groups.
  const code = given.toLowerCase().replace(/[\s-]/g, "").replace(/o/g, "0").replace(/[il]/g, "1");
  if (!CODE.test(code)) throw new CoreError("enrolment.code");
  return code;
}

/**
 * Makes a key that cannot be exported, uses up the code, and pins what the server names.
 *
 * After a lost answer the same code is tried with the same key: the server knows it by that and says it again.
 */
export async function enrolDevice(environment: Environment, db: Database, code: string): Promise<Enrolment> {
  const key = await keyFor(environment, code);
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", key.publicKey);
  const answer = await call(environment, {
    method: "POST",
    path: "/devices/enrol",
    body: { code, jwk: { kty: "EC", crv: "P-256", x, y } },
  });
  const enrolled = answer as Enrolled;
  const enrolment: Enrolment = {
    device: enrolled.device,
    key,
    checkpoint: checkpointOf(enrolled.checkpoint),
    server: enrolled.server,
    root_key: enrolled.root_key,
    sealing_key: enrolled.sealing_key,
    receipt_key: enrolled.receipt_key,
  };
  const head = { seq: 0, hash: await genesis(enrolment.device), stamp: stampToText(0n) };
  await beginEnrolment(db, enrolment, head, Math.round(enrolled.server_time - environment.now()));
  tried.delete(environment);
  return enrolment;
}

/** The key that a code was last tried with, until it is enrolled or the page ends. */
const tried = new WeakMap<Environment, { code: string; key: CryptoKeyPair }>();

async function keyFor(environment: Environment, code: string): Promise<CryptoKeyPair> {
  const last = tried.get(environment);
  if (last?.code === code) return last.key;
  const key = await crypto.subtle.generateKey(P256, false, ["sign", "verify"]);
  tried.set(environment, { code, key });
  return key;
}

/** Servers of before version 1.1 do not say the sealing key. */
type TokenAnswer = Omit<DeviceToken, "sealing_key"> & Partial<Pick<DeviceToken, "sealing_key">>;

/** Access tokens of each server by private_key_jwt (RFC 7523); in memory only. */
export class Tokens {
  readonly #environment: Environment;
  readonly #held = new Map<string, { token: string; until_ms: number }>();
  readonly #sealing = new Map<string, JsonWebKey>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** A token that is still good, else a new one. Throws CallError. */
  async get(base: string, enrolment: Enrolment, offsetMs: number): Promise<string> {
    const now = this.#environment.now();
    const held = this.#held.get(base);
    if (held !== undefined && now < held.until_ms) return held.token;
    const issuedMs = now + offsetMs;
    let answer: unknown;
    try {
      answer = await this.#ask(base, enrolment, issuedMs, null);
    } catch (error) {
      // Our clock is far off, or the server has just started: it gave us a nonce to sign instead.
      if (!(error instanceof CallError) || error.nonce === null) throw error;
      answer = await this.#ask(base, enrolment, issuedMs, error.nonce);
    }
    const { access_token, expires_in, sealing_key } = answer as TokenAnswer;
    if (sealing_key !== undefined) this.#sealing.set(base, sealing_key);
    this.#held.set(base, { token: access_token, until_ms: now + expires_in * 1000 - RENEW_MS });
    return access_token;
  }

  /** What may be sealed to the server there, as it said with its last token; undefined where it said nothing. */
  sealingKey(base: string): JsonWebKey | undefined {
    return this.#sealing.get(base);
  }

  drop(base: string): void {
    this.#held.delete(base);
  }

  dropAll(): void {
    this.#held.clear();
  }

  async #ask(base: string, enrolment: Enrolment, issuedMs: number, nonce: string | null): Promise<unknown> {
    const iat = Math.floor(issuedMs / 1000);
    const header = { alg: "ES256", typ: "JWT", kid: enrolment.device };
    const claims = {
      iss: enrolment.device,
      sub: enrolment.device,
      aud: "chot",
      iat,
      exp: iat + ASSERTION_LIFETIME_S,
      jti: toBase64url(this.#environment.random(16)),
      ...(nonce === null ? {} : { nonce }),
    };
    const input = [header, claims].map((part) => toBase64url(textBytes(JSON.stringify(part)))).join(".");
    const signature = await signEs256(enrolment.key.privateKey, textBytes(input));
    const assertion = `${input}.${toBase64url(signature)}`;
    return await call(this.#environment, { method: "POST", base, path: "/auth/device-token", body: { assertion } });
  }
}

function checkpointOf(given: EnrolledCheckpoint): Checkpoint {
  const { id, name, province, class: kind, lane, lanes, road, hotline } = given;
  return { id, name, province, class: kind as CheckpointClass, lane, lanes, road, hotline };
}
