/**
 * Hybrid logical clock: a stamp that follows wall time when it can and never runs backwards.
 *
 * Twin of sync/clock.py. A stamp needs 63 bits, so it is a bigint. SPEC C1–C5.
 */

import { SyncError } from "./errors.ts";

const COUNTER_BITS = 16n;
const COUNTER_MAX = 0xffff;
/** How far in the future of its receipt a stamp may still order an event (SPEC C4). */
export const DRIFT_CAP_MS = 5 * 60 * 1000;
const STAMP = /^[0-7][0-9a-f]{15}$/;

/** The stamp of a wall time in Unix milliseconds and a counter. */
export function stampOf(wallMs: number, counter = 0): bigint {
  if (!(Number.isSafeInteger(wallMs) && wallMs >= 0 && wallMs < 2 ** 47 && counter >= 0 && counter <= COUNTER_MAX)) {
    throw new SyncError("clock.range", "C1");
  }
  return (BigInt(wallMs) << COUNTER_BITS) | BigInt(counter);
}

/** The wall part of a stamp, in Unix milliseconds. */
export function wallMsOf(stamp: bigint): number {
  return Number(stamp >> COUNTER_BITS);
}

/** Sixteen lower-case hexadecimal digits; text order is number order (SPEC C1). */
export function stampToText(stamp: bigint): string {
  return stamp.toString(16).padStart(16, "0");
}

/** The stamp in `text`; throws SyncError("clock.stamp") for anything else (SPEC C1). */
export function stampFromText(text: unknown): bigint {
  if (typeof text !== "string" || !STAMP.test(text)) throw new SyncError("clock.stamp", "C1");
  return BigInt(`0x${text}`);
}

/** The next stamp of a device whose last one was `last`; a clock that jumps back counts up (SPEC C2). */
export function tick(last: bigint, wallMs: number): bigint {
  const wall = stampOf(wallMs);
  return last + 1n > wall ? last + 1n : wall;
}

/**
 * A device's clock after it has seen an event ordered at `order` (SPEC C3).
 *
 * Only ever with the order stamp of an envelope: an uncapped stamp of one tablet set to 2099 would
 * carry every other clock there for good.
 */
export function observe(last: bigint, order: bigint): bigint {
  return last > order ? last : order;
}

/** Where an event stands among others: its stamp, but at most receipt + 5 min (SPEC C4). */
export function orderStamp(stamp: bigint, receivedMs: number): bigint {
  const cap = stampOf(receivedMs + DRIFT_CAP_MS);
  return stamp < cap ? stamp : cap;
}

/** Offset-corrected time of what happened, Unix milliseconds (SPEC C5). */
export function crossingMs(deviceMs: number, offsetMs: number | null): number {
  return deviceMs + (offsetMs ?? 0);
}
