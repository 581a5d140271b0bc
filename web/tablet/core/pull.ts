/** Reading a server's answer: everything is checked and encrypted here, `answers.ts` then writes it at once. */

import { MAX_EVENTS } from "../../shared/sync/batch.ts";
import { genesis } from "../../shared/sync/chain.ts";
import { crossingMs, orderStamp } from "../../shared/sync/clock.ts";
import { type Bytes, fromBase64url, sameBytes, textBytes } from "../../shared/sync/encoding.ts";
import { SyncError } from "../../shared/sync/errors.ts";
import { isObject, parseBody } from "../../shared/sync/events.ts";
import { checkLinks, type GivenEvent, type Link, readRun } from "../../shared/sync/runs.ts";
import type { EventResult, SyncAnswer, Unread } from "../../shared/wire/api.ts";
import type { Answer, OwnGiven, Page } from "./answers.ts";
import { close, type History, recordToken } from "./at_rest.ts";
import type { Database, Enrolment, OwnEvent, StoredPulled, Window } from "./db.ts";
import type { Environment } from "./environment.ts";
import { afterAnswers, afterReceipt, believedReceipt, handedOn, NO_STANDING, type Standing } from "./standing.ts";
import { CoreError } from "./core_error.ts";

/** An hour more than a server gives a new reader, so that neither waits for the other (SPEC F8). */
export const KEEP_PULLED_MS = 73 * 3_600_000;
const MAX_PAGE_EVENTS = 1000;
const MAX_REMOVALS = 1 << 16;
const MAX_FEEDS = 32;
const FEED = /^(?:checkpoint|turn_backs|arrivals):[a-z0-9][a-z0-9-]{0,63}$/;
const EVENT = /^[a-z0-9-]{1,64}:[1-9][0-9]{0,15}$/;
/** Codes of an accepted event that a person has to know of. */
const ALERTS = ["device.revoked", "device.forked", "seal.key", "seal.text"];
const STATES: Readonly<Record<EventResult["state"], OwnEvent["state"]>> = {
  accepted: "kept",
  duplicate: "kept",
  held: "held",
  rejected: "rejected",
};

/** A page of which nothing is taken: the receipt with it counts all the same (SPEC F6). */
const NOTHING_TAKEN = {
  ...{ reset: false, cursor: null, held_after: null, feeds: null, digest: null, order: 0n, horizon_ms: 0 },
  ...{ received: [], events: [], removals: [] },
};

/** The answer of POST /sync as it came; `readAnswer` believes nothing of it. */
export type WireAnswer = Unread<SyncAnswer>;

export interface ReadAnswer {
  answer: Answer;
  standing: Standing;
  more: boolean;
  packs: Record<string, number>;
  /** Codes of what is not right and spoils nothing else: a receipt that was handed on, a page that does not follow. */
  alerts: readonly string[];
}

/** What the reader knows of itself when it reads an answer. */
export interface Reader {
  environment: Environment;
  db: Database;
  enrolment: Enrolment;
  /** The server that was asked, and the keys of all that are known. */
  server: string;
  receiptKeys: ReadonlyMap<string, CryptoKey>;
  /** null while the tablet is locked: it then asks for no feeds, for it could not encrypt them. */
  history: History | null;
  window: Window;
  standings: Readonly<Record<string, Standing>>;
  /** The numbers of the batch that was sent. */
  sent: { first: number; last: number };
}

/**
 * A checked answer. Throws CoreError: "answer.shape", or "receipt.signature", "receipt.shape",
 * "receipt.server", "receipt.head" when nothing in it may be believed (SPEC P3).
 */
export async function readAnswer(data: unknown, sentMs: number, reader: Reader): Promise<ReadAnswer> {
  if (!isObject(data)) throw new CoreError("answer.shape");
  return await believed(data, sentMs, reader);
}

async function believed(data: WireAnswer, sentMs: number, reader: Reader): Promise<ReadAnswer> {
  if (typeof data.server_time !== "number") throw new CoreError("answer.shape");
  const { environment, server, enrolment, standings } = reader;
  const hashAt = (seq: number) => ownHash(reader, seq);
  const key = reader.receiptKeys.get(server);
  if (key === undefined) throw new CoreError("receipt.server");
  const receipt = await believedReceipt(data.receipt, key, server, enrolment.device, hashAt);
  const contact = environment.now();
  const results = listOf(data, "results", MAX_EVENTS)
    .map(resultOf)
    .filter(({ seq }) => seq >= reader.sent.first && seq <= reader.sent.last);
  const before = standings[server] ?? NO_STANDING;
  const standing = afterAnswers(afterReceipt(before, receipt), new Set(results.map(({ seq }) => seq)));
  const upstream = await upstreamOf(data, reader, hashAt);
  const page = reader.history === null ? null : await pageOf(data, reader, reader.history, data.server_time);
  const told = results.flatMap(({ code }) => (code !== null && ALERTS.includes(code) ? [code] : []));
  const forked = page?.events.some(({ device }) => device === enrolment.device) === true ? ["device.forked"] : [];
  return {
    answer: {
      standings: { ...upstream.changed, [server]: standing },
      through: receipt.through,
      results,
      alerts: [...new Set([...told, ...forked])],
      page,
      // The middle of the round trip is when the server most likely read its clock; one that was set back since has none.
      offset_ms: Math.round(data.server_time - (contact < sentMs ? contact : (sentMs + contact) / 2)),
      contact_ms: contact,
    },
    standing,
    more: data.more === true && page !== null && !page.breaks,
    packs: packsOf(data.packs),
    alerts: page?.breaks === true ? [...upstream.alerts, "answer.chain"] : upstream.alerts,
  };
}

async function upstreamOf(
  data: WireAnswer,
  { receiptKeys, standings, enrolment, server }: Reader,
  hashAt: (seq: number) => Promise<Bytes | null>,
): Promise<{ changed: Record<string, Standing>; alerts: string[] }> {
  const others = new Map([...receiptKeys].filter(([name]) => name !== server));
  try {
    const found = await handedOn(data.upstream_receipt, others, standings, enrolment.device, hashAt);
    return { changed: found === null ? {} : { [found.server]: found.standing }, alerts: [] };
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return { changed: {}, alerts: [error.code] };
  }
}

async function ownHash({ db, enrolment }: Reader, seq: number): Promise<Bytes | null> {
  if (seq === 0) return await genesis(enrolment.device);
  return (await db.get("own", seq))?.hash ?? null;
}

async function pageOf(data: WireAnswer, reader: Reader, history: History, serverMs: number): Promise<Page> {
  const { cursor, held_after, generation } = reader.window;
  const given = await eventsOf(data);
  const reset = data.reset === true;
  const asked = { cursor, held_after, generation };
  if (!follows(given, reset ? [] : await neighbours(reader.db, given))) return { ...NOTHING_TAKEN, asked, breaks: true };
  const received: OwnGiven[] = [];
  const others: GivenEvent[] = [];
  for (const one of given) {
    const own = one.device === reader.enrolment.device ? await reader.db.get("own", one.seq) : undefined;
    const { seq, n, branch, authority, received_ms } = one;
    if (own !== undefined && sameBytes(own.hash, one.hash)) received.push({ seq, n, branch, authority, received_ms });
    else others.push(one);
  }
  const orders = given.map(orderOf);
  return {
    asked,
    breaks: false,
    reset,
    cursor: cursorOf(data.cursor),
    held_after: heldAfterOf(data.held_after),
    feeds: feedsOf(data.feeds),
    digest: data.more === true ? null : digestOf(data.digest),
    received,
    events: await Promise.all(others.map((one) => toStore(one, reader.environment, history))),
    removals: listOf(data, "removals", MAX_REMOVALS).map(removalOf),
    order: orders.reduce((highest, order) => (order > highest ? order : highest), 0n),
    horizon_ms: serverMs - KEEP_PULLED_MS,
  };
}

async function eventsOf(data: WireAnswer): Promise<GivenEvent[]> {
  const runs = listOf(data, "runs", MAX_PAGE_EVENTS);
  try {
    const events = (await Promise.all(runs.map(readRun))).flat();
    if (events.length > MAX_PAGE_EVENTS) throw new CoreError("answer.shape", "runs");
    return events;
  } catch (error) {
    if (error instanceof SyncError) throw new CoreError("answer.shape", error.at);
    throw error;
  }
}

/** What is held beside and in the place of what came, one look for each run of it. */
async function neighbours(db: Database, given: readonly GivenEvent[]): Promise<Link[]> {
  const found: Link[][] = [];
  for (let at = 0; at < given.length; ) {
    const first = given[at] as GivenEvent;
    let count = 1;
    while (given[at + count]?.author === first.author && given[at + count]?.seq === first.seq + count) count += 1;
    const range = IDBKeyRange.bound([first.author, first.seq - 1], [first.author, first.seq + count]);
    found.push(await db.getAll("pulled", range));
    at += count;
  }
  return found.flat();
}

/** Whether every event follows from its neighbours (SPEC H3). */
function follows(given: readonly GivenEvent[], held: readonly Link[]): boolean {
  try {
    checkLinks(given, held);
    return true;
  } catch (error) {
    if (error instanceof SyncError) return false;
    throw error;
  }
}

function orderOf({ body, received_ms }: GivenEvent): bigint {
  try {
    return orderStamp(parseBody(body).stamp, received_ms);
  } catch (error) {
    if (error instanceof SyncError) return 0n;
    throw error;
  }
}

/** No text reaches the disk as it came. */
async function toStore(one: GivenEvent, environment: Environment, history: History): Promise<StoredPulled> {
  const { author, seq, n, device, previous, hash, commitment, received_ms, authority } = one;
  const { record, ...header } = headerOf(one);
  return {
    ...{ author, seq, n, device, previous, hash, commitment, received_ms, authority },
    ...header,
    token: record === null ? null : await recordToken(history, record),
    body: await close(environment, textBytes(one.body), history.key, hash),
    person: one.person === null ? null : await close(environment, textBytes(one.person), history.key, commitment),
    history_key_id: history.id,
  };
}

function headerOf({ body, received_ms }: GivenEvent): Pick<StoredPulled, "kind" | "time_ms"> & { record: string | null } {
  try {
    const { kind, record, time_ms, offset_ms } = parseBody(body);
    return { kind, record, time_ms: crossingMs(time_ms, offset_ms) };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    // Kept as it stands for a later version of this program; it belongs to no record yet.
    return { kind: null, record: null, time_ms: received_ms };
  }
}

function resultOf(data: unknown): { seq: number; state: OwnEvent["state"]; code: string | null } {
  const { seq, state: said, code }: Unread<EventResult> = isObject(data) ? data : {};
  const state = (STATES as Readonly<Record<string, OwnEvent["state"] | undefined>>)[String(said)];
  if (!isCount(seq) || state === undefined) throw new CoreError("answer.shape", "results");
  return { seq, state, code: typeof code === "string" ? code : null };
}

function removalOf(data: unknown): string {
  if (typeof data !== "string" || !EVENT.test(data)) throw new CoreError("answer.shape", "removals");
  return data;
}

function feedsOf(data: unknown): readonly string[] | null {
  if (data === undefined || data === null) return null;
  const shaped = Array.isArray(data) && data.length <= MAX_FEEDS;
  if (!shaped || !data.every((one) => typeof one === "string" && FEED.test(one))) throw new CoreError("answer.shape", "feeds");
  return [...(data as string[])].sort();
}

function digestOf(data: unknown): Bytes | null {
  if (data === undefined || data === null) return null;
  try {
    return fromBase64url(data, 32);
  } catch {
    throw new CoreError("answer.shape", "digest");
  }
}

function packsOf(data: unknown): Record<string, number> {
  if (!isObject(data)) throw new CoreError("answer.shape", "packs");
  for (const version of Object.values(data)) if (!isCount(version)) throw new CoreError("answer.shape", "packs");
  return data as Record<string, number>;
}

function cursorOf(data: unknown): string | null {
  if (data !== null && (typeof data !== "string" || data.length > 160)) throw new CoreError("answer.shape", "cursor");
  return data;
}

function heldAfterOf(data: unknown): number | null {
  if (data === undefined || data === null) return null;
  if (!isCount(data)) throw new CoreError("answer.shape", "held_after");
  return data;
}

function listOf(data: WireAnswer, name: keyof SyncAnswer, most: number): unknown[] {
  const value = data[name];
  if (!Array.isArray(value) || value.length > most) throw new CoreError("answer.shape", name);
  return value;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
