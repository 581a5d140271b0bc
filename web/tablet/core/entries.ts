/** Stored events as entries of a record's registers, own and pulled alike. */

import policies from "../../../docs/policy.json" with { type: "json" };
import { orderStamp, wallMsOf } from "../../shared/sync/clock.ts";
import type { Bytes } from "../../shared/sync/encoding.ts";
import { SyncError } from "../../shared/sync/errors.ts";
import { type Body, type Fields, isObject, type Items, parseBody, parseText } from "../../shared/sync/events.ts";
import type { PolicyTable } from "../../shared/sync/registers.ts";
import { authorOf } from "../../shared/sync/runs.ts";
import { openPerson } from "./append.ts";
import type { OwnEvent, PulledEvent } from "./db.ts";
import type { Plate } from "./vocabulary.ts";

/** Generated from schemas/records.py, so that tablet and server show the same while writes compete. */
export const POLICIES = policies["crossing/1"] as PolicyTable;

/** What opens the person parts on this disk while a shift is open. */
export interface History {
  key: CryptoKey;
  id: string;
}

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
  commitment: Bytes | null;
  history_key_id: string | null;
}

/** null where this version cannot read the body. */
export function ownEntry(event: OwnEvent, device: string): Entry | null {
  const body = read(event.body);
  if (body === null) return null;
  // Until the server has said when it received it, the own stamp orders it.
  const order = orderStamp(body.stamp, event.received_ms ?? wallMsOf(body.stamp));
  const { branch = 0, authority = 0 } = event;
  return { ...event, author: authorOf(device, branch), own: event, body, order, authority };
}

/** null where this version cannot read the body. */
export function pulledEntry(event: PulledEvent): Entry | null {
  const body = read(event.body);
  if (body === null) return null;
  return { ...event, own: null, body, order: orderStamp(body.stamp, event.received_ms) };
}

/** What an entry's person part writes; null where there is none, it is withheld or `history` does not open it. */
export async function personOf(entry: Entry, history: History | null): Promise<{ fields: Fields; items: Items } | null> {
  const { person, commitment, history_key_id } = entry;
  if (person === null || commitment === null || history === null || history.id !== history_key_id) return null;
  const plain = await openPerson(person, commitment, history.key);
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

function read(text: string): Body | null {
  try {
    return parseBody(text);
  } catch (error) {
    if (error instanceof SyncError) return null;
    throw error;
  }
}
