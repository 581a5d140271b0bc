/** Made from docs/openapi.json by tools/wire-types.ts: `make api`. Not written by hand. */

/** A device's token, and the key that what a locked tablet sends here is sealed to (SPEC S4). */
export interface DeviceToken {
  access_token: string;
  expires_in: number;
  sealing_key: Jwk;
}

/** A JWT by the device key (RFC 7523): iss = sub = kid = device, aud "chot", jti, ≤ 5 min. */
export interface DeviceTokenRequest {
  assertion: string;
}

/** A one-time code (20 Crockford base32 characters) and the device's public key. */
export interface EnrolRequest {
  code: string;
  jwk: Jwk;
  name?: string;
}

/** What an enrolled device pins: who it is, where it stands, whose signatures it believes. */
export interface Enrolled {
  checkpoint: EnrolledCheckpoint;
  device: string;
  receipt_key: Jwk;
  root_key: Jwk;
  sealing_key: Jwk;
  server: string;
  server_time: number;
}

/** Where the device stands. */
export interface EnrolledCheckpoint {
  class: string;
  hotline: string;
  id: string;
  lane: string;
  lanes: readonly string[];
  name: string;
  province: string;
  road: string;
}

/** What became of one pushed event (SPEC A2). `code` says why it was held or rejected, or what else is to be known of it: `event.json`, `event.depth`, `event.duplicate_name`, `event.field`, `event.missing`, `event.author`, `event.scope`, `event.kind`, `person.commitment`, `seal.key`, `seal.text`, `device.revoked`, `device.forked`, `relay.scope`. `field` names the field that is wrong. */
export interface EventResult {
  code?: string;
  field?: string;
  seq: number;
  state: "accepted" | "duplicate" | "held" | "rejected";
}

/** One field that is wrong: its path in the request, "missing", "invalid" or a code. */
export interface FieldError {
  code: string;
  field: string;
}

/** A batch as its author signed it, and the envelopes it came to have on its way. */
export interface ForwardedBatch {
  batch: SentBatch;
  envelopes: readonly SentEnvelope[];
}

/** What became of one batch; `code` where it was not taken. `refused`: events not accepted. */
export interface ForwardedResult {
  code: string | null;
  device: string;
  first: number;
  last: number;
  refused: readonly EventResult[];
}

/** One crossing in a list: no person data. */
export interface FoundCrossing {
  action: string;
  checkpoint: string;
  complaint_code: string;
  /** The crossing that counts for a duplicate, or "" */
  counted_as: string;
  device: string;
  direction: string;
  families: readonly string[];
  flags: readonly string[];
  goods: number;
  lane: string;
  mode: string;
  occurred_ms: number;
  officer: string;
  outcome: string;
  people: number;
  plate: string;
  plate_read: string;
  purpose: string;
  reasons: readonly string[];
  received_ms: number;
  record: string;
  review: string;
  vehicle_class: string;
}

/** Contiguous events of one device under one envelope (SPEC F6); `n`: number of the last one. `ranks` (R7: 1 officer, 2 lead, 3 console user) is one digit for all or one for each. `again`: its last number when it was given first. `commitments`: where a person text is withheld. */
export interface GivenRun {
  again?: number;
  bodies: readonly string[];
  branch?: number;
  commitments?: string;
  device: string;
  first: number;
  n: number;
  persons?: readonly (string | null)[];
  previous: string;
  ranks: string;
  received: number;
  server: string;
}

/** The goods flow as `chot report goods-flow --format json` gives it. */
export interface GoodsFlowAnswer {
  goods_flow: Readonly<Record<string, unknown>>;
}

/** Liveness and readiness; `log` − `projected` is how far the view is behind. `upstream` is the server above this one, null for a home server; `behind`: batches that have not gone up to it. */
export interface Health {
  behind: number;
  epoch: number;
  log: number;
  projected: number;
  server: string;
  server_time: number;
  status: "ok";
  upstream: string | null;
  version: string;
}

/** A public P-256 key (RFC 7517). A private part is refused. */
export interface Jwk {
  crv: "P-256";
  kid?: string;
  kty: "EC";
  x: string;
  y: string;
}

/** A checkpoint of the relay. */
export interface KnownCheckpoint {
  checkpoint: string;
  class: string;
  commune: string;
  district: string;
  hotline: string;
  lanes: readonly string[];
  name: string;
  province: string;
  road: string;
  state: string;
}

/** A device as its server knows it: its key, what it may write, whether it was revoked. */
export interface KnownDevice {
  checkpoint: string | null;
  checkpoints: readonly string[];
  device: string;
  enrolled: number;
  kind: "tablet" | "relay" | "server";
  lane: string | null;
  name: string;
  revoked: number | null;
  x: string;
  y: string;
}

/** Who may open a shift where, and as what: from it follows the rank of what they write. */
export interface KnownOfficer {
  checkpoints: readonly string[];
  name: string;
  officer: string;
  revoked: boolean;
  role: "officer" | "lead" | "medic" | "volunteer";
}

/** The newest version of a pack in the relay's scopes. */
export interface KnownPack {
  name: string;
  scope: string;
  version: number;
}

/** A console user's password and, where switched on, the six digits of the moment. */
export interface LoginRequest {
  login: string;
  password: string;
  totp?: string;
}

/** A batch by its last event: whoever holds it knows it by that. */
export interface NamedBatch {
  device: string;
  head: string;
  last: number;
}

/** The one error shape: application/problem+json (RFC 9457) with a stable `code`. `nonce`: with "auth.assertion", what to sign. `incident`: with "server.failed", what to tell the administrator. */
export interface Problem {
  code: string;
  detail?: string;
  errors?: readonly FieldError[];
  incident?: string;
  nonce?: string;
  status: number;
  title: string;
  type: string;
}

/** One event of a record's history, person part opened. */
export interface RecordWrite {
  device: string;
  fields: Readonly<Record<string, unknown>>;
  kind: string;
  n: number;
  occurred_ms: number;
  officer: string | null;
  person: Readonly<Record<string, unknown>> | null;
  received_ms: number;
  seq: number;
  state: string;
}

/** Why somebody may look. Which members a purpose needs: `server/purposes.py`. */
export interface Reference {
  checkpoint?: string;
  complaint_code?: string;
  document_date?: string;
  document_number?: string;
  request_number?: string;
  shift_date?: string;
}

/** Answers to the batches, receipts of this server and of the home server for `chains`. `path`: this server and those above it. `reference` is null where the relay has it already. */
export interface RelayAnswer {
  epoch: number;
  home_receipts: readonly SignedReceipt[];
  path: readonly string[];
  receipts: readonly SignedReceipt[];
  reference: unknown;
  reference_name: string;
  results: readonly ForwardedResult[];
  server: string;
  server_time: number;
}

/** A one-time code, and the relay's own id and public signing key: it is a server already. */
export interface RelayEnrolRequest {
  code: string;
  jwk: Jwk;
  name?: string;
  server: string;
}

/** What a relay pins. `root_key` and `sealing_key` are those of the server named in `home`. */
export interface RelayEnrolled {
  checkpoints: readonly string[];
  epoch: number;
  home: string;
  path: readonly string[];
  receipt_key: Jwk;
  root_key: Jwk;
  sealing_key: Jwk;
  server: string;
  server_time: number;
}

/** Whole batches that have events in these feeds, and the devices that wrote or received them. Person parts only of events in these feeds; of the others there is the commitment. What came from the relay itself is only named, in `held`. */
export interface RelayFeed {
  batches: readonly ForwardedBatch[];
  cursor: string;
  devices: readonly KnownDevice[];
  held: readonly NamedBatch[];
  more: boolean;
  reset: boolean;
  server_time: number;
}

/** Where the relay stands in the feeds of its checkpoints. `lacking`: batches that were only named to it and that it does not hold; then they are given, and nothing else. */
export interface RelayFeedRequest {
  cursor?: string | null;
  lacking?: readonly NamedBatch[];
  protocol: number;
}

/** All that a relay has to know to judge and to serve tablets while it is alone. */
export interface RelayReference {
  checkpoints: readonly KnownCheckpoint[];
  devices: readonly KnownDevice[];
  officers: readonly KnownOfficer[];
  packs: readonly KnownPack[];
}

/** Batches upwards. `chains`: devices whose receipts are wanted. `reference`: the one held. `own_chain`: the device that the relay writes as, which is another after a restore. `waiting`: batches that have not gone up yet; what the upstream shows of a relay. */
export interface RelayRequest {
  batches?: readonly ForwardedBatch[];
  chains?: readonly string[];
  device_time: number;
  own_chain?: string | null;
  protocol: number;
  reference?: string;
  waiting?: number;
}

/** A report as `chot report --format json` gives it, and the letterhead of its unit. */
export interface ReportAnswer {
  letterhead: Readonly<Record<string, unknown>>;
  report: Readonly<Record<string, unknown>>;
}

/** A reviewer's decision: "đã xem" or "cần xác minh", and a note. */
export interface ReviewRequest {
  decision: "seen" | "needs_check";
  note?: string;
}

/** The event that the review became, "device:seq". */
export interface ReviewWritten {
  event: string;
}

/** What a search asks for; absent means any. Names match by whole syllables without marks. */
export interface SearchCriteria {
  actions?: readonly ("passed" | "referred" | "turned_back")[];
  checkpoints?: readonly string[];
  direction?: "" | "in" | "out";
  from_ms?: number | null;
  id_number?: string;
  name?: string;
  outcomes?: readonly ("pass" | "refer" | "turn_back")[];
  phone?: string;
  plate?: string;
  review?: "" | "open" | "seen" | "needs_check";
  to_ms?: number | null;
}

/** The search's id; its pages are read with it for 30 minutes. */
export interface SearchOpened {
  id: string;
}

/** Rows, newest first; `next` is "" at the end. */
export interface SearchPage {
  next: string;
  rows: readonly FoundCrossing[];
}

/** Purpose, reference and criteria; in the body, so that no URL or log holds them. */
export interface SearchRequest {
  criteria: SearchCriteria;
  purpose: "shift_check" | "tracing" | "investigation" | "complaint" | "review";
  reference?: Reference;
}

/** A contiguous run of one device's events and its signature (SPEC B1). */
export interface SentBatch {
  device: string;
  events: readonly SentEvent[];
  first: number;
  previous: string;
  signature: string;
}

/** Who accepted a run of events first, and when, signed (SPEC A3). */
export interface SentEnvelope {
  device: string;
  first: number;
  head: string;
  last: number;
  ranks: string;
  received: number;
  server: string;
  signature: string;
}

/** One event of a batch: exact texts, or sealed ones in their place (SPEC B4, S1, S4). */
export interface SentEvent {
  body?: string;
  commitment?: string;
  person?: string;
  sealed?: string;
  sealed_body?: string;
}

/** Who is signed in. */
export interface SignedInUser {
  id: string;
  login: string;
  name: string;
  role: string;
}

/** A pack as its root key signed it: compact JWS. */
export interface SignedPack {
  jws: string;
  name: string;
  version: number;
}

/** How far the server holds the device's chain, signed (SPEC P1). */
export interface SignedReceipt {
  device: string;
  head: string;
  level: "relay" | "home";
  safe_through: number;
  server: string;
  server_time: number;
  signature: string;
  through: number;
}

/** Sums of a window; what is void or a duplicate counts nowhere. `lag`: events not counted. */
export interface StatsAnswer {
  checkpoints: readonly StatsOfCheckpoint[];
  from_ms: number;
  lag: number;
  steps: readonly StatsStep[];
  to_ms: number;
  total: Readonly<Record<string, number>>;
}

/** The counts of one checkpoint. */
export interface StatsOfCheckpoint {
  counts: Readonly<Record<string, number>>;
  id: string;
  name: string;
}

/** One stretch of the window. */
export interface StatsStep {
  crossings: number;
  from_ms: number;
  to_ms: number;
  turned_back: number;
}

/** Answers to the push, then one page of the feeds. `digest` is of all events in the window (`held_after`, cursor], once there is no more (F9). `feeds`: all that this device may have (F11). `upstream_receipt`: what the home server said to a relay of this device's chain (P8). */
export interface SyncAnswer {
  cursor: string | null;
  digest: string | null;
  feeds: readonly string[];
  held_after: number | null;
  more: boolean;
  packs: Readonly<Record<string, number>>;
  receipt: SignedReceipt;
  removals: readonly string[];
  reset: boolean;
  results: readonly EventResult[];
  runs: readonly GivenRun[];
  server_time: number;
  upstream_receipt?: SignedReceipt;
}

/** One round trip: what the device wants, what it sends, how much it still holds back. It holds what came after number `held_after` up to its cursor (SPEC F7). */
export interface SyncRequest {
  batch?: SentBatch | null;
  cursor?: string | null;
  device_time: number;
  feeds?: readonly string[];
  held_after?: number | null;
  protocol: number;
  unsent?: number;
}

/** A console user's token. */
export interface UserToken {
  access_token: string;
  expires_in: number;
  user: SignedInUser;
}

/** One crossing, merged, with its people, goods, open conflicts, reviews and history. */
export interface WholeCrossing {
  conflicts: Readonly<Record<string, readonly RecordWrite[]>>;
  fields: Readonly<Record<string, unknown>>;
  goods: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  history: readonly RecordWrite[];
  people: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  reviews: readonly RecordWrite[];
  row: FoundCrossing;
}

/** A tablet holds nothing any longer; `dropped`: events that no server had (SPEC Q5). */
export interface WipedRequest {
  dropped?: number;
}

/** Every operation by its operationId. */
export interface Operations {
  device_token: { method: "POST"; path: "/auth/device-token"; body: DeviceTokenRequest; answer: DeviceToken };
  login: { method: "POST"; path: "/auth/login"; body: LoginRequest; answer: UserToken };
  crossing: { method: "GET"; path: `/crossings/${string}`; body?: undefined; answer: WholeCrossing };
  review: { method: "POST"; path: `/crossings/${string}/reviews`; body: ReviewRequest; answer: ReviewWritten };
  enrol_device: { method: "POST"; path: "/devices/enrol"; body: EnrolRequest; answer: Enrolled };
  device_wiped: { method: "POST"; path: "/devices/wiped"; body: WipedRequest; answer: undefined };
  export: { method: "GET"; path: `/exports/${string}`; body?: undefined; answer: undefined };
  goods_flow: { method: "GET"; path: "/goods-flow"; body?: undefined; answer: GoodsFlowAnswer };
  health: { method: "GET"; path: "/health"; body?: undefined; answer: Health };
  pack: { method: "GET"; path: `/packs/${string}`; body?: undefined; answer: SignedPack };
  hand_up: { method: "POST"; path: "/relay"; body: RelayRequest; answer: RelayAnswer };
  enrol_relay: { method: "POST"; path: "/relay/enrol"; body: RelayEnrolRequest; answer: RelayEnrolled };
  hand_down: { method: "POST"; path: "/relay/feed"; body: RelayFeedRequest; answer: RelayFeed };
  relay_pack: { method: "GET"; path: `/relay/packs/${string}`; body?: undefined; answer: SignedPack };
  report: { method: "GET"; path: "/report"; body?: undefined; answer: ReportAnswer };
  open_search: { method: "POST"; path: "/searches"; body: SearchRequest; answer: SearchOpened };
  search_page: { method: "GET"; path: `/searches/${string}`; body?: undefined; answer: SearchPage };
  stats: { method: "GET"; path: "/stats"; body?: undefined; answer: StatsAnswer };
  sync: { method: "POST"; path: "/sync"; body: SyncRequest; answer: SyncAnswer };
}

/** What may be called: each path with its method and its body. */
export type Call = { [Name in keyof Operations]: Omit<Operations[Name], "answer"> }[keyof Operations];

/** What came as one of these shapes, with nothing of it believed yet: only the names are known. */
export type Unread<Shape> = { readonly [Name in keyof Shape]?: unknown };
