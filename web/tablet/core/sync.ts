/**
 * One round with the server: send what it does not hold, store what it gives, fetch newer packs.
 *
 * What is sent stays in the store. What counts as sent is what a believed receipt covers, and nothing
 * else: an answer that was lost, a refused batch or an error of any kind only means saying it again.
 */

import { makeBatch, type OutgoingEvent, PROTOCOL, signEs256, type WireBatch } from "../../shared/sync/batch.ts";
import { genesis } from "../../shared/sync/chain.ts";
import { isObject } from "../../shared/sync/events.ts";
import { openPerson } from "./append.ts";
import { type Database, type Enrolment, ownAfter, type OwnEvent, readMeta, storeAnswer } from "./db.ts";
import type { Tokens } from "./device.ts";
import type { Environment } from "./environment.ts";
import { call, CallError } from "./http.ts";
import { acceptPack } from "./packs.ts";
import { type ReadAnswer, readAnswer } from "./pull.ts";
import { CoreError } from "./types.ts";

export const BATCH_EVENTS = 200;
export const BATCH_CHARACTERS = 512 * 1024;
/** More pages than this in one round: something does not end. */
const MAX_PAGES = 2000;

export interface Round {
  environment: Environment;
  db: Database;
  enrolment: Enrolment;
  receiptKey: CryptoKey;
  tokens: Tokens;
  /** The history key while the shift is open; null: send sealed, pull nothing. */
  history: { key: CryptoKey; id: string } | null;
  /** Called after each stored answer. */
  onProgress: () => Promise<void>;
}

/** Codes of packs that could not be taken. What an event's answer says is in the store (`Meta.alerts`). */
export interface RoundResult {
  alerts: string[];
}

/** Sends and pulls until neither side has more. Throws CallError or CoreError; what was stored stays. */
export async function syncRound(round: Round): Promise<RoundResult> {
  let batchEvents = BATCH_EVENTS;
  let announced: Record<string, number> = {};
  let restored = false;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const through = (await readMeta(round.db, "acked"))?.through ?? 0;
    let read: ReadAnswer;
    try {
      read = await exchange(round, through, batchEvents);
    } catch (error) {
      if (!(error instanceof CallError) || error.failure !== "too_large" || batchEvents === 1) throw error;
      batchEvents = Math.ceil(batchEvents / 2);
      continue;
    }
    await storeAnswer(round.db, read.answer);
    await round.onProgress();
    announced = read.packs;
    const head = await readMeta(round.db, "head");
    const unsent = (head?.seq ?? 0) - read.answer.acked.through;
    const behind = read.answer.acked.through < through;
    const stuck = unsent > 0 && (read.answer.acked.through === through || (behind && restored));
    if (stuck && !read.more) throw new CoreError("receipt.behind", read.answer.acked.through);
    // A server restored from a backup holds less than before: it is offered the rest again, once a round (SPEC F5).
    restored ||= behind;
    if (unsent <= 0 && !read.more) break;
  }
  return { alerts: await fetchPacks(round, announced) };
}

async function exchange(round: Round, through: number, batchEvents: number): Promise<ReadAnswer> {
  const { environment, db, enrolment, history, receiptKey } = round;
  const cursor = await readMeta(db, "cursor");
  const head = await readMeta(db, "head");
  const events = await ownAfter(db, through, batchEvents, BATCH_CHARACTERS);
  const batch = events.length === 0 ? null : await batchOf(round, through, events);
  let sentMs = 0;
  const data = await authorized(round, (token) => {
    sentMs = environment.now();
    const body = {
      protocol: PROTOCOL,
      cursor,
      feeds: history === null ? [] : [`checkpoint:${enrolment.checkpoint.id}`],
      batch,
      unsent: Math.max(0, (head?.seq ?? 0) - through),
      device_time: sentMs,
    };
    return call(environment, { method: "POST", path: "/sync", token, body });
  });
  return await readAnswer(data, sentMs, { environment, db, enrolment, receiptKey, history, cursor });
}

/** The call with a token; a 401 costs one new token, a second one ends the round (and drops nothing). */
async function authorized(round: Round, request: (token: string) => Promise<unknown>): Promise<unknown> {
  const { tokens, enrolment, db } = round;
  const offsetMs = (await readMeta(db, "offset_ms")) ?? 0;
  try {
    return await request(await tokens.get(enrolment, offsetMs));
  } catch (error) {
    if (!(error instanceof CallError) || error.failure !== "auth") throw error;
    tokens.drop();
    return await request(await tokens.get(enrolment, offsetMs));
  }
}

/** The own events after `through`, signed; `history` null: with their person parts sealed. */
export async function batchOf(
  round: Pick<Round, "db" | "enrolment" | "history">,
  through: number,
  events: readonly OwnEvent[],
): Promise<WireBatch> {
  const { db, enrolment } = round;
  const before = through === 0 ? undefined : await db.get("own", through);
  const previous = before?.hash ?? (await genesis(enrolment.device));
  const outgoing = await Promise.all(events.map((event) => outgoingOf(event, round.history)));
  return await makeBatch(enrolment.device, through + 1, previous, outgoing, (text) =>
    signEs256(enrolment.key.privateKey, text),
  );
}

/** In clear (over TLS) while the shift is open, else sealed; sealed too where the history key has changed. */
async function outgoingOf(event: OwnEvent, history: Round["history"]): Promise<OutgoingEvent> {
  const { body, commitment, sealed } = event;
  if (event.person !== null && history !== null && history.id === event.history_key_id) {
    const person = await openPerson(event.person, commitment, history.key);
    if (person !== null) return { body, person, sealed: null, commitment };
  }
  return { body, person: null, sealed, commitment };
}

/** Fetches what is newer than ours. One bad pack never stops another: its code is returned, the last good stays. */
async function fetchPacks(round: Round, announced: Record<string, number>): Promise<string[]> {
  const { environment, db, enrolment } = round;
  const problems: string[] = [];
  for (const [name, version] of Object.entries(announced)) {
    const serverMs = environment.now() + ((await readMeta(db, "offset_ms")) ?? 0);
    const held = await db.get("packs", name);
    if (held !== undefined && held.version === version) {
      await db.put("packs", { ...held, confirmed_ms: serverMs });
      continue;
    }
    if (held !== undefined && held.version > version) {
      problems.push("pack.rollback");
      continue;
    }
    const path = `/packs/${encodeURIComponent(name)}`;
    const data = await authorized(round, (token) => call(environment, { method: "GET", path, token }));
    try {
      const jws = isObject(data) ? data["jws"] : null;
      if (typeof jws !== "string") throw new CoreError("pack.malformed", name);
      await acceptPack(db, name, jws, enrolment, serverMs);
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      problems.push(error.code);
    }
  }
  return problems;
}
