/**
 * A client of chot's API in JavaScript: Node 20 and nothing else.
 *
 *     node client.mjs STATE.json enrol http://127.0.0.1:8000 CODE
 *     node client.mjs STATE.json crossing 29A12345 in
 *     node client.mjs STATE.json sync
 *
 * Written from README.md, docs/how-to/write-a-client.md, docs/openapi.json and sync/SPEC.md, whose
 * rules are named here. Other than minimal_client.py it is what one would go live with: it waits and
 * halves (T2, T3), keeps its events until a backup holds them (P2), keeps what it pulls and makes
 * every hash of it again (F6), reads anew where that differs (F9), and believes signed packs only.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";

const ZEROS = Buffer.alloc(32);
const MOST_EVENTS = 400;
const FIRST_WAIT_MS = 2_000;
const LAST_WAIT_MS = 5 * 60_000;
const GIVE_UP_AFTER = 12; // failures in a row; what is unsent stays in the file
const REPAIR_AFTER_MS = 10 * 60_000;
const KEEP_MS = 73 * 3_600_000;

const b64 = (data) => Buffer.from(data).toString("base64url");
const unb64 = (text) => Buffer.from(text, "base64url");
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((one) => Buffer.from(one)))).digest();
const genesis = (device) => sha256("chot/1 genesis\n", device); // H1
const publicKey = (jwk) => createPublicKey({ key: { kty: "EC", crv: "P-256", x: jwk.x, y: jwk.y }, format: "jwk" });
// r ‖ s and not DER: B3
const es256 = (state, text) => sign("sha256", Buffer.from(text), { key: createPrivateKey(state.key), dsaEncoding: "ieee-p1363" });
const isSigned = (jwk, text, signature) => verify("sha256", Buffer.from(text), { key: publicKey(jwk), dsaEncoding: "ieee-p1363" }, signature);

/** An answer that is no success: T2 says what it means. */
class Refused extends Error {
  constructor(status, code, retryAfter, nonce) {
    super(`${status} ${code}`);
    Object.assign(this, { status, code, nonce, waitMs: Number(retryAfter ?? 0) * 1000 });
  }
}

async function ask(state, method, path, body) {
  const headers = { "Content-Type": "application/json" };
  if (state.token) headers.Authorization = `Bearer ${state.token}`;
  const answer = await fetch(`${state.url}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(30_000) });
  const data = await answer.json();
  if (!answer.ok) throw new Refused(answer.status, data.code, answer.headers.get("Retry-After"), data.nonce);
  return data;
}

// --- the own chain ---------------------------------------------------------------------------------

async function enrol(url, code) {
  const { publicKey: open, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kty, crv, x, y } = open.export({ format: "jwk" });
  const pinned = await ask({ url }, "POST", "/devices/enrol", { code, jwk: { kty, crv, x, y } });
  return {
    url,
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    ...{ device: pinned.device, server: pinned.server, place: pinned.checkpoint },
    ...{ receiptKey: pinned.receipt_key, rootKey: pinned.root_key },
    ...{ stamp: "0", offset: null, packs: {}, refused: [] },
    // Own events {body, hash} from number `first` on; those before are in a backup.
    ...{ first: 1, before: genesis(pinned.device).toString("hex"), own: [], through: 0, answered: 0 },
    ...{ most: MOST_EVENTS, failures: 0, token: "" },
    ...{ feeds: [`checkpoint:${pinned.checkpoint.id}`], cursor: null, heldAfter: null, held: {}, repairedMs: 0 },
  };
}

const lastSeq = (state) => state.first + state.own.length - 1;
const hashAt = (state, seq) => Buffer.from(seq < state.first ? state.before : state.own[seq - state.first].hash, "hex");
const knows = (state, seq) => seq >= state.first - 1 && seq <= lastSeq(state);

/** 48 bits of time, a 7, 12 bits of chance, 10, 62 bits of chance: E2. */
function uuid7(ms) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(ms, 0, 6);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function crossing(state, plate, direction) {
  const time = Date.now();
  const wall = BigInt(time) << 16n;
  const stamp = BigInt(state.stamp) < wall ? wall : BigInt(state.stamp) + 1n; // C2
  const set = { lane: state.place.lane, direction, mode: "checked", action: "passed", vehicle_class: "car", headcount: 1 };
  const header = { kind: "crossing", version: 1, record: uuid7(time), home: state.place.id, stamp: stamp.toString(16).padStart(16, "0") };
  const rest = { time, offset: state.offset, officer: null, packs: state.packs, set: { ...set, plate: { read: plate, normal: plate, candidates: [] } } };
  const body = JSON.stringify({ ...header, ...rest }); // once, and never again: E1
  state.own.push({ body, hash: sha256(hashAt(state, lastSeq(state)), body, ZEROS).toString("hex") }); // H3
  state.stamp = String(stamp);
}

// --- one round -------------------------------------------------------------------------------------

async function authenticate(state) {
  let nonce = {};
  for (let attempt = 0; ; attempt += 1) {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: state.device, sub: state.device, aud: "chot", iat, exp: iat + 120, jti: b64(randomBytes(9)), ...nonce };
    const text = [{ alg: "ES256", typ: "JWT", kid: state.device }, claims].map((one) => b64(JSON.stringify(one))).join(".");
    try {
      const made = await ask({ url: state.url }, "POST", "/auth/device-token", { assertion: `${text}.${b64(es256(state, text))}` });
      state.token = made.access_token;
      return;
    } catch (error) {
      if (!(error instanceof Refused) || error.nonce === undefined || attempt > 0) throw error;
      nonce = { nonce: error.nonce }; // a wrong clock proves itself so
    }
  }
}

function batchOf(state) {
  // P2: what a receipt covers and whose answer was heard is not sent again.
  const first = Math.min(state.through, state.answered) + 1;
  const events = state.own.slice(first - state.first, first - state.first + state.most);
  if (events.length === 0) return null;
  const last = first + events.length - 1;
  const previous = hashAt(state, first - 1);
  const text = ["chot-batch/1", state.device, first, last, previous.toString("hex"), hashAt(state, last).toString("hex")].join("\n");
  const bodies = events.map(({ body }) => ({ body })); // B4
  return { device: state.device, first, previous: b64(previous), events: bodies, signature: b64(es256(state, text)) };
}

/** One round trip; whether there is more to send or to fetch. */
async function sync(state) {
  if (!state.token) await authenticate(state);
  const batch = batchOf(state);
  const { cursor, heldAfter, feeds } = state;
  const unsent = lastSeq(state) - Math.min(state.through, state.answered);
  const sentMs = Date.now();
  const asked = { protocol: 1, cursor, held_after: heldAfter, feeds, batch, unsent, device_time: sentMs };
  const answer = await ask(state, "POST", "/sync", asked);
  believe(state, answer.receipt);
  state.through = answer.receipt.through;
  state.answered = Math.min(state.answered, state.through); // P6: a restored server judges again
  const heard = new Map(answer.results.map((one) => [one.seq, one]));
  while (heard.has(state.answered + 1) && state.answered < state.through) {
    const one = heard.get(++state.answered);
    console.log(one.seq, one.state, one.code ?? "");
    if (one.state === "held" || one.state === "rejected") state.refused.push(one); // a person looks at these; A4
  }
  forgetBackedUp(state, answer.receipt.safe_through);
  state.offset = Math.round(answer.server_time - (sentMs + Date.now()) / 2);
  const followed = take(state, answer);
  await fetchPacks(state, answer.packs);
  state.most = Math.min(MOST_EVENTS, state.most * 2);
  return (answer.more && followed) || lastSeq(state) > Math.min(state.through, state.answered) || state.cursor === null;
}

/** Throws where the pinned key did not sign it (P1), or it is of another chain (P3). */
function believe(state, receipt) {
  const head = unb64(receipt.head);
  const { server, level, device, through, safe_through, server_time } = receipt;
  const text = ["chot-receipt/1", server, level, device, through, head.toString("hex"), safe_through, server_time].join("\n");
  if (!isSigned(state.receiptKey, text, unb64(receipt.signature))) throw new Error("receipt.signature (P1)");
  if (server !== state.server || device !== state.device) throw new Error("receipt.server (P1)");
  if (!knows(state, through) || !hashAt(state, through).equals(head)) throw new Error("receipt.head (P3)");
}

/** Own events leave once a backup off the machine holds them, and not before: P2, P4. */
function forgetBackedUp(state, safe) {
  const count = Math.min(safe, state.answered) - state.first + 1;
  if (count <= 0) return;
  state.before = hashAt(state, state.first + count - 1).toString("hex");
  state.own.splice(0, count);
  state.first += count;
}

// --- what others wrote -----------------------------------------------------------------------------

/** Every event of a run with its hash, made again from the texts: F6. */
function eventsOf(run) {
  let hash = unb64(run.previous);
  let withheld = 0;
  const commitments = run.commitments === undefined ? null : unb64(run.commitments);
  return run.bodies.map((body, index) => {
    const person = run.persons?.[index] ?? null;
    const given = () => commitments.subarray(32 * withheld, 32 * ++withheld);
    const committed = person !== null ? sha256(person) : commitments === null ? ZEROS : given();
    const previous = hash.toString("hex");
    hash = sha256(hash, body, committed);
    const author = run.branch ? `${run.device}-b${run.branch}` : run.device;
    const n = (run.again ?? run.n) - run.bodies.length + 1 + index; // the digest counts it where it was first given
    return { author, device: run.device, seq: run.first + index, n, previous, hash: hash.toString("hex"), received: run.received, body, person };
  });
}

/** Takes a page whole or not at all; false where it does not follow from what is held. */
function take(state, answer) {
  const events = answer.runs.flatMap(eventsOf);
  const held = answer.reset ? {} : { ...state.held };
  const at = (author, seq) => held[`${author}:${seq}`];
  for (const one of events) {
    const [before, same, after] = [at(one.author, one.seq - 1), at(one.author, one.seq), at(one.author, one.seq + 1)];
    const follows = (!before || before.hash === one.previous) && (!same || same.hash === one.hash) && (!after || after.previous === one.hash);
    if (!follows) return readAnew(state, "answer.chain");
    held[`${one.author}:${one.seq}`] = one;
  }
  for (const name of answer.removals) if (held[name]) held[name].person = null; // F10
  Object.assign(state, { held, cursor: answer.cursor, heldAfter: answer.held_after, feeds: [...answer.feeds].sort() }); // F4, F11
  forgetOld(state, answer.server_time);
  if (!answer.more && answer.digest !== null && b64(digestOf(state)) !== answer.digest) return readAnew(state, "feed.repaired");
  return true;
}

/** From the old end only, by the server's clock: F8. */
function forgetOld(state, serverMs) {
  const every = Object.entries(state.held);
  const young = every.filter(([, one]) => one.received >= serverMs - KEEP_MS).map(([, one]) => one.n);
  if (young.length === every.length) return;
  const reached = young.length > 0 ? Math.min(...young) - 1 : Number(state.cursor.split(".").at(-1));
  state.heldAfter = Math.max(state.heldAfter ?? 0, reached);
  state.held = Object.fromEntries(every.filter(([, one]) => one.n > state.heldAfter));
}

/** The sum of the hashes held in (heldAfter, cursor], modulo 2^256: F9. */
function digestOf(state) {
  const counted = Object.values(state.held).filter(({ n }) => n > (state.heldAfter ?? 0));
  const sum = counted.reduce((total, { hash }) => total + BigInt(`0x${hash}`), 0n) % (1n << 256n);
  return Buffer.from(sum.toString(16).padStart(64, "0"), "hex");
}

/** Drops what was pulled, at most once in ten minutes; the outbox stays: F9. */
function readAnew(state, code) {
  console.log(code);
  if (Math.abs(Date.now() - state.repairedMs) < REPAIR_AFTER_MS) return false;
  Object.assign(state, { held: {}, cursor: null, heldAfter: null, repairedMs: Date.now() });
  return false;
}

// --- packs -----------------------------------------------------------------------------------------

/** Newer ones are fetched; what the pinned root key did not sign, or is older than held, is not taken: K1–K4. */
async function fetchPacks(state, announced) {
  for (const [name, version] of Object.entries(announced)) {
    if (version <= (state.packs[name] ?? 0)) continue;
    const { jws } = await ask(state, "GET", `/packs/${name}`);
    const [head, payload, signature] = jws.split(".");
    const { alg, kid, typ } = JSON.parse(unb64(head));
    const pinned = alg === "ES256" && typ === "chot-pack" && kid === state.rootKey.kid;
    const said = JSON.parse(unb64(payload));
    const scoped = said.scope === "all" || said.scope === `checkpoint:${state.place.id}`;
    if (!pinned || !isSigned(state.rootKey, `${head}.${payload}`, unb64(signature))) console.log(name, "pack.signature");
    else if (said.name !== name || !scoped) console.log(name, "pack.scope");
    else if (said.version <= (state.packs[name] ?? 0)) console.log(name, "pack.rollback");
    else state.packs[name] = said.version;
  }
}

// --- rounds until nothing is left ------------------------------------------------------------------

/** How long to wait after a failure, in ms; what was to be sent stays where it is: T2, T3. */
function waitAfter(state, error) {
  if (error instanceof Refused && error.status === 401) state.token = "";
  if (error instanceof Refused && error.status === 401 && state.failures === 0) return ((state.failures += 1), 0);
  const shrinks = error.name === "TimeoutError" || error.status === 413;
  if (shrinks) state.most = Math.max(1, Math.ceil(Math.min(state.most, lastSeq(state) - state.answered) / 2));
  if (error.status === 413 && state.most > 1) return 0;
  const full = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** state.failures);
  state.failures += 1;
  return Math.max(error.waitMs ?? 0, full * (0.5 + Math.random() / 2));
}

async function syncAll(state, save) {
  state.failures = 0;
  for (;;) {
    try {
      const more = await sync(state);
      state.failures = 0;
      save();
      if (!more) return;
    } catch (error) {
      console.error(error.message);
      const waitMs = waitAfter(state, error);
      save();
      if (state.failures > GIVE_UP_AFTER) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

const [path, what, ...rest] = process.argv.slice(2);
const state = what === "enrol" ? await enrol(...rest) : JSON.parse(readFileSync(path, "utf8"));
const save = () => {
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${path}.new`, path); // all or nothing: a cut leaves the state before
};
if (what === "crossing") crossing(state, ...rest);
if (what === "sync") await syncAll(state, save);
save();
const unsent = lastSeq(state) - Math.min(state.through, state.answered);
console.log(`unsent ${unsent}, held ${Object.keys(state.held).length}`);
