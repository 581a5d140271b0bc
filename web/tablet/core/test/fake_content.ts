/** What a FakeServer publishes and what other tablets write. For tests only. */

import { gunzipSync } from "node:zlib";
import { type Bytes, concatBytes, textBytes, toBase64url } from "../../../shared/sync/encoding.ts";
import { parseBody } from "../../../shared/sync/events.ts";

export const OFFICER = "o-hd-1";
export const LEAD = "o-hd-lead";
export const VOLUNTEER = "o-hd-tn";
export const PIN = "246810";
export const SECRET = new Uint8Array(16).fill(7);

/** A rule pack with one rule: who has a card seen as yellow is turned back. */
export function rulesContent(): object {
  return {
    stale_stop_hours: 168,
    rules: [
      {
        id: "t.yellow",
        scope: {},
        effective_from: "2021-01-01T00:00:00Z",
        effective_to: null,
        condition: { "===": [{ var: "journey.card.colour" }, "yellow"] },
        outcome: "turn_back",
        reason: { code: "yellow_card", vi: "Thẻ vàng", en: "Yellow card" },
        basis: { document: "1/CT", date: "2021-10-20", issuer: "UBND", clause: "1", unconfirmed: true },
        priority: 0,
        exempts: false,
      },
    ],
    otherwise: { outcome: "pass", reason: { code: "no_restriction", vi: "Không hạn chế", en: "No restriction" } },
  };
}

/** The roster as the server makes it; the history key, named by `key`, is the same for all. */
export async function rosterContent(key: "h-1" | "h-2" = "h-1"): Promise<object> {
  const history = new Uint8Array(32).fill(key === "h-1" ? 9 : 8);
  const officers = await Promise.all(
    [
      { id: OFFICER, name: "Nguyễn Văn Thử", role: "officer" },
      { id: LEAD, name: "Trần Thị Chốt", role: "lead" },
      { id: VOLUNTEER, name: "Đỗ Minh Thử", role: "volunteer" },
    ].map(async (one) => ({ ...one, iterations: 100_000, wrapped: await wrapHistory(one.id, history) })),
  );
  return { checkpoint: "hd-ql6", history_key_id: key, officers };
}

async function wrapHistory(officer: string, history: Bytes): Promise<string> {
  const password = textBytes(`${toBase64url(SECRET)}:${PIN}`);
  const base = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveKey"]);
  const salt = textBytes(`chot/1 badge\n${officer}`);
  const pbkdf2 = { name: "PBKDF2", hash: "SHA-256", salt, iterations: 100_000 };
  const kek = await crypto.subtle.deriveKey(pbkdf2, base, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = new Uint8Array(12).fill(officer.length);
  const gcm = { name: "AES-GCM", iv, additionalData: textBytes(officer) };
  return toBase64url(concatBytes(iv, new Uint8Array(await crypto.subtle.encrypt(gcm, kek, history))));
}

/** A body text as another tablet of the checkpoint would write it. */
export function otherBody(record: string, time_ms: number): string {
  const text = JSON.stringify({
    kind: "crossing",
    version: 1,
    record,
    home: "hd-ql6",
    stamp: (BigInt(time_ms) << 16n).toString(16).padStart(16, "0"),
    time: time_ms,
    offset: 0,
    officer: LEAD,
    packs: {},
    set: { direction: "in", lane: "2", headcount: 1, action: "passed", verdict: { outcome: "pass", reasons: [] } },
  });
  parseBody(text);
  return text;
}

/** An error as the API gives it. */
export function problem(status: number, code: string, members: object = {}): Response {
  return Response.json({ type: `/api/v1/docs#${code}`, title: code, status, code, ...members }, { status });
}

/** What a request holds, unpacked. */
export function bodyOf(init: RequestInit, headers: Headers): unknown {
  if (init.body === null || init.body === undefined) return null;
  const bytes = Buffer.from(init.body as ArrayBuffer);
  const plain = headers.get("Content-Encoding") === "gzip" ? gunzipSync(bytes) : bytes;
  return JSON.parse(plain.toString("utf8"));
}
