/**
 * A shift: badge and PIN unwrap the checkpoint's history key. Works with no network.
 *
 * The badge's secret and the PIN are never stored. While a shift is locked the secret stays in memory, so
 * that the PIN alone opens it again; the keys do not.
 */

import { openBadge, type Trust } from "../../shared/credentials/index.ts";
import { type Bytes, fromBase64url, textBytes, toBase64url } from "../../shared/sync/encoding.ts";
import { importAgreementKey, NONCE_BYTES, wrapContentKey } from "../../shared/sync/seal.ts";
import type { ShiftKeys } from "./append.ts";
import { type History, importContentKey, openingOf } from "./at_rest.ts";
import type { Opening } from "./db.ts";
import type { Environment } from "./environment.ts";
import { CLOCK_LEEWAY_MS, type Roster, type RosterOfficer } from "./packs.ts";
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
  keys: ShiftKeys | null;
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
  const { evidence, secret } = await openBadge(text, trust, nowMs, CLOCK_LEEWAY_MS);
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

/** What badge and PIN open, not extractable. Throws CoreError("badge.pin") when they do not. */
export async function unwrapHistoryKey(officer: RosterOfficer, secret: Bytes, pin: string): Promise<Omit<History, "id">> {
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
  const unwrap = (as: "AES-GCM" | "HKDF", uses: KeyUsage[]): Promise<CryptoKey> => {
    const nonce = { name: "AES-GCM", iv: wrapped.slice(0, NONCE_BYTES), additionalData: textBytes(officer.id) };
    return crypto.subtle.unwrapKey("raw", wrapped.slice(NONCE_BYTES), kek, nonce, as, false, uses);
  };
  try {
    const key = await unwrap("AES-GCM", ["encrypt", "decrypt"]);
    return { key, index: await indexKey(await unwrap("HKDF", ["deriveKey"])) };
  } catch {
    throw new CoreError("badge.pin");
  }
}

/** The key of record tokens: of the same secret, for nothing else. */
function indexKey(base: CryptoKey): Promise<CryptoKey> {
  const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: textBytes("chot/1 records") };
  return crypto.subtle.deriveKey(hkdf, base, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign"]);
}

/**
 * The keys of one opening: a fresh content key, for the history and for each server that may open bodies
 * (server id → its sealing key; SPEC S2).
 */
export async function shiftKeys(
  environment: Environment,
  history: History,
  servers: Readonly<Record<string, JsonWebKey>>,
): Promise<{ keys: ShiftKeys; opening: Opening }> {
  const raw = environment.random(32);
  const wrapped: Record<string, string> = {};
  for (const [server, jwk] of Object.entries(servers)) {
    const ephemeral = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    wrapped[server] = await wrapContentKey(raw, await importAgreementKey(jwk), ephemeral);
  }
  const opening = await openingOf(environment, raw, history, toBase64url(environment.random(12)), wrapped);
  const content = await importContentKey(raw);
  raw.fill(0);
  return { keys: { history, content, opening: opening.id }, opening };
}
