/** Stored events as entries of a record's registers, own and pulled alike. */

import policies from "../../../docs/policy.json" with { type: "json" };
import { crossingMs, orderStamp, wallMsOf } from "../../shared/sync/clock.ts";
import type { Bytes } from "../../shared/sync/encoding.ts";
import { SyncError } from "../../shared/sync/errors.ts";
import { type Body, type Fields, isObject, type Items, parseBody, parseText } from "../../shared/sync/events.ts";
import type { PolicyTable } from "../../shared/sync/registers.ts";
import { authorOf } from "../../shared/sync/runs.ts";
import { type History, openText } from "./at_rest.ts";
import type { OwnEvent, PulledEvent } from "./db.ts";
import type { Plate } from "./vocabulary.ts";

/** Generated from schemas/records.py, so that tablet and server show the same while writes compete. */
export const POLICIES = policies["crossing/1"] as PolicyTable;

export type { History };

export interface Entry {
  /** The device as references name it: a cloned one's later branches have names of their own (SPEC A6). */
  author: string;
  seq: number;
  own: OwnEvent | null;
  body: Body;
  order: bigint;
  /** As the server ranked whoever the event names; 0 until it has. */
  authority: number;
  received_ms: number | null;
  person: Bytes | null;
  commitment: Bytes;
  /** Opens `person`; null: the history key does. */
  content: CryptoKey | null;
}

/** null where this version cannot read the body. */
export function ownEntry(event: OwnEvent, device: string): Entry | null {
  const body = read(event.body);
  if (body === null) return null;
  // Until the server has said when it received it, the own stamp orders it.
  const order = orderStamp(body.stamp, event.received_ms ?? wallMsOf(body.stamp));
  const { branch = 0, authority = 0 } = event;
  // What a version before 3 wrote: its person part lies under the history key.
  const content = event.sealed === null ? event.content : null;
  return { ...event, author: authorOf(device, branch), own: event, body, order, authority, content };
}

/** null where this version cannot read the body. */
export function pulledEntry(event: PulledEvent): Entry | null {
  const body = read(event.body);
  if (body === null) return null;
  return { ...event, own: null, body, order: orderStamp(body.stamp, event.received_ms), content: null };
}

/** What an entry's person part writes; null where there is none, it is withheld or `history` does not open it. */
export async function personOf(entry: Entry, history: History | null): Promise<{ fields: Fields; items: Items } | null> {
  const { person, commitment, content } = entry;
  if (person === null || history === null) return null;
  const plain = await openText(person, content ?? history.key, commitment);
  if (plain === null) return null;
  const { set, items } = parseText(plain);
  return { fields: isObject(set) ? set : {}, items: isObject(items) ? (items as Items) : {} };
}

/** A plate as records hold it; null for what is none. */
export function plateOf(value: unknown): Plate | null {
  if (!isObject(value) || typeof value["normal"] !== "string") return null;
  const candidates = Array.isArray(value["candidates"]) ? value["candidates"].map(String) : [];
  return { read: String(value["read"] ?? ""), normal: value["normal"], candidates };
}

/** When it happened: as `occurred` has it from paper, else by the corrected clock. */
export function happenedMs(occurred: unknown, { time_ms, offset_ms }: Body): number {
  return typeof occurred === "number" ? occurred : crossingMs(time_ms, offset_ms);
}

function read(text: string): Body | null {
  try {
    return parseBody(text);
  } catch (error) {
    if (error instanceof SyncError) return null;
    throw error;
  }
}
