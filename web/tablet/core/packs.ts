/** Signed reference data on the tablet: verified with the pinned root key, never rolled back, last good kept. */

import { NO_TRUST, PackError, type PackPayload, parseTrust, type Trust, verifyPack } from "../../shared/credentials/index.ts";
import { RuleError } from "../../shared/rules/errors.ts";
import { parsePermitLists } from "../../shared/rules/permit_lists.ts";
import { parseWatchlist } from "../../shared/rules/watchlist.ts";
import { isObject } from "../../shared/sync/events.ts";
import { basesIn } from "./bases.ts";
import { type Database, type Enrolment, type StoredPack, storePack } from "./db.ts";
import { CoreError } from "./core_error.ts";
import type { OfficerRole, PackState } from "./vocabulary.ts";

/**
 * What is signed on the spot may be signed a moment "after" our estimate of the server's time, which a slow
 * answer puts wrong by half its way. A few minutes are what RFC 7519 (4.1.4, 4.1.5) has room for.
 */
export const CLOCK_LEEWAY_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
const AMBER_HOURS = 24;
/** Where the rule pack names no stop of its own. */
export const DEFAULT_STOP_HOURS = 168;
const ROLES: readonly unknown[] = ["officer", "lead", "medic", "volunteer"];

export interface RosterOfficer {
  id: string;
  name: string;
  role: OfficerRole;
  iterations: number;
  wrapped: string;
}

/** Who may open a shift at this checkpoint; each `wrapped` is the history key under badge and PIN. */
export interface Roster {
  checkpoint: string;
  history_key_id: string;
  officers: readonly RosterOfficer[];
}

export interface Pack extends PackPayload {
  confirmed_ms: number;
  issued_ms: number;
}

/** The packs in force. */
export interface Packs {
  all: ReadonlyMap<string, Pack>;
  trust: Trust;
  roster: Roster | null;
}

export const NO_PACKS: Packs = { all: new Map(), trust: NO_TRUST, roster: null };

/**
 * The payload of a pack this tablet may put in force. Throws CoreError("pack.<code>", name) where the
 * signature, the name, the scope or the form is wrong. An expired one is good: rules say when to stop.
 */
export async function openPack(name: string, jws: string, enrolment: Enrolment, serverMs: number): Promise<PackPayload> {
  let payload: PackPayload;
  try {
    payload = await verifyPack(jws, enrolment.root_key, serverMs + CLOCK_LEEWAY_MS);
  } catch (error) {
    if (!(error instanceof PackError)) throw new CoreError("pack.malformed", name);
    if (error.payload === null || error.code !== "expired") throw new CoreError(`pack.${error.code}`, name);
    payload = error.payload;
  }
  const scopes: readonly unknown[] = ["all", `checkpoint:${enrolment.checkpoint.id}`];
  if (payload.name !== name || !scopes.includes(payload.scope)) throw new CoreError("pack.scope", name);
  if (name === "roster") rosterOf(payload.content);
  if (name === "trust") await trustOf(payload.content);
  if (name === "bases") basesIn(payload.content);
  if (name === "permits") refuseBroken(name, () => parsePermitLists(payload.content));
  if (name === "watchlist") refuseBroken(name, () => parseWatchlist(payload.content));
  return payload;
}

/** Verifies and stores a fetched pack. Throws as `openPack`, and CoreError("pack.rollback", name), ("enrolment.changed"). */
export async function acceptPack(
  db: Database,
  name: string,
  jws: string,
  enrolment: Enrolment,
  serverMs: number,
): Promise<void> {
  const { version } = await openPack(name, jws, enrolment, serverMs);
  const stored = await storePack(db, enrolment.device, { name, version, jws, confirmed_ms: serverMs });
  if (!stored) throw new CoreError("pack.rollback", name);
}

/**
 * What is stored, verified again unless `before` holds that version: the store is only a file.
 *
 * `broken` names packs that no longer verify.
 */
export async function loadPacks(
  db: Database,
  enrolment: Enrolment,
  serverMs: number,
  before: Packs,
): Promise<{ packs: Packs; broken: string[] }> {
  const all = new Map<string, Pack>();
  const broken: string[] = [];
  for (const stored of await db.getAll("packs")) {
    const held = before.all.get(stored.name);
    try {
      const same = held !== undefined && held.version === stored.version;
      const pack = same ? held : await reopen(stored, enrolment, serverMs);
      all.set(stored.name, { ...pack, confirmed_ms: stored.confirmed_ms });
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      broken.push(stored.name);
    }
  }
  const trust = all.get("trust");
  const roster = all.get("roster");
  const packs: Packs = {
    all,
    trust: trust === undefined ? NO_TRUST : await trustOf(trust.content),
    roster: roster === undefined ? null : rosterOf(roster.content),
  };
  return { packs, broken };
}

/** How old each pack is: since the server last said that it is the newest. */
export function packStates(packs: Packs, serverMs: number): Record<string, PackState> {
  const rules = packs.all.get("rules")?.content;
  const named = isObject(rules) ? rules["stale_stop_hours"] : undefined;
  const stopHours = typeof named === "number" ? named : DEFAULT_STOP_HOURS;
  const states: Record<string, PackState> = {};
  for (const [name, pack] of packs.all) {
    const hours = (serverMs - Math.max(pack.issued_ms, pack.confirmed_ms)) / HOUR_MS;
    const age_state = hours > stopHours ? "red" : hours > Math.min(AMBER_HOURS, stopHours / 2) ? "amber" : "fresh";
    states[name] = { version: pack.version, issued_ms: pack.issued_ms, age_state };
  }
  return states;
}

/** Whether the same packs in the same versions are in force. */
export function samePacks(one: Packs, two: Packs): boolean {
  return JSON.stringify(versionsOf(one)) === JSON.stringify(versionsOf(two));
}

/** Pack name → version, for the header of an event (SPEC E4). What is only told (SPEC W10) decides nothing. */
export function packVersions(packs: Packs): Record<string, number> {
  const { alerts: _told, ...deciding } = versionsOf(packs);
  return deciding;
}

function versionsOf(packs: Packs): Record<string, number> {
  return Object.fromEntries([...packs.all].map(([name, pack]) => [name, pack.version]));
}

async function reopen(stored: StoredPack, enrolment: Enrolment, serverMs: number): Promise<Pack> {
  // Verified at `confirmed_ms` or later: a tablet whose clock was set back keeps its packs.
  const payload = await openPack(stored.name, stored.jws, enrolment, Math.max(serverMs, stored.confirmed_ms));
  return { ...payload, confirmed_ms: stored.confirmed_ms, issued_ms: Date.parse(payload.issued_at) };
}

/** The last good one stays in force: a list read in part would let people pass in silence. */
function refuseBroken(name: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new CoreError("pack.content", name);
  }
}

async function trustOf(content: unknown): Promise<Trust> {
  try {
    return await parseTrust(content);
  } catch {
    throw new CoreError("pack.content", "trust");
  }
}

function rosterOf(content: unknown): Roster {
  const value = isObject(content) ? content : {};
  const { checkpoint, history_key_id, officers } = value;
  if (typeof checkpoint !== "string" || typeof history_key_id !== "string" || !Array.isArray(officers)) {
    throw new CoreError("pack.content", "roster");
  }
  return { checkpoint, history_key_id, officers: (officers as unknown[]).map(officerOf) };
}

function officerOf(entry: unknown): RosterOfficer {
  const { id, name, role, iterations, wrapped } = isObject(entry) ? entry : {};
  const known = typeof id === "string" && typeof name === "string" && ROLES.includes(role);
  if (!known || typeof iterations !== "number" || typeof wrapped !== "string") {
    throw new CoreError("pack.content", "roster");
  }
  return { id, name, role: role as OfficerRole, iterations, wrapped };
}
