/** Reading a server's answer: everything is checked and encrypted here, `db.ts` then writes it at once. */

import { commitment } from "../../shared/sync/chain.ts";
import { orderStamp } from "../../shared/sync/clock.ts";
import { type Bytes, fromBase64url, sameBytes } from "../../shared/sync/encoding.ts";
import { type Receipt, readReceipt } from "../../shared/sync/envelope.ts";
import { SyncError } from "../../shared/sync/errors.ts";
import { isObject, parseBody } from "../../shared/sync/events.ts";
import { closePerson } from "./append.ts";
import type { Answer, Database, Enrolment, OwnEvent, PulledEvent } from "./db.ts";
import type { Environment } from "./environment.ts";
import { CoreError } from "./types.ts";

/** How long a tablet keeps what others wrote. */
export const KEEP_PULLED_MS = 72 * 3_600_000;
/** Codes of an accepted event that a person has to know of. */
const ALERTS = ["device.revoked", "device.forked", "seal.key", "seal.text"];

/** The answer of POST /sync as it came; `readAnswer` believes nothing of it. */
export type WireAnswer = Record<string, unknown>;

export interface ReadAnswer {
  answer: Answer;
  more: boolean;
  packs: Record<string, number>;
}

/** What the reader knows of itself when it reads an answer. */
export interface Reader {
  environment: Environment;
  db: Database;
  enrolment: Enrolment;
  receiptKey: CryptoKey;
  /** null while the tablet is locked: it then asks for no feeds, for it could not encrypt them. */
  history: { key: CryptoKey; id: string } | null;
  cursor: string | null;
}

/**
 * A checked answer. Throws CoreError: "answer.shape", or "receipt.signature", "receipt.shape",
 * "receipt.server", "receipt.head" when nothing in it may be believed (SPEC P3).
 */
export async function readAnswer(data: unknown, sentMs: number, reader: Reader): Promise<ReadAnswer> {
  if (!isObject(data) || typeof data["server_time"] !== "number") throw new CoreError("answer.shape");
  const receipt = await checkedReceipt(data["receipt"], reader);
  const contact = reader.environment.now();
  const rows = listOf(data, "events").map((one) => given(one));
  const others = rows.filter((row) => row.device !== reader.enrolment.device && row.state === "accepted");
  const events = await Promise.all(others.map((row) => toStore(row, reader)));
  const results = listOf(data, "results").map(resultOf);
  const answer: Answer = {
    acked: { through: receipt.through, safe_through: receipt.safe_through },
    results: results.flatMap(({ seq, state, code }) => (isProblem(state) ? [{ seq, state, code }] : [])),
    received: rows
      .filter((row) => row.device === reader.enrolment.device)
      .map(({ seq, received, state }) => ({ seq, received_ms: received, state: isProblem(state) ? state : "kept" })),
    reset: data["reset"] === true,
    events,
    removals: listOf(data, "removals").map(removalOf),
    alerts: [...new Set(results.flatMap(({ code }) => (code !== null && ALERTS.includes(code) ? [code] : [])))],
    cursor: reader.history === null ? reader.cursor : cursorOf(data["cursor"]),
    order: rows.reduce((highest, row) => (row.order > highest ? row.order : highest), 0n),
    // The middle of the round trip is when the server most likely read its clock.
    offset_ms: Math.round(data["server_time"] - (sentMs + contact) / 2),
    contact_ms: contact,
    horizon_ms: data["server_time"] - KEEP_PULLED_MS,
  };
  return {
    answer,
    more: data["more"] === true,
    packs: packsOf(data["packs"]),
  };
}

async function checkedReceipt(data: unknown, reader: Reader): Promise<Receipt> {
  let receipt: Receipt;
  try {
    receipt = await readReceipt(data, reader.receiptKey);
  } catch (error) {
    throw new CoreError(error instanceof SyncError && error.code === "receipt.signature" ? error.code : "receipt.shape");
  }
  const { device, server } = reader.enrolment;
  if (receipt.device !== device || receipt.server !== server) throw new CoreError("receipt.server");
  if (receipt.through > 0) {
    const own = await reader.db.get("own", receipt.through);
    if (own === undefined || !sameBytes(own.hash, receipt.head)) throw new CoreError("receipt.head", receipt.through);
  }
  return receipt;
}

interface Given {
  n: number;
  device: string;
  seq: number;
  body: string;
  person: string | null;
  commitment: Bytes | null;
  received: number;
  state: string;
  branch: number;
  authority: number;
  record: string | null;
  time_ms: number;
  order: bigint;
}

function given(data: unknown): Given {
  if (!isObject(data)) throw new CoreError("answer.shape", "events");
  const { n, device, seq, body, person, received, state, branch = 0, authority = 0 } = data;
  const numbered = isCount(n) && isCount(seq) && isCount(received) && isCount(branch) && isCount(authority);
  if (!numbered || typeof device !== "string" || typeof body !== "string" || typeof state !== "string") {
    throw new CoreError("answer.shape", "events");
  }
  const withheld = data["commitment"] === undefined ? null : fromBase64url(data["commitment"], 32);
  const text = typeof person === "string" ? person : null;
  const row = { n, device, seq, body, received, state, branch, authority, person: text };
  try {
    const { record, time_ms, offset_ms, stamp } = parseBody(body);
    const time = time_ms + (offset_ms ?? 0);
    return { ...row, commitment: withheld, record, time_ms: time, order: orderStamp(stamp, received) };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    // Kept as it stands for a later version of this program; it belongs to no record yet.
    return { ...row, commitment: withheld, record: null, time_ms: received, order: 0n };
  }
}

async function toStore(row: Given, { environment, history }: Reader): Promise<PulledEvent> {
  const { n, device, seq, record, body, time_ms, received, state, branch, authority } = row;
  const open = row.person !== null && history !== null;
  // A person text that is not encrypted here must not reach the disk.
  const person = open
    ? await closePerson(environment, row.person ?? "", await commitment(row.person), history.key)
    : null;
  return {
    n,
    device,
    seq,
    record,
    body,
    time_ms,
    received_ms: received,
    state,
    branch,
    authority,
    person,
    commitment: row.person === null ? row.commitment : await commitment(row.person),
    history_key_id: open ? history.id : null,
  };
}

function resultOf(data: unknown): { seq: number; state: string; code: string | null } {
  if (!isObject(data) || !isCount(data["seq"]) || typeof data["state"] !== "string") {
    throw new CoreError("answer.shape", "results");
  }
  return { seq: data["seq"], state: data["state"], code: typeof data["code"] === "string" ? data["code"] : null };
}

/** "device:seq" of an event whose person part was erased. */
function removalOf(data: unknown): { device: string; seq: number } {
  const [, device, seq] = /^([a-z0-9-]{1,64}):([1-9][0-9]{0,15})$/.exec(String(data)) ?? [];
  if (device === undefined) throw new CoreError("answer.shape", "removals");
  return { device, seq: Number(seq) };
}

function packsOf(data: unknown): Record<string, number> {
  if (!isObject(data)) throw new CoreError("answer.shape", "packs");
  for (const version of Object.values(data)) if (!isCount(version)) throw new CoreError("answer.shape", "packs");
  return data as Record<string, number>;
}

function cursorOf(data: unknown): string | null {
  if (data !== null && typeof data !== "string") throw new CoreError("answer.shape", "cursor");
  return data;
}

function listOf(data: WireAnswer, name: string): unknown[] {
  const value = data[name];
  if (!Array.isArray(value)) throw new CoreError("answer.shape", name);
  return value;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isProblem(state: string): state is Exclude<OwnEvent["state"], "kept"> {
  return state === "held" || state === "rejected";
}
