/**
 * A shift: badge and PIN unwrap the checkpoint's history key. Works with no network.
 *
 * The badge's secret and the PIN are never stored. While a shift is locked the secret stays in memory, so
 * that the PIN alone opens it again; the keys do not.
 */

import { openBadge, type Trust } from "../../shared/credentials/index.ts";
import { type Bytes, fromBase64url, textBytes, toBase64url } from "../../shared/sync/encoding.ts";
import { importAgreementKey, NONCE_BYTES, wrapContentKey } from "../../shared/sync/seal.ts";
import type { PersonKeys } from "./append.ts";
import type { Environment } from "./environment.ts";
import type { Roster, RosterOfficer } from "./packs.ts";
import { CoreError } from "./core_error.ts";
import type { OfficerOnDuty } from "./vocabulary.ts";

/** Wrong PINs in a row → wait before the next, in ms. */
const WAITS_MS = [0, 0, 0, 5_000, 30_000, 60_000] as const;
/** From here on only a lead's badge opens a shift. */
export const LEAD_FAILURES = 5;
/** The PIN protects a badge that was lost; a roster must not be able to make it cheaper than this. */
const MIN_ITERATIONS = 100_000;
const MAX_ITERATIONS = 5_000_000;

export interface PinFailures {
  failures: number;
  failed_ms: number;
}

/** What a verified badge says. */
export interface Badge {
  officer: RosterOfficer;
  secret: Bytes;
}

/** A shift that is open or locked. `keys` is null while it is locked. */
export interface Shift {
  officer: OfficerOnDuty;
  secret: Bytes;
  keys: PersonKeys | null;
}

/** How long to wait before the next PIN; never longer than its own delay, also when the clock was set back. */
export function pinWaitMs(pin: PinFailures, nowMs: number): number {
  const delay = WAITS_MS[Math.min(pin.failures, WAITS_MS.length - 1)] ?? 0;
  return Math.max(0, Math.min(delay, pin.failed_ms + delay - nowMs));
}

/** Throws CoreError("badge.wait", ms) or, for anybody but a lead after too many failures, "badge.lead". */
export function checkPinAllowed(pin: PinFailures, officer: RosterOfficer, nowMs: number): void {
  const wait = pinWaitMs(pin, nowMs);
  if (wait > 0) throw new CoreError("badge.wait", wait);
  if (pin.failures >= LEAD_FAILURES && officer.role !== "lead") throw new CoreError("badge.lead");
}

/**
 * The roster's officer of a badge. Throws CoreError("badge.unreadable"), ("badge.invalid", code) for a
 * forged, expired or revoked one, ("badge.officer") for somebody who is not on this checkpoint's roster.
 */
export async function readBadge(text: string, trust: Trust, roster: Roster, nowMs: number): Promise<Badge> {
  const { evidence, secret } = await openBadge(text, trust, nowMs);
  if (evidence.family !== "own" || evidence.status === "unknown") throw new CoreError("badge.unreadable");
  if (evidence.status !== "verified") throw new CoreError("badge.invalid", evidence.code);
  if (secret === null) throw new CoreError("badge.unreadable");
  return { officer: officerOf(roster, evidence.subject?.["officer"]), secret };
}

export function officerOf(roster: Roster, id: unknown): RosterOfficer {
  const officer = roster.officers.find((one) => one.id === id);
  if (officer === undefined) throw new CoreError("badge.officer");
  return officer;
}

/** The history key, not extractable. Throws CoreError("badge.pin") when PIN and badge do not open it. */
export async function unwrapHistoryKey(officer: RosterOfficer, secret: Bytes, pin: string): Promise<CryptoKey> {
  if (!(officer.iterations >= MIN_ITERATIONS && officer.iterations <= MAX_ITERATIONS)) {
    throw new CoreError("pack.content", "roster");
  }
  const password = textBytes(`${toBase64url(secret)}:${pin}`);
  const base = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveKey"]);
  const kek = await crypto.subtle.deriveKey(
    {
      name: "PBKDF2",
      hash: "SHA-256",
      salt: textBytes(`chot/1 badge\n${officer.id}`),
      iterations: officer.iterations,
    },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["unwrapKey"],
  );
  const wrapped = fromBase64url(officer.wrapped);
  try {
    return await crypto.subtle.unwrapKey(
      "raw",
      wrapped.slice(NONCE_BYTES),
      kek,
      { name: "AES-GCM", iv: wrapped.slice(0, NONCE_BYTES), additionalData: textBytes(officer.id) },
      { name: "AES-GCM" },
      false,
      ["encrypt", "decrypt"],
    );
  } catch {
    throw new CoreError("badge.pin");
  }
}

/** The keys of one opening: the history key, and a fresh content key that only the server can open again (SPEC S2). */
export async function personKeys(
  environment: Environment,
  history: CryptoKey,
  historyKeyId: string,
  sealingKey: JsonWebKey,
): Promise<PersonKeys> {
  const server = await importAgreementKey(sealingKey);
  const ephemeral = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const raw = environment.random(32);
  const content = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt"]);
  const wrapped = await wrapContentKey(raw, server, ephemeral);
  raw.fill(0);
  return { history, history_key_id: historyKeyId, content, wrapped };
}
