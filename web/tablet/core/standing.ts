/** How far this tablet has come with each of its servers. Twin of sync/standing.py. SPEC P1–P3, P7, P8. */

import { sameBytes } from "../../shared/sync/encoding.ts";
import type { Bytes } from "../../shared/sync/encoding.ts";
import { type Receipt, readReceipt } from "../../shared/sync/envelope.ts";
import { SyncError } from "../../shared/sync/errors.ts";
import { isObject } from "../../shared/sync/events.ts";
import { CoreError } from "./core_error.ts";

/** What one server said of this device's chain. */
export interface Standing {
  level: "relay" | "home";
  through: number;
  safe_through: number;
  /** Up to where each own event's answer was heard: a receipt alone does not tell of refusals (SPEC P2). */
  answered: number;
  /** The server's clock at its last receipt. */
  told_ms: number;
}

/** Up to which own event each level holds the chain (SPEC P7). */
export interface Drained {
  saved: number;
  relay: number;
  home: number;
  safe: number;
}

export const NO_STANDING: Standing = { level: "home", through: 0, safe_through: 0, answered: 0, told_ms: 0 };

/** Up to where nothing has to be said to this server again. */
export function drainedBy({ through, answered }: Standing): number {
  return Math.min(through, answered);
}

/** The standing once a believed receipt is taken in. */
export function afterReceipt(before: Standing, receipt: Receipt): Standing {
  const { level, through, safe_through, server_time } = receipt;
  // A server restored from a backup judges again what it gets again (SPEC F5).
  return { level, through, safe_through, answered: Math.min(before.answered, through), told_ms: server_time };
}

/** The standing after the answers to these numbers were heard. */
export function afterAnswers(before: Standing, heard: ReadonlySet<number>): Standing {
  let answered = before.answered;
  while (heard.has(answered + 1)) answered += 1;
  return { ...before, answered: Math.min(answered, before.through) };
}

export function drainedOf(saved: number, standings: readonly Standing[]): Drained {
  const home = standings.filter(({ level }) => level === "home");
  return {
    saved,
    relay: Math.max(0, ...standings.map(({ through }) => through)),
    home: Math.max(0, ...home.map(({ through }) => through)),
    safe: Math.max(0, ...home.map(({ safe_through }) => safe_through)),
  };
}

/** The own hash at a number; null where there is none. */
export type HashAt = (seq: number) => Promise<Bytes | null>;

/**
 * A receipt of `server` about `device`, believed. Throws CoreError("receipt.signature" | "receipt.shape" |
 * "receipt.server" | "receipt.head") when nothing it came with may be believed (SPEC P1, P3).
 */
export async function believedReceipt(
  data: unknown,
  key: CryptoKey,
  server: string,
  device: string,
  hashAt: HashAt,
): Promise<Receipt> {
  let receipt: Receipt;
  try {
    receipt = await readReceipt(data, key);
  } catch (error) {
    throw new CoreError(error instanceof SyncError && error.code === "receipt.signature" ? error.code : "receipt.shape");
  }
  if (receipt.device !== device || receipt.server !== server) throw new CoreError("receipt.server");
  const own = await hashAt(receipt.through);
  if (own === null || !sameBytes(own, receipt.head)) throw new CoreError("receipt.head", receipt.through);
  return receipt;
}

/**
 * What a receipt that a relay hands on changes (SPEC P8); null: nothing. A server that is not known is passed
 * over, and so is an older receipt than the last. Throws as `believedReceipt`.
 */
export async function handedOn(
  data: unknown,
  keys: ReadonlyMap<string, CryptoKey>,
  standings: Readonly<Record<string, Standing>>,
  device: string,
  hashAt: HashAt,
): Promise<{ server: string; standing: Standing } | null> {
  const server = isObject(data) ? data["server"] : null;
  const key = typeof server === "string" ? keys.get(server) : undefined;
  if (typeof server !== "string" || key === undefined) return null;
  const receipt = await believedReceipt(data, key, server, device, hashAt);
  const before = standings[server] ?? NO_STANDING;
  if (receipt.level !== "home" || receipt.server_time < before.told_ms) return null;
  return { server, standing: afterReceipt(before, receipt) };
}
