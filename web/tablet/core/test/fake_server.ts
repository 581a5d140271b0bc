/** A server in memory that keeps SPEC A, F and P, and a network that can fail in every way. For tests only. */

import { signEs256, signingText, verifyEs256 } from "../../../shared/sync/batch.ts";
import type { SentBatch, SentEvent } from "../../../shared/wire/api.ts";
import { commitment, eventHash, genesis } from "../../../shared/sync/chain.ts";
import { type Bytes, concatBytes, fromBase64url, textBytes, toBase64url, toHex } from "../../../shared/sync/encoding.ts";
import { noEvents, plus } from "../../../shared/sync/digest.ts";
import { bodyBinding } from "../../../shared/sync/seal.ts";
import { receiptText } from "../../../shared/sync/envelope.ts";
import { bodyOf, problem, rosterContent, rulesContent, SECRET } from "./fake_content.ts";

export { LEAD, OFFICER, otherBody, PIN, rosterContent, rulesContent, SECRET } from "./fake_content.ts";

export const SERVER = "0190a0b0-0000-7000-8000-0000000000f1";
export const DEVICE = "0190a0b0-0000-7000-8000-0000000000a1";
/** Who writes what `addOther` adds. */
export const OTHER = "0190a0b0-0000-7000-8000-0000000000b2";
export const CODE = "0123456789abcdefghjk";

/** Events of a page. */
const PAGE = 5;

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/** What the network does to one request: null lets it pass. */
export type Mischief = (path: string, count: number) => "drop_request" | "drop_answer" | number | null;

interface Held {
  device: string;
  seq: number;
  previous: Bytes;
  hash: Bytes;
  body: string;
  person: string | null;
  sealed: string | null;
  commitment: Bytes;
  received: number;
  state: "accepted" | "held" | "rejected";
  branch?: number;
  authority?: number;
  /** The number it was first given under. */
  again?: number;
}

interface Key {
  pair: CryptoKeyPair;
  jwk: { kty: string; crv: string; x: string; y: string };
}

export class FakeServer {
  mischief: Mischief = () => null;
  /** Largest batch taken, in events; a larger one gets 413. */
  batchLimit = 1000;
  clock_ms = 1_634_749_200_000;
  epoch = 1;
  state: Held["state"] = "accepted";
  /** Code given with each answer to an accepted event. */
  code: string | null = null;
  feeds: readonly string[] = ["checkpoint:hd-ql6"];
  removals: readonly string[] = [];
  /** Said in place of the true digest. */
  digest: string | null = null;
  /** How many of the newest a new reader gets at first; then older pages. */
  newest = Number.POSITIVE_INFINITY;
  /** Bodies that a page leaves out, though the digest counts them. */
  readonly hidden = new Set<string>();
  /** A receipt of another server to hand on. */
  upstream: object | null = null;
  safe = 0;
  /** Every batch that got through, also those whose answer was lost. */
  readonly batches: SentBatch[] = [];
  /** Of each sync call: how many events came with it, and of how many feeds a page was asked for. */
  readonly asked: { events: number; feeds: number }[] = [];
  readonly paths: string[] = [];
  readonly wiped: object[] = [];
  readonly packs = new Map<string, { version: number; jws: string }>();
  #log: Held[] = [];
  #deviceKey: CryptoKey | null = null;
  /** The key that used the code up: with it the code may be said again. */
  #enrolled = "";
  #tokens = new Set<string>();
  readonly id: string;
  readonly level: "home" | "relay";
  readonly #keys: Record<"signing" | "root" | "documents" | "sealing", Key>;
  #count = 0;

  private constructor(keys: Record<"signing" | "root" | "documents" | "sealing", Key>, id: string, level: "home" | "relay") {
    this.#keys = keys;
    this.id = id;
    this.level = level;
  }

  /** A relay of this server: its own log and receipts, the same devices, keys of the home server. */
  async relay(id: string): Promise<FakeServer> {
    const relay = new FakeServer({ ...this.#keys, signing: await makeKey(), sealing: await makeSealing() }, id, "relay");
    relay.#deviceKey = this.#deviceKey;
    for (const [name, pack] of this.packs) relay.packs.set(name, pack);
    return relay;
  }

  /** How the pack `bases` names this server. */
  base(url: string): object {
    return { url, server: this.id, level: this.level, receipt_key: this.#keys.signing.jwk };
  }

  static async make(): Promise<FakeServer> {
    const [signing, root, documents] = await Promise.all([makeKey(), makeKey(), makeKey()]);
    const server = new FakeServer({ signing, root, documents, sealing: await makeSealing() }, SERVER, "home");
    await server.publish("trust", 1, await server.#trust());
    await server.publish("roster", 1, await rosterContent(), "checkpoint:hd-ql6");
    await server.publish("rules", 1, rulesContent());
    return server;
  }

  /** All events of a device's own branch, by sequence number. */
  log(device = DEVICE): Held[] {
    return this.#log.filter((one) => one.device === device && one.branch === undefined && one.again === undefined);
  }

  forgetTokens(): void {
    this.#tokens.clear();
  }

  /** As after a restore from a backup: the end of the log is gone, a new epoch begins (SPEC F5). */
  restore(keep: number): void {
    this.#log = this.#log.slice(0, keep);
    this.epoch += 1;
  }

  /** Another tablet's event, as if it had been pushed. */
  async addOther(body: string, person: string | null, more: Partial<Held> = {}): Promise<void> {
    const device = more.device ?? OTHER;
    const held = await commitment(person);
    const previous = more.previous ?? (await this.#headOf(device));
    const hash = await eventHash(previous, body, held);
    const row = { device, previous, hash, body, person, sealed: null, commitment: held, received: this.clock_ms };
    this.#log.push({ ...row, seq: this.log(device).length + 1, state: "accepted", ...more });
  }

  /** Gives an event once more, as a relay does once the home server has opened its person part (SPEC U9). */
  announceAgain(body: string, person: string): void {
    const at = this.#log.findIndex((one) => one.body === body);
    const row = (this.#log[at] = { ...(this.#log[at] as Held), person });
    this.#log.push({ ...row, again: at + 1 });
  }

  async publish(name: string, version: number, content: unknown, scope = "all", root = this.#keys.root): Promise<void> {
    const issued_at = new Date(this.clock_ms).toISOString();
    const payload = { name, version, scope, issued_at, expires_at: null, content };
    this.packs.set(name, { version, jws: await jws(root, "root", "chot-pack", payload) });
  }

  async strangersKey(): Promise<Key> {
    return await makeKey();
  }

  async badge(officer: string, secret = SECRET, iat = Math.floor(this.clock_ms / 1000) - 60): Promise<string> {
    const claims = { iss: "chot", iat, exp: iat + 86_400, jti: `badge-${officer}`, sub: officer, sec: toBase64url(secret) };
    return `CHOT1:${await jws(this.#keys.documents, "documents", "badge", claims)}`;
  }

  /** A sealed part: `bound` is the commitment of a person part, the binding of a body. */
  async open(sealed: string, bound: Bytes): Promise<string> {
    const [wrapped = "", text = ""] = sealed.split(".");
    const data = fromBase64url(wrapped);
    const point = data.slice(0, 65);
    const ecdh = { name: "ECDH", namedCurve: "P-256" };
    const ephemeral = await crypto.subtle.importKey("raw", point, ecdh, true, []);
    const { pair } = this.#keys.sealing;
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: ephemeral }, pair.privateKey, 256);
    const own = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: concatBytes(point, own), info: textBytes("chot/1 seal") };
    const kek = await crypto.subtle.deriveKey(hkdf, base, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
    const zero = { name: "AES-GCM", iv: new Uint8Array(12) };
    const raw = await crypto.subtle.decrypt(zero, kek, data.slice(65));
    const content = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]);
    const parts = fromBase64url(text);
    const gcm = { name: "AES-GCM", iv: parts.slice(0, 12), additionalData: bound };
    return new TextDecoder().decode(await crypto.subtle.decrypt(gcm, content, parts.slice(12)));
  }

  /** A batch from a file, as `chot import-events` takes it; false when it does not verify (SPEC X3). */
  async take(batch: SentBatch): Promise<boolean> {
    return (await this.#push(batch)) !== null;
  }

  /** fetch() of the tablet. */
  async fetch(url: string, init: RequestInit): Promise<Response> {
    const path = new URL(url).pathname.replace("/api/v1", "");
    this.paths.push(path);
    this.#count += 1;
    const fate = this.mischief(path, this.#count);
    if (fate === "drop_request") throw new TypeError("network");
    if (typeof fate === "number") return problem(fate, `made.${fate}`);
    const answer = await this.#answer(path, init);
    if (fate === "drop_answer") throw new TypeError("network");
    return answer;
  }

  async #answer(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    const body = bodyOf(init, headers);
    if (path === "/devices/enrol") return await this.#enrol(body as { code: string; jwk: JsonWebKey });
    if (path === "/auth/device-token") return await this.#token((body as { assertion: string }).assertion);
    const bearer = headers.get("Authorization")?.replace("Bearer ", "") ?? "";
    if (!this.#tokens.has(bearer)) return problem(401, "auth.expired");
    if (path === "/devices/wiped") return this.wiped.push(body as object), new Response(null, { status: 204 });
    if (path === "/sync") return await this.#sync(body as SyncBody);
    const pack = this.packs.get(path.replace("/packs/", ""));
    return pack === undefined ? problem(404, "pack.unknown") : Response.json({ name: "x", ...pack });
  }

  async #enrol({ code, jwk }: { code: string; jwk: JsonWebKey }): Promise<Response> {
    if (code !== CODE || (this.#enrolled !== "" && this.#enrolled !== jwk.x)) return problem(403, "enrolment.code");
    this.#enrolled = jwk.x ?? "";
    this.#deviceKey = await crypto.subtle.importKey("jwk", jwk, P256, false, ["verify"]);
    const { root, sealing, signing } = this.#keys;
    const checkpoint = {
      id: "hd-ql6",
      name: "Chốt QL6",
      province: "01",
      class: "city",
      ...{ lane: "1", lanes: ["1", "2"], road: "QL6", hotline: "024" },
    };
    return Response.json(
      {
        device: DEVICE,
        checkpoint,
        server: SERVER,
        root_key: { ...root.jwk, kid: "root" },
        sealing_key: { ...sealing.jwk, kid: "sealing" },
        receipt_key: { ...signing.jwk, kid: "signing" },
        server_time: this.clock_ms,
      },
      { status: 201 },
    );
  }

  /** As the real one: a clock more than five minutes off has to sign a nonce. */
  async #token(assertion: string): Promise<Response> {
    const [head = "", middle = "", tail = ""] = assertion.split(".");
    const key = this.#deviceKey;
    const signed = key !== null && (await verifyEs256(key, fromBase64url(tail), textBytes(`${head}.${middle}`)));
    const claims = JSON.parse(new TextDecoder().decode(fromBase64url(middle))) as Record<string, number | string>;
    const near = Math.abs(Number(claims["iat"]) * 1000 - this.clock_ms) <= 300_000;
    if (!signed || (!near && claims["nonce"] !== "n-1")) return problem(401, "auth.assertion", { nonce: "n-1" });
    const access_token = toHex(crypto.getRandomValues(new Uint8Array(8)));
    this.#tokens.add(access_token);
    return Response.json({ access_token, expires_in: 900, sealing_key: this.#keys.sealing.jwk });
  }

  async #sync(body: SyncBody): Promise<Response> {
    this.asked.push({ events: body.batch?.events.length ?? 0, feeds: body.feeds.length });
    if ((body.batch?.events.length ?? 0) > this.batchLimit) return problem(413, "batch.size");
    const results = body.batch === null ? [] : await this.#push(body.batch);
    if (results === null) return problem(422, "batch.signature");
    return Response.json({
      results,
      receipt: await this.receipt(this.log().length),
      ...(this.upstream === null ? {} : { upstream_receipt: this.upstream }),
      ...this.#pull(body),
      packs: Object.fromEntries([...this.packs].map(([name, { version }]) => [name, version])),
      server_time: this.clock_ms,
    });
  }

  /** Signed: this server holds the tablet's chain up to `through`. */
  async receipt(through: number): Promise<object> {
    const head = this.log().find(({ seq }) => seq === through)?.hash ?? (await genesis(DEVICE));
    const { id: server, level, safe: safe_through, clock_ms: server_time } = this;
    const receipt = { server, level, device: DEVICE, through, head, safe_through, server_time };
    const signature = await signEs256(this.#keys.signing.pair.privateKey, receiptText(receipt));
    return { ...receipt, head: toBase64url(head), signature: toBase64url(signature) };
  }

  async #push(batch: SentBatch): Promise<object[] | null> {
    const texts = await Promise.all(
      batch.events.map(async (one: SentEvent, at) => ({
        ...one,
        body: one.body ?? (await this.open(one.sealed_body ?? "", bodyBinding(batch.device, batch.first + at))),
        held: one.commitment === undefined ? await commitment(one.person ?? null) : fromBase64url(one.commitment),
      })),
    );
    const rows: Held[] = [];
    let previous = fromBase64url(batch.previous);
    for (const { body, person, sealed, held } of texts) {
      const hash = await eventHash(previous, body, held);
      const known = { device: batch.device, seq: batch.first + rows.length, previous, hash, body, commitment: held };
      rows.push({ ...known, person: person ?? null, sealed: sealed ?? null, received: this.clock_ms, state: this.state });
      previous = hash;
    }
    const last = batch.first + rows.length - 1;
    const text = signingText(batch.device, batch.first, last, fromBase64url(batch.previous), previous);
    const key = this.#deviceKey;
    if (key === null || !(await verifyEs256(key, fromBase64url(batch.signature), text))) return null;
    this.batches.push(batch);
    return rows.map((row) => {
      const before = this.log().find((one) => one.seq === row.seq);
      if (before === undefined) this.#log.push(row);
      const state = before !== undefined && before.state === "accepted" ? "duplicate" : row.state;
      const code = this.code === null ? {} : { code: this.code };
      return state === "accepted" || state === "duplicate" ? { seq: row.seq, state, ...code } : { seq: row.seq, state, code: "event.field" };
    });
  }

  #pull({ cursor, held_after, feeds }: SyncBody): object {
    const same = { removals: this.removals, digest: null, feeds: this.feeds };
    if (feeds.length === 0) return { ...same, removals: [], runs: [], cursor, held_after, more: false, reset: false };
    const [epoch, names, after] = cursor === null ? [] : cursor.split(".");
    const fits = Number(epoch) === this.epoch && names === feeds.length.toString();
    const start = Math.max(0, this.#log.length - this.newest);
    let from = fits ? Number(after) : start;
    let held = fits ? (held_after ?? 0) : start;
    let rows = this.#log.slice(from, from + PAGE);
    const reached = from + rows.length;
    if (rows.length === 0) {
      [from, held] = [Math.max(0, held - PAGE), Math.max(0, held - PAGE)];
      rows = this.#log.slice(from, fits ? (held_after ?? 0) : start);
    }
    const more = reached < this.#log.length || held > 0;
    return {
      ...same,
      runs: rows.flatMap((row, at) => {
        const given = row.state === "accepted" && !this.hidden.has(row.body);
        return given ? [runOf(this.id, row, from + at + 1)] : [];
      }),
      cursor: `${this.epoch}.${feeds.length}.${reached}`,
      held_after: held,
      more,
      reset: !fits && cursor !== null,
      digest: more ? null : (this.digest ?? this.#digest(held, reached)),
    };
  }

  #digest(after: number, through: number): string {
    const rows = this.#log.slice(after, through).filter(({ state, again }) => state === "accepted" && again === undefined);
    return toBase64url(plus(noEvents(), rows.map(({ hash }) => hash)));
  }

  async #headOf(device: string): Promise<Bytes> {
    return this.log(device).pop()?.hash ?? (await genesis(device));
  }

  async #trust(): Promise<object> {
    const { kty, crv, x, y } = this.#keys.documents.jwk;
    const usage = ["decl", "badge"];
    const window = { not_before_ms: null, not_after_ms: null };
    return { keys: [{ kid: "documents", alg: "ES256", jwk: { kty, crv, x, y }, issuer: "chot", usage, ...window }], revoked: [] };
  }
}

interface SyncBody {
  cursor: string | null;
  held_after: number | null;
  feeds: string[];
  batch: SentBatch | null;
}

function runOf(server: string, row: Held, n: number): object {
  return {
    n,
    device: row.device,
    first: row.seq,
    previous: toBase64url(row.previous),
    server,
    received: row.received,
    ranks: String(row.authority ?? 0),
    bodies: [row.body],
    ...(row.branch === undefined ? {} : { branch: row.branch }),
    ...(row.again === undefined ? {} : { again: row.again }),
    ...(row.person === null ? { commitments: toBase64url(row.commitment) } : { persons: [row.person] }),
  };
}

async function makeSealing(): Promise<Key> {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  return { pair, jwk: await jwkOf(pair.publicKey) };
}

async function makeKey(): Promise<Key> {
  const pair = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  return { pair, jwk: await jwkOf(pair.publicKey) };
}

async function jwkOf(key: CryptoKey): Promise<Key["jwk"]> {
  const { kty = "", crv = "", x = "", y = "" } = await crypto.subtle.exportKey("jwk", key);
  return { kty, crv, x, y };
}

async function jws(key: Key, kid: string, typ: string, payload: object): Promise<string> {
  const parts = [{ alg: "ES256", kid, typ }, payload].map((part) => toBase64url(textBytes(JSON.stringify(part))));
  const input = parts.join(".");
  return `${input}.${toBase64url(await signEs256(key.pair.privateKey, textBytes(input)))}`;
}
