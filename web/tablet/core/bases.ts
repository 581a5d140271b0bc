/** The servers this tablet may talk to, and in which order it tries them. SPEC P9. */

import { isObject } from "../../shared/sync/events.ts";
import type { Database, Enrolment } from "./db.ts";
import { readMeta, writeMeta } from "./db.ts";
import { CoreError } from "./core_error.ts";

/** A change of server means reading its feeds anew, so a better one is not tried again at once. */
export const RETURN_AFTER_MS = 10 * 60_000;
const MAX_BASES = 8;
const SERVER = /^[a-z0-9-]{1,64}$/;
/** Person parts travel in clear inside TLS: only this very machine goes without. */
const ORIGIN = /^(?:https:\/\/[a-z0-9.:[\]-]+|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]+)?)$/;

/** One server: where its API stands, and whose receipts it signs. */
export interface Base {
  url: string;
  server: string;
  receipt_key: JsonWebKey;
}

/** The list in the content of the pack `bases` (origins, without a path), best first. Throws CoreError("pack.content", "bases"). */
export function basesIn(content: unknown): Base[] {
  const list = isObject(content) ? content["bases"] : null;
  if (!Array.isArray(list) || list.length > MAX_BASES) throw new CoreError("pack.content", "bases");
  return (list as unknown[]).map((one) => {
    const { url, server, receipt_key } = isObject(one) ? one : {};
    const named = typeof url === "string" && typeof server === "string" && SERVER.test(server);
    if (!named || !ORIGIN.test(url) || !isObject(receipt_key)) throw new CoreError("pack.content", "bases");
    const { kty, crv, x, y } = receipt_key as JsonWebKey;
    if (kty !== "EC" || crv !== "P-256" || x === undefined || y === undefined) throw new CoreError("pack.content", "bases");
    return { url: `${url}/api/v1`, server, receipt_key: { kty, crv, x, y } };
  });
}

/** All servers this tablet knows: those of the pack `bases`, then the one that enrolled it, where it came from. */
export function basesOf(enrolment: Enrolment, pack: { content: unknown } | undefined, api: string): Base[] {
  const { server, receipt_key } = enrolment;
  const named = pack === undefined ? [] : basesIn(pack.content);
  return named.some((one) => one.server === server) ? named : [...named, { url: api, server, receipt_key }];
}

/** Best first; for a while the one that answered last comes before those that did not. `wrong`: why it does. */
export async function inOrder(
  db: Database,
  bases: readonly Base[],
  nowMs: number,
): Promise<{ order: Base[]; wrong: readonly string[] }> {
  const used = await readMeta(db, "in_use");
  if (used === null || Math.abs(nowMs - used.since_ms) >= RETURN_AFTER_MS) return { order: [...bases], wrong: [] };
  const first = bases.filter(({ server }) => server === used.server);
  return { order: [...first, ...bases.filter(({ server }) => server !== used.server)], wrong: used.wrong };
}

/** Remembers who answered where it was not the best, from when a better one was last tried. */
export async function noteUse(
  db: Database,
  server: string,
  tried: readonly Base[],
  wrong: readonly string[],
  nowMs: number,
): Promise<void> {
  const used = await readMeta(db, "in_use");
  if (tried[0]?.server !== server) await writeMeta(db, "in_use", { server, since_ms: nowMs, wrong });
  else if (used !== null && used.server !== server) await db.delete("meta", "in_use");
}

export async function receiptKeys(bases: readonly Base[]): Promise<Map<string, CryptoKey>> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const keys = await Promise.all(
    bases.map(async ({ server, receipt_key: { kty = "", crv = "", x = "", y = "" } }) => {
      const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, algorithm, false, ["verify"]);
      return [server, key] as const;
    }),
  );
  return new Map(keys);
}
