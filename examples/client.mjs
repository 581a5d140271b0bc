/**
 * A client of chot's API for one lane of a checkpoint: Node 22.13 or newer and nothing else.
 *
 *     node client.mjs STATE.json enrol http://127.0.0.1:8000 CODE
 *     node client.mjs STATE.json crossing 29A12345 in
 *     node client.mjs STATE.json sync
 *
 * STATE.json holds the private key, this device's chain and what was pulled. It must be neither lost
 * nor copied: a second device that goes on with a copy forks the chain. Commands may run at once.
 * Exit codes: 0 done; 1 not done yet, nothing saved is lost; 2 wrong use.
 *
 * Written from README.md, docs/how-to/write-a-client.md and /api/v1/docs alone, by somebody who had
 * not seen the source. Review added the rules' names (F9, …), forgetting (F8), scopes (K3), branches,
 * halving after a timeout, and the packs' versions in each event.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, randomUUID, sign, verify } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";

const BATCH_EVENTS = 500;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;
const FAILURES_IN_A_ROW = 7;
const READ_ANEW_EVERY_MS = 600_000; // a server whose digest is wrong must not make a loop: F9
const KEEP_MS = 73 * 3_600_000;
const NO_PERSON = Buffer.alloc(32); // H2

const b64 = (data) => Buffer.from(data).toString("base64url");
const unb64 = (text) => Buffer.from(text, "base64url");
const hex = (text) => unb64(text).toString("hex");
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

class Untrusted extends Error {}

class Refused extends Error {
  constructor(status, { code = "", detail = "", nonce }, retryAfterMs) {
    super(`${status} ${code} ${detail}`);
    Object.assign(this, { status, code, nonce, retryAfterMs });
    this.passes = status === 408 || status === 429 || status >= 500; // T2
  }
}

// --- the state on disk -------------------------------------------------------------------------

const load = (path) => JSON.parse(readFileSync(path, "utf8"));

function synced(path, flags, write) {
  const file = openSync(path, flags, 0o600);
  write?.(file);
  fsyncSync(file);
  closeSync(file);
}

// A crossing may be logged while a sync runs. SQLite's lock is held between reading and writing,
// never over the network, and the system lets go of it when the process is killed.
function change(path, edit) {
  const lock = new DatabaseSync(`${path}.lock`);
  try {
    lock.exec("PRAGMA busy_timeout = 60000; BEGIN EXCLUSIVE");
    const state = existsSync(path) ? load(path) : {};
    const next = edit(state) ?? state;
    synced(`${path}.new`, "w", (file) => writeFileSync(file, JSON.stringify(next)));
    renameSync(`${path}.new`, path);
    synced(dirname(path), "r");
    return next;
  } finally {
    lock.close();
  }
}

// --- asking the server -------------------------------------------------------------------------

// r ‖ s and not DER: B3
function signed(state, text) {
  const key = createPrivateKey({ key: state.key, format: "jwk" });
  return b64(sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }));
}

function isSignedBy(jwk, text, signature) {
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return verify("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }, unb64(signature));
}

async function ask(url, path, { body, token } = {}) {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method: body ? "POST" : "GET",
    headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(30_000),
  });
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({})); // a proxy's error page is not JSON
  const after = answer.headers.get("Retry-After") ?? "0";
  const waitMs = /^\d+$/.test(after) ? after * 1000 : Date.parse(after) - Date.now();
  throw new Refused(answer.status, problem, waitMs || 0);
}

// T3. The wait is kept on disk, so that it also holds for the next process.
async function persist(path, attempt) {
  for (let failures = 1; ; failures++) {
    const { quiet } = load(path);
    // A clock that was set back must not make the wait longer than it was.
    if (quiet) await sleep(Math.min(quiet.waitMs, Math.max(0, quiet.untilMs - Date.now())));
    try {
      const result = await attempt();
      if (quiet) change(path, (state) => void delete state.quiet);
      return result;
    } catch (error) {
      if (error instanceof Refused && !error.passes) throw error;
      const backoffMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
      const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs);
      change(path, (state) => void (state.quiet = { waitMs, untilMs: Date.now() + waitMs }));
      if (failures === FAILURES_IN_A_ROW) throw error;
      console.error(error.message, error.cause?.message ?? "");
    }
  }
}

async function logIn({ url, device, key }) {
  const prove = (nonce) => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: device, sub: device, aud: "chot", iat: now, exp: now + 120, jti: b64(randomBytes(12)), ...nonce };
    const text = [{ alg: "ES256", typ: "JWT", kid: device }, claims].map((part) => b64(JSON.stringify(part))).join(".");
    return ask(url, "/auth/device-token", { body: { assertion: `${text}.${signed({ key }, text)}` } });
  };
  const answer = await prove().catch((error) => {
    if (!error.nonce) throw error;
    return prove({ nonce: error.nonce }); // proves itself in place of a wrong clock
  });
  return answer.access_token;
}

// --- the own chain -----------------------------------------------------------------------------

const NOTHING_HELD = { held: [], cursor: null, held_after: null };

async function enrol(path, url, code) {
  // The key is on disk before the code is used: after a lost answer both go out again.
  const { key } = change(path, (old) => {
    if (old.device) throw new Error(`this file is device ${old.device} already; enrol with a new file`);
    return { key: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" }), ...old, url };
  });
  const jwk = { kty: key.kty, crv: key.crv, x: key.x, y: key.y };
  const pinned = await persist(path, () => ask(url, "/devices/enrol", { body: { code, jwk } }));
  change(path, (state) => ({
    ...{ ...state, ...pinned, stamp: "0", offset: pinned.server_time - Date.now() },
    // own: the events after base, sent or not, that no server has called safe (P2)
    ...{ base: { seq: 0, hash: b64(sha256(`chot/1 genesis\n${pinned.device}`)) }, own: [], acknowledged: 0 }, // H1
    ...{ refused: [], packs: {}, ...NOTHING_HELD },
  }));
  console.log(`enrolled as ${pinned.device} at ${pinned.checkpoint.name}`);
}

// 48 bits of time, a 7, the rest by chance: E2
function uuid7(time) {
  const head = time.toString(16).padStart(12, "0");
  return `${head.slice(0, 8)}-${head.slice(8)}-7${randomUUID().slice(15)}`;
}

const last = (state) => state.own.at(-1) ?? state.base;
const unsent = (state) => last(state).seq - state.acknowledged;

function crossing(path, plate, direction) {
  const normal = plate.toUpperCase().replace(/[^A-ZĐ0-9]/g, "");
  if (!normal || plate.length > 24 || !["in", "out"].includes(direction)) throw new Error("crossing PLATE in|out");
  const state = change(path, (state) => {
    const time = Date.now();
    const [risen, clock] = [BigInt(`0x${state.stamp}`) + 1n, BigInt(time) << 16n]; // beyond 2^53
    state.stamp = (risen > clock ? risen : clock).toString(16).padStart(16, "0"); // C2
    const place = state.checkpoint;
    const set = { lane: place.lane, direction, mode: "checked", action: "passed", vehicle_class: "car", headcount: 1 };
    const header = { kind: "crossing", version: 1, record: uuid7(time), home: place.id, time, stamp: state.stamp };
    const packs = Object.fromEntries(Object.entries(state.packs).map(([name, { version }]) => [name, version]));
    const rest = { offset: state.offset, officer: null, packs, set: { ...set, plate: { read: plate, normal, candidates: [] } } };
    const body = JSON.stringify({ ...header, ...rest }); // once: this very text is hashed, kept and sent (E1)
    const { seq, hash } = last(state);
    state.own.push({ seq: seq + 1, body, hash: b64(sha256(unb64(hash), body, NO_PERSON)) }); // H3
  });
  console.log(`saved, unsent ${unsent(state)}`);
}

function batchOf(state, size) {
  const events = state.own.filter((event) => event.seq > state.acknowledged).slice(0, size);
  if (!events.length) return null;
  const [first, end] = [events[0].seq, events.at(-1)];
  const previous = [state.base, ...state.own].find((event) => event.seq === first - 1).hash;
  const text = ["chot-batch/1", state.device, first, end.seq, hex(previous), hex(end.hash)].join("\n"); // B3
  const bodies = events.map(({ body }) => ({ body })); // B4
  return { device: state.device, first, previous, events: bodies, signature: signed(state, text) };
}

function takeReceipt(state, receipt) {
  const { server, level, device, through, head, safe_through, server_time, signature } = receipt;
  const text = ["chot-receipt/1", server, level, device, through, hex(head), safe_through, server_time].join("\n");
  if (server !== state.server || device !== state.device || !isSignedBy(state.receipt_key, text, signature))
    throw new Untrusted("the receipt is not for this device by the pinned key (P1)");
  const kept = [state.base, ...state.own];
  if (kept.find((event) => event.seq === through)?.hash !== head)
    throw new Untrusted(`the server's chain is not ours at ${through}: was this file copied or put back? (P3)`);
  // May be less than before: a server put back from a backup gets the rest again (P6).
  state.acknowledged = through;
  const { seq, hash } = kept.findLast((event) => event.seq <= Math.min(safe_through, through)) ?? state.base; // P2
  state.base = { seq, hash };
  state.own = state.own.filter((event) => event.seq > seq);
}

// --- what others wrote -------------------------------------------------------------------------

// As `removals` names it: F10, A6.
const nameOf = ({ device, branch = 0 }, seq) => `${device}${branch ? `-b${branch}` : ""}:${seq}`;

// Every event of a run with its hash, made again from the texts: F6.
function eventsOf(run) {
  const { device, branch = 0, first, n, again = n, received, bodies, persons = [], commitments = "" } = run;
  let previous = run.previous;
  return bodies.map((body, i) => {
    const person = persons[i] ?? null;
    const given = unb64(commitments).subarray(32 * i, 32 * i + 32);
    const commitment = person !== null ? sha256(person) : given.length ? given : NO_PERSON;
    const hash = b64(sha256(unb64(previous), body, commitment));
    const event = { device, branch, seq: first + i, n: again - bodies.length + 1 + i, received, previous, body, person, hash };
    previous = hash;
    return event;
  });
}

// Nothing of a page is taken that does not follow from itself and from its neighbours.
function takePage(state, answer) {
  const held = new Map(answer.reset ? [] : state.held.map((event) => [nameOf(event, event.seq), event]));
  for (const event of answer.runs.flatMap(eventsOf)) {
    const [before, same, next] = [-1, 0, 1].map((by) => held.get(nameOf(event, event.seq + by)));
    const follows = (!before || before.hash === event.previous) && (!same || same.hash === event.hash) && (!next || next.previous === event.hash);
    if (!follows) throw new Untrusted(`answer.chain: ${event.device} does not go on at ${event.seq} (F6)`);
    held.set(nameOf(event, event.seq), event);
  }
  for (const name of answer.removals) if (held.has(name)) held.get(name).person = null;
  const { cursor, held_after, digest } = answer;
  Object.assign(state, { cursor, held_after, held: [...held.values()].filter((event) => event.n > (held_after ?? 0)) });
  if (!answer.more && digest !== null) {
    const sum = state.held.reduce((sum, event) => sum + BigInt(`0x${hex(event.hash)}`), 0n) % 2n ** 256n;
    if (BigInt(`0x${hex(digest)}`) !== sum) throw new Untrusted("digest: what was pulled does not add up (F9)");
  }
  forgetOld(state, answer.server_time);
}

// From the old end only, by the server's clock: F8.
function forgetOld(state, serverMs) {
  const old = state.held.filter((event) => event.received < serverMs - KEEP_MS);
  const young = state.held.filter((event) => event.received >= serverMs - KEEP_MS);
  if (!old.length) return;
  const oldest = young.reduce((least, event) => Math.min(least, event.n), Infinity);
  const reached = Math.max(state.held_after ?? 0, ...old.map((event) => event.n).filter((n) => n < oldest));
  Object.assign(state, { held_after: reached, held: state.held.filter((event) => event.n > reached) });
}

function takeFeed(state, answer) {
  try {
    takePage(state, answer);
  } catch (error) {
    if (!(error instanceof Untrusted)) throw error;
    console.error(error.message);
    if (Math.abs(Date.now() - (state.repairedMs ?? 0)) < READ_ANEW_EVERY_MS) return;
    Object.assign(state, NOTHING_HELD, { repairedMs: Date.now() });
    console.error("feed.repaired");
  }
}

// --- packs -------------------------------------------------------------------------------------

// What is not a newer one of this place by the pinned key leaves the old one in force: K1–K4.
async function takePacks(path, versions, token) {
  const { url, root_key, checkpoint, packs } = load(path);
  for (const name of Object.keys(versions).filter((name) => versions[name] > (packs[name]?.version ?? 0))) {
    try {
      const { jws } = await ask(url, `/packs/${encodeURIComponent(name)}`, { token });
      const [head, payload, signature] = jws.split(".");
      const { alg, typ } = JSON.parse(unb64(head));
      const genuine = alg === "ES256" && typ === "chot-pack" && isSignedBy(root_key, `${head}.${payload}`, signature);
      if (!genuine) throw new Untrusted("not by the pinned key");
      const pack = JSON.parse(unb64(payload));
      if (pack.name !== name || !["all", `checkpoint:${checkpoint.id}`].includes(pack.scope)) throw new Untrusted("not for here");
      change(path, (state) => {
        if (!(pack.version > (state.packs[name]?.version ?? 0))) throw new Untrusted("pack.rollback");
        state.packs[name] = pack;
      });
    } catch (error) {
      console.error(`pack ${name}: the old one stays:`, error.message); // what was sent and pulled stands
    }
  }
}

// --- rounds until nothing is left --------------------------------------------------------------

async function sync(path) {
  let token;
  let size = BATCH_EVENTS;
  const roundTrip = async () => {
    const asked = load(path);
    const { cursor, held_after } = asked;
    const batch = batchOf(asked, size);
    const fresh = !token;
    token ??= await logIn(asked);
    const started = Date.now();
    const feeds = [`checkpoint:${asked.checkpoint.id}`];
    const body = { protocol: 1, cursor, held_after, feeds, unsent: unsent(asked), batch, device_time: started };
    let answer;
    try {
      answer = await ask(asked.url, "/sync", { body, token });
    } catch (error) {
      const halves = (error.status === 413 || error.name === "TimeoutError") && batch?.events.length > 1;
      if (halves) size = batch.events.length >> 1; // B2
      if (error.status === 401 && !fresh) token = undefined;
      else if (error.code === "cursor.shape" && cursor) change(path, (state) => void Object.assign(state, NOTHING_HELD));
      else if (!halves || error.status !== 413) throw error;
      return true;
    }
    const offset = Math.round(answer.server_time - (started + Date.now()) / 2);
    const state = change(path, (state) => {
      takeReceipt(state, answer.receipt);
      state.offset = offset;
      const refused = answer.results.filter((one) => one.state === "rejected" || one.state === "held");
      const again = new Set(refused.map((one) => one.seq));
      state.refused = [...state.refused.filter((one) => !again.has(one.seq)), ...refused]; // for a person: A4
      if (state.cursor === cursor) takeFeed(state, answer); // else another sync was faster: its pages stand (F4)
    });
    for (const { seq, state, code = "", field = "" } of answer.results) console.log(seq, state, code, field);
    // Only on what moved: an answer that changes nothing must not make a loop.
    const pulling = state.cursor !== cursor && (answer.more || state.cursor === null);
    if (pulling || (unsent(state) && state.acknowledged > asked.acknowledged)) return true;
    await takePacks(path, answer.packs, token);
    return false;
  };
  while (await persist(path, roundTrip));
  const state = load(path);
  console.log(`unsent ${unsent(state)}, seen ${state.held.length}`);
  if (unsent(state)) process.exitCode = 1;
}

const [path, what, ...rest] = process.argv.slice(2);
const [command, wanted] = { enrol: [enrol, 2], crossing: [crossing, 2], sync: [sync, 0] }[what] ?? [];
if (!command || rest.length !== wanted) {
  console.error("node client.mjs STATE.json enrol URL CODE | crossing PLATE in|out | sync");
  process.exit(2);
}
try {
  if (command !== enrol && !(existsSync(path) && load(path).device)) throw new Error("not enrolled");
  await command(path, ...rest);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
