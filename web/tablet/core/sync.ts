/**
 * One round with a server: send what it does not hold, store what it gives, fetch newer packs.
 *
 * What is sent stays in the store. What counts as sent is what a believed receipt covers, and nothing
 * else: an answer that was lost, a refused batch or an error of any kind only means saying it again.
 */

import { type OutgoingEvent, PROTOCOL, signEs256, signedBatch } from "../../shared/sync/batch.ts";
import { genesis } from "../../shared/sync/chain.ts";
import { isObject } from "../../shared/sync/events.ts";
import { sealedText } from "../../shared/sync/seal.ts";
import type { SentBatch, SignedPack, SyncRequest, Unread } from "../../shared/wire/api.ts";
import { ALARMING } from "./alarms.ts";
import { recount, storeAnswer } from "./answers.ts";
import { type History, openOwn, openText } from "./at_rest.ts";
import { type Base, inOrder, noteUse } from "./bases.ts";
import { confirmPack, type Database, type Enrolment, NO_WINDOW, type Opening, type OwnEvent, readMeta, type StoredOwn, writeMeta } from "./db.ts";
import type { Tokens } from "./device.ts";
import type { Environment } from "./environment.ts";
import { call, CallError } from "./http.ts";
import { ownAfter } from "./lookups.ts";
import { acceptPack } from "./packs.ts";
import { KEEP_PULLED_MS, type ReadAnswer, readAnswer } from "./pull.ts";
import { drainedBy, NO_STANDING } from "./standing.ts";
import { CoreError } from "./core_error.ts";

export const BATCH_EVENTS = 400;
export const BATCH_CHARACTERS = 1024 * 1024;
/** How much is sent at once: less after an answer that did not come in time, more again after those that did (SPEC O5). */
export interface Pace {
  events: number;
  /** In the batch last sent. */
  sent: number;
}

/**
 * From so many events on a batch goes alone: a feed gives back in full what was sent, and on a slow network that
 * takes as long as sending it. What nobody else holds yet goes first; the feed is read once it is safe.
 */
export const ALONE_EVENTS = 100;

/** More pages than this in one round: something does not end. */
const MAX_PAGES = 2000;

export interface Round {
  environment: Environment;
  db: Database;
  enrolment: Enrolment;
  /** Best first. */
  bases: readonly Base[];
  receiptKeys: ReadonlyMap<string, CryptoKey>;
  tokens: Tokens;
  /** The history key while a shift is open; null: send sealed, pull nothing. Another one may be opened during a round. */
  history: () => History | null;
  /** Whether newer packs are fetched. */
  fetches: boolean;
  /** Whether what is stored has to be counted, not only what came since (SPEC F9). */
  recount: boolean;
  /** Kept from round to round. */
  pace: Pace;
  /** Called after each stored answer. */
  onProgress: () => Promise<void>;
}

/** Codes of packs that could not be taken. What an event's answer says is in the store (`Meta.alerts`). */
export interface RoundResult {
  alerts: string[];
}

/** A round with the first server that one can be had with. Throws what the first of them met; what was stored stays. */
export async function syncRound(round: Round): Promise<RoundResult> {
  const { db, environment } = round;
  if (round.recount) {
    const offsetMs = (await readMeta(db, "offset_ms")) ?? 0;
    await recount(db, environment.now() + offsetMs - KEEP_PULLED_MS);
  }
  const { order, wrong } = await inOrder(db, round.bases, environment.now());
  const failures: CoreError[] = [];
  for (const base of order) {
    try {
      const { alerts, gone } = await roundWith(round, base);
      await noteSealingKey(db, base.server, round.tokens.sealingKey(base.url));
      // A server that nobody answers at is waited for; what cannot be believed is told to a person.
      const found = failures.flatMap((one) => (one instanceof CallError ? [] : [one.code]));
      await noteUse(db, base.server, order, found, environment.now());
      if (gone === null) return { alerts: [...new Set([...wrong, ...found, ...alerts])] };
      failures.unshift(gone);
      break;
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      // Another tab made another device of this tablet: no server can help.
      if (error.code === "enrolment.changed") throw error;
      failures.push(error);
    }
  }
  throw failures[0] ?? new CoreError("offline");
}

/** Who is on duty next seals to this server too: a relay opens nothing that is sealed to the home server alone. */
async function noteSealingKey(db: Database, server: string, key: JsonWebKey | undefined): Promise<void> {
  const known = (await readMeta(db, "sealing_keys")) ?? {};
  if (key !== undefined && known[server]?.x !== key.x) await writeMeta(db, "sealing_keys", { ...known, [server]: key });
}

/**
 * Sends and pulls until neither side has more, then fetches packs. `gone`: what ended the fetching, where the network
 * went after all was exchanged. Throws CallError or CoreError; what was stored stays.
 */
async function roundWith(round: Round, base: Base): Promise<RoundResult & { gone: CallError | null }> {
  const { pace } = round;
  let most = BATCH_EVENTS;
  let announced: Record<string, number> = {};
  let restored = false;
  // A server that takes nothing must not keep its feed from us as well.
  let beside = false;
  const alerts = new Set<string>();
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const before = drainedBy((await readMeta(round.db, "standings"))?.[base.server] ?? NO_STANDING);
    let read: ReadAnswer;
    try {
      read = await exchange(round, base, before, pace, beside);
    } catch (error) {
      if (!(error instanceof CallError) || (error.failure !== "too_large" && error.failure !== "timeout")) throw error;
      const halved = Math.max(1, Math.ceil(pace.sent / 2));
      // The network is too slow for what was sent: said again at once it would be no faster.
      if (error.failure === "timeout" || pace.sent <= 1) {
        pace.events = halved;
        throw error;
      }
      pace.events = most = halved;
      continue;
    }
    pace.events = Math.min(most, pace.events * 2);
    const anew = await storeAnswer(round.db, round.enrolment.device, read.answer);
    await round.onProgress();
    announced = read.packs;
    for (const code of read.alerts) alerts.add(code);
    const alone = !beside && isAlone(pace);
    const more = read.more || anew || (alone && round.history() !== null);
    const drained = drainedBy(read.standing);
    const unsent = ((await readMeta(round.db, "head"))?.seq ?? 0) - drained;
    // What was written while nothing was being sent is no sign of a server that is behind (SPEC O7).
    const stuck = unsent > 0 && pace.sent > 0 && (drained === before || (drained < before && restored));
    beside ||= stuck;
    if (stuck && !more) throw new CoreError("receipt.behind", drained);
    // A server restored from a backup holds less than before: it is offered the rest again, once a round (SPEC F5).
    restored ||= drained < before;
    if (unsent <= 0 && !more) break;
  }
  if (!round.fetches) return { alerts: [...alerts], gone: null };
  try {
    return { alerts: [...alerts, ...(await fetchPacks(round, base, announced))], gone: null };
  } catch (error) {
    // All was exchanged: another server would have the whole feed read anew for want of a pack (SPEC F3).
    if (error instanceof CallError && (error.failure === "offline" || error.failure === "timeout")) return { alerts: [...alerts], gone: error };
    throw error;
  }
}

/** Whether the batch that was just made is so large that no feed is asked for with it. */
function isAlone({ sent }: Pace): boolean {
  return sent >= ALONE_EVENTS;
}

async function exchange(round: Round, base: Base, through: number, pace: Pace, beside: boolean): Promise<ReadAnswer> {
  const { environment, db, enrolment, receiptKeys } = round;
  const window = (await readMeta(db, "window")) ?? NO_WINDOW;
  const standings = (await readMeta(db, "standings")) ?? {};
  const head = await readMeta(db, "head");
  const events = await ownAfter(db, through, pace.events, BATCH_CHARACTERS);
  pace.sent = events.length;
  const keys = round.history();
  const batch = events.length === 0 ? null : await batchOf({ db, enrolment, history: keys }, base.server, through, events);
  const history = beside || !isAlone(pace) ? keys : null;
  const sent = { first: through + 1, last: through + events.length };
  let sentMs = 0;
  const data = await authorized(round, base, (token) => {
    sentMs = environment.now();
    const body: SyncRequest = {
      protocol: PROTOCOL,
      cursor: window.cursor,
      held_after: window.held_after,
      feeds: history === null ? [] : window.feeds,
      batch,
      unsent: Math.max(0, (head?.seq ?? 0) - through),
      device_time: sentMs,
    };
    return call(environment, { method: "POST", base: base.url, path: "/sync", token, body });
  });
  const { server } = base;
  return await readAnswer(data, sentMs, { environment, db, enrolment, server, receiptKeys, history, window, standings, sent });
}

/** The call with a token; a 401 costs one new token, a second one ends the round (and drops nothing). */
async function authorized(round: Round, base: Base, request: (token: string) => Promise<unknown>): Promise<unknown> {
  const { tokens, enrolment, db } = round;
  const offsetMs = (await readMeta(db, "offset_ms")) ?? 0;
  try {
    return await request(await tokens.get(base.url, enrolment, offsetMs));
  } catch (error) {
    if (!(error instanceof CallError) || error.failure !== "auth") throw error;
    tokens.drop(base.url);
    return await request(await tokens.get(base.url, enrolment, offsetMs));
  }
}

/**
 * The own events after `through`, signed. What `history` opens goes in clear (over TLS); the rest, and with
 * `history` null everything, sealed to `server`, or to the home server where that one has no key of its own.
 */
export async function batchOf(
  { db, enrolment, history }: Pick<Round, "db" | "enrolment"> & { history: History | null },
  server: string,
  through: number,
  events: readonly StoredOwn[],
): Promise<SentBatch> {
  const before = through === 0 ? undefined : await db.get("own", through);
  const previous = before?.hash ?? (await genesis(enrolment.device));
  const open = new Map((await openOwn(db, events, history)).map((event) => [event.seq, event]));
  const openings = new Map((await db.getAll("openings")).map((opening) => [opening.id, opening]));
  const outgoing = await Promise.all(
    events.map(async (event) => {
      const opened = open.get(event.seq);
      const clear = opened === undefined ? null : await inClear(opened, history);
      return clear ?? sealed(event, openings.get(event.opening), server);
    }),
  );
  const head = events[events.length - 1]?.hash ?? previous;
  return await signedBatch(enrolment.device, through + 1, previous, outgoing, head, (text) =>
    signEs256(enrolment.key.privateKey, text),
  );
}

/** null where the person part does not open: what a version before 3 wrote under another history key. */
async function inClear(event: OwnEvent, history: History | null): Promise<OutgoingEvent | null> {
  const { body, commitment, person, content } = event;
  if (person === null) return { body, person: null, sealed: null, commitment };
  const key = event.sealed === null ? content : event.history_key_id === history?.id ? history.key : null;
  const text = key === null ? null : await openText(person, key, commitment);
  return text === null ? { body, person: null, sealed: event.sealed, commitment } : { body, person: text, sealed: null, commitment };
}

function sealed(event: StoredOwn, opening: Opening | undefined, server: string): OutgoingEvent {
  const { body, person, commitment } = event;
  // What a version before 3 wrote lies in clear until a shift is opened.
  if (typeof body === "string") return { body, person: null, sealed: event.sealed, commitment };
  const wrapped = opening?.wrapped[server] ?? opening?.wrapped["home"] ?? "";
  const home = opening?.wrapped["home"] ?? "";
  const part = event.sealed ?? (person === null ? null : sealedText(home, person));
  return { body: null, sealed_body: sealedText(wrapped, body), person: null, sealed: part, commitment };
}

/** Fetches what is newer than ours. One bad pack never stops another: its code is returned, the last good stays. */
async function fetchPacks(round: Round, base: Base, announced: Record<string, number>): Promise<string[]> {
  const { environment, db, enrolment } = round;
  const problems: string[] = [];
  for (const [name, version] of Object.entries(announced)) {
    const serverMs = environment.now() + ((await readMeta(db, "offset_ms")) ?? 0);
    const held = await db.get("packs", name);
    if (held !== undefined && held.version === version) {
      await confirmPack(db, enrolment.device, held, serverMs);
      continue;
    }
    if (held !== undefined && held.version > version) {
      problems.push("pack.rollback");
      continue;
    }
    const path = `/packs/${encodeURIComponent(name)}` as const;
    try {
      const data = await authorized(round, base, (token) => call(environment, { method: "GET", base: base.url, path, token }));
      const jws = isObject(data) ? (data as Unread<SignedPack>).jws : null;
      if (typeof jws !== "string") throw new CoreError("pack.malformed", name);
      await acceptPack(db, name, jws, enrolment, serverMs);
    } catch (error) {
      if (!(error instanceof CoreError) || error.code === "enrolment.changed") throw error;
      if (error instanceof CallError && (error.failure !== "refused" || ALARMING.test(error.code))) throw error;
      problems.push(error.code);
    }
  }
  return problems;
}
