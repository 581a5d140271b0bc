/**
 * Practising on a tablet of its own: the same program on another database, with another key, and no network at all.
 *
 * Nothing of it can reach the real log: `fetch` is not handed in, the device was never enrolled, its checkpoint is none,
 * and the database is deleted before and after.
 */

import { deleteDB } from "idb";
import { parseJson, parseJws } from "../../shared/credentials/jws.ts";
import { MAX_PACK_CHARACTERS } from "../../shared/credentials/pack.ts";
import { genesis } from "../../shared/sync/chain.ts";
import { stampToText } from "../../shared/sync/clock.ts";
import { toBase64url, uuid7 } from "../../shared/sync/encoding.ts";
import { createCore } from "../core/core.ts";
import { beginEnrolment, openDatabase } from "../core/db.ts";
import type { Environment } from "../core/environment.ts";
import type { Checkpoint, Core } from "../core/types.ts";
import { Issuer, PIN, sealingKey, TRAINEE, traineeRoster } from "./issuer.ts";

export const PRACTICE_DATABASE = "chot-practice";
const CHECKPOINT = "practice";
/** What rules, levels and lists say is practised with; who may do what is made for the trainee. */
const OWN_PACKS: ReadonlySet<string> = new Set(["trust", "roster", "bases", "watchlist", "alerts"]);

/** A code to hold in front of the camera. */
export interface PracticeCodes {
  /** A declaration that is good. */
  declaration: string;
  /** One whose signature is wrong. */
  forged: string;
}

export interface Practice {
  core: Core;
  codes: PracticeCodes;
  /** Closes the store and deletes it. */
  end(): Promise<void>;
}

/**
 * Somebody quick stands here before the first answer has come. Practised without rules, everybody would be asked further.
 *
 * Resolves when `core` holds them, or could not get them now: practice is then with what there is.
 */
export async function rulesAwaited(core: Core): Promise<void> {
  if (core.state().packs["rules"] === undefined) await core.syncNow();
}

/** A core with an open shift at `checkpoint`, as the tablet at `environment` would have it. `trainee`: the name shown. */
export async function beginPractice(environment: Environment, checkpoint: Checkpoint, trainee: string): Promise<Practice> {
  const { now, random } = environment;
  const database = `${PRACTICE_DATABASE}-${toBase64url(random(6))}`;
  await clearPractice();
  const issuer = await Issuer.make(now());
  const db = await openDatabase(database, () => undefined);
  const device = uuid7(now(), random(10));
  const secret = random(16);
  await beginEnrolment(
    db,
    {
      device,
      key: (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"])) as CryptoKeyPair,
      checkpoint: { ...checkpoint, id: CHECKPOINT },
      server: uuid7(now(), random(10)),
      root_key: issuer.root_key,
      sealing_key: await sealingKey(),
      receipt_key: await sealingKey(),
    },
    { seq: 0, hash: await genesis(device), stamp: stampToText(0n) },
    0,
  );
  const contents: [string, unknown, string][] = [
    ...(await packsInForce(environment.database)),
    ["trust", issuer.trust(), "all"],
    ["roster", await traineeRoster(CHECKPOINT, trainee, secret, random), `checkpoint:${CHECKPOINT}`],
  ];
  for (const [name, content, scope] of contents) await db.put("packs", await issuer.pack(name, content, scope));
  db.close();
  const running = { over: false };
  const core = createCore(alone(environment, database, running));
  await core.start();
  await core.openShift(await issuer.document("badge", { jti: "practice-badge", sub: TRAINEE, sec: toBase64url(secret) }), PIN);
  const claims = { jti: "practice-1", n: "Nguyễn Văn Tập", b: "1990-08-15", y: [], x: false };
  const codes = {
    declaration: await issuer.document("decl", claims),
    // Of the same key id, and signed by another key.
    forged: await (await Issuer.make(now())).document("decl", { ...claims, jti: "practice-2" }),
  };
  const end = async (): Promise<void> => {
    running.over = true;
    await deleteDB(database);
  };
  return { core, codes, end };
}

/** Deletes what a practice left that was cut off; one that another tab has open stays until that one ends. */
export async function clearPractice(): Promise<void> {
  // Where the browser cannot list its databases, what was left is of no use to anybody: its keys are gone.
  const found = (await indexedDB.databases?.()) ?? [];
  for (const { name } of found) if (name?.startsWith(PRACTICE_DATABASE) === true) void deleteDB(name).catch(() => undefined);
}

/** The same clock, and timers until it is over; no network, and a turn of its own. */
function alone({ now, random, uniform, schedule, storage }: Environment, database: string, running: { over: boolean }): Environment {
  return {
    ...{ now, random, uniform, storage, database },
    schedule: (action, ms) => schedule(() => running.over || action(), ms),
    fetch: () => Promise.reject(new TypeError("practice has no network")),
    api: "practice:",
    exclusively: async (action) => {
      await action();
      return true;
    },
    onWake: () => () => undefined,
    startAnew: () => Promise.resolve(),
  };
}

/** [name, content, scope] of the tablet's own packs, to be signed anew. */
async function packsInForce(database: string): Promise<[string, unknown, string][]> {
  const db = await openDatabase(database, () => db.close());
  const stored = await db.getAll("packs");
  db.close();
  return stored.flatMap(({ name, jws }): [string, unknown, string][] => {
    if (OWN_PACKS.has(name)) return [];
    const { content, scope } = parseJson(parseJws(jws, MAX_PACK_CHARACTERS).payload) as { content: unknown; scope: string };
    return [[name, content, scope === "all" ? "all" : `checkpoint:${CHECKPOINT}`]];
  });
}
