/** What a server signs: envelopes of what it accepted first, receipts of what it holds. Twin of sync/envelope.py. SPEC A3, P1–P3. */

import { verifyEs256 } from "./batch.ts";
import { fromBase64url, textBytes, toHex } from "./encoding.ts";
import { SyncError } from "./errors.ts";
import type { SignedReceipt, Unread } from "../wire/api.ts";

/** A server's word that it received a run of events at this time, before any other server (SPEC A3). */
export interface Envelope {
  server: string;
  received: number;
  device: string;
  first: number;
  last: number;
  head: Uint8Array;
  /** The authority it verified (R7): one digit for all events, or one for each. */
  ranks: string;
}

/** The eight lines that an envelope signature covers. */
export function envelopeText(envelope: Envelope): Uint8Array<ArrayBuffer> {
  const { server, received, device, first, last, head, ranks } = envelope;
  return textBytes(["chot-envelope/1", server, received, device, first, last, toHex(head), ranks].join("\n"));
}

/** Which of two envelopes for one event holds: the smaller (received, server). */
export function smallerEnvelope(one: Envelope, other: Envelope): Envelope {
  if (one.received !== other.received) return one.received < other.received ? one : other;
  return one.server <= other.server ? one : other;
}

/** A server's word that it holds a device's chain up to `through`, whose hash is `head`. */
export interface Receipt {
  server: string;
  level: "relay" | "home";
  device: string;
  through: number;
  head: Uint8Array;
  safe_through: number;
  server_time: number;
}

/** The eight lines that a receipt signature covers (SPEC P1). */
export function receiptText(receipt: Receipt): Uint8Array<ArrayBuffer> {
  return textBytes(
    [
      "chot-receipt/1",
      receipt.server,
      receipt.level,
      receipt.device,
      receipt.through,
      toHex(receipt.head),
      receipt.safe_through,
      receipt.server_time,
    ].join("\n"),
  );
}

/**
 * The receipt in its JSON value, once its signature is the server's; else SyncError("receipt.shape" |
 * "receipt.signature"). Whether `head` is our own hash at `through` is for the caller to see (SPEC P3).
 */
export async function readReceipt(data: unknown, serverKey: CryptoKey): Promise<Receipt> {
  const value = (typeof data === "object" && data !== null ? data : {}) as Unread<SignedReceipt>;
  const { server, level, device, through, safe_through, server_time } = value;
  if (
    typeof server !== "string" ||
    typeof device !== "string" ||
    (level !== "relay" && level !== "home") ||
    !isCount(through) ||
    !isCount(safe_through) ||
    !isCount(server_time)
  ) {
    throw new SyncError("receipt.shape", "P1");
  }
  const head = fromBase64url(value.head, 32);
  const receipt: Receipt = { server, level, device, through, head, safe_through, server_time };
  if (!(await verifyEs256(serverKey, fromBase64url(value.signature, 64), receiptText(receipt)))) {
    throw new SyncError("receipt.signature", "P1");
  }
  return receipt;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
