/** Made from docs/openapi.json by tools/wire-types.ts: `make api`. Not written by hand. */

/** Something about crossings that a person has to look at: made by the home server, SPEC W. `persons` are items of the crossing, `shown` what the tablet said, `decided` what holds by `packs` ("rules 3", "levels 2"), `had` what the tablet had of these. `minutes` lay between two sightings, `least_minutes` it takes; `used` of `allowed` uses. `key` names what it is about (a keyed token), never whom. */
export interface Alert {
  alert: "decision.stale" | "decision.differs" | "late.rules" | "late.isolated" | "late.revoked" | "permit.too_fast" | "permit.overspent" | "vehicle.too_fast" | "health.signs" | "health.positive" | "override.unagreed";
  allowed?: number;
  checkpoint: string;
  decided?: "pass" | "refer" | "turn_back" | null;
  had?: readonly string[];
  key?: string;
  /** minutes */
  least_minutes?: number;
  /** minutes */
  minutes?: number;
  /** Unix ms */
  occurred: number;
  packs?: readonly string[];
  persons?: readonly string[];
  reasons?: readonly string[];
  shown?: "pass" | "refer" | "turn_back" | null;
  state: "new" | "taken" | "closed";
  subjects: readonly string[];
  used?: number;
  withdrawn?: boolean;
}

/** Who took or closed an alert may write why: free text, so it is kept like a person part. */
export interface AlertPersonPart {
  note?: string;
}

/** What the community team of a commune learns of somebody who is on the way to it. */
export interface Arrival {
  checkpoint: string;
  destination: Place;
  headcount?: number;
  /** Unix ms */
  occurred: number;
  origin?: Place | null;
  subject: string;
  withdrawn?: boolean;
}

/** Who arrives, for the community team alone. */
export interface ArrivalPersonPart {
  people?: Readonly<Record<string, PersonIdentity>>;
}

/** Who came in between these times and named these communes ("2021-22910"). `audience`: team, or lodging, which has ID numbers and reasons besides. `recipient`: who is given it, for the audit. */
export interface ArrivalsRequest {
  audience?: "team" | "lodging";
  communes: readonly string[];
  compress?: boolean;
  format?: "csv" | "jsonl" | "xlsx" | "sqlite" | "parquet";
  /** Unix ms */
  from_ms: number;
  lang?: "vi" | "en" | null;
  recipient: string;
  /** Unix ms */
  to_ms: number;
}

/** Entries, oldest first. `broken_at`: where verifying found that the log was changed. */
export interface AuditAnswer {
  broken_at: number | null;
  entries: readonly AuditLine[];
  verified: boolean;
}

/** One look or act; `who` is a login where there is one, "cli" at the server itself. */
export interface AuditLine {
  /** Unix ms */
  at_ms: number;
  details: Readonly<Record<string, unknown>>;
  n: number;
  purpose: string;
  reference: string;
  subject: string;
  what: string;
  who: string;
}

/** from ≤ at ≤ to; `who`: login or id; `what`: a kind or a group; `about`: a subject. `text`: letters that stand in what was done, purpose, reference or details. */
export interface AuditRequest {
  about?: string;
  /** Unix ms */
  from_ms?: number | null;
  last?: number;
  text?: string;
  /** Unix ms */
  to_ms?: number | null;
  verify?: boolean;
  what?: string;
  who?: string;
}

/** The card colour, and whether an officer saw it or a signature proved it. */
export interface CardSeen {
  basis: "seen" | "verified";
  colour: "green" | "yellow" | "none";
}

/** A decision that was asked for («xin ý kiến»), and the one that was given. `decided_by` is the lead's officer id, or the console user's; absent where the answer came by telephone, then the person part says who gave it. `plate` is a normal form. */
export interface Consultation {
  about?: "papers" | "identity" | "health" | "goods" | "emergency" | "level" | "other";
  /** Unix ms */
  asked?: number;
  asked_by?: string;
  crossing?: string;
  /** Unix ms */
  decided?: number;
  decided_by?: string;
  decision?: "passed" | "referred" | "turned_back";
  lane?: string;
  of?: "lead" | "duty" | "hotline";
  plate?: string;
}

/** What was asked and answered in words, and who answered where no badge says it. */
export interface ConsultationWords {
  answer?: string;
  answered_by?: string;
  question?: string;
}

/** A person, vehicle or group at a checkpoint, and what was decided and done. `people` and `goods` are groups and go into `items`, all else into `set`. `headcount` counts the driver too. `verdict`: what the rules said, absent where none was asked; `action`: what was done. `lane`: its id at the checkpoint. `convoy`, `wave`: the records it belongs to. `paired_exit`, of who came in: the crossing by which they left. `brief`: an officer looked and wrote down vehicle and action alone, no rule was asked. Of what comes from a paper log (`source`) `occurred` is the written time, `paper_no` its line; when it was entered says the event's header. `voided`: why it does not count: "undone", "wrong_entry", "entered_twice", "did_not_cross" or "other". */
export interface Crossing {
  action?: "passed" | "referred" | "turned_back";
  brief?: boolean;
  complaint_code?: string;
  convoy?: string;
  /** Unix ms */
  departed_ms?: number;
  destination?: Place | null;
  direction?: "in" | "out";
  disinfected?: boolean;
  expected_headcount?: number;
  goods?: Readonly<Record<string, CrossingGoods>>;
  headcount?: number;
  lane?: string;
  mode?: "checked" | "green_lane" | "waved" | "group";
  /** Unix ms */
  occurred?: number;
  origin?: Place | null;
  override?: Override | null;
  paired_exit?: string | null;
  paper_no?: string;
  people?: Readonly<Record<string, CrossingPerson>>;
  plate?: Plate | null;
  plate_colour?: "white" | "yellow" | "blue" | "red" | "other";
  purpose?: "work" | "goods" | "medical" | "emergency" | "essential" | "return_home" | "official" | "other";
  sampled?: boolean;
  source?: "live" | "paper";
  trailer_plate?: Plate | null;
  vehicle_class?: "motorbike" | "car" | "taxi" | "bus" | "van" | "truck" | "tractor_trailer" | "ambulance" | "bicycle" | "on_foot" | "other";
  verdict?: Verdict;
  voided?: string | null;
  /** seconds */
  wait_s?: number;
  wave?: string;
}

/** One goods line; its description is free text and so stands in the person part. */
export interface CrossingGoods {
  destination?: Place;
  group?: "food" | "farm_products" | "sea_products" | "production_materials" | "energy" | "textiles" | "medical_supplies" | "local_needs" | "other";
  origin?: Place;
  perishable?: boolean;
  quantity?: number;
  removed?: boolean;
  seal?: string;
  unit?: "tonne" | "kg" | "box" | "head" | "litre";
}

/** One person of a crossing, without who it is. */
export interface CrossingPerson {
  evidence?: EvidenceSummary;
  identified_by?: "code" | "id_card" | "phone_lookup" | "on_behalf" | "paper_later";
  removed?: boolean;
  role?: "driver" | "passenger" | "walker";
  verdict?: Verdict;
}

/** What of a crossing is about somebody, and every free text. */
export interface CrossingPersonPart {
  goods?: Readonly<Record<string, GoodsDescription>>;
  note?: string;
  people?: Readonly<Record<string, PersonIdentity>>;
}

/** A device's token, and the key that what a locked tablet sends here is sealed to (SPEC S4). */
export interface DeviceToken {
  access_token: string;
  /** seconds */
  expires_in: number;
  sealing_key: Jwk;
}

/** A JWT by the device key (RFC 7523): iss = sub = kid = device, aud "chot", jti, ≤ 5 min. */
export interface DeviceTokenRequest {
  assertion: string;
}

/** In the order in which one thing rests on another. */
export interface DoctorAnswer {
  /** Unix ms */
  at_ms: number;
  findings: readonly DoctorFinding[];
}

/** One thing that was looked at; `mend`: the command, or the act, that puts it right. */
export interface DoctorFinding {
  check: string;
  level: "ok" | "warn" | "bad";
  mend: string;
  said: string;
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
  /** Unix ms */
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

/** A device that a relay enrolled; the record's id is the device's. `checkpoint` is its home. `device_kind` and `checkpoints` are those of a relay below; absent, it is a tablet (SPEC U5). */
export interface EnrolledDevice {
  checkpoint: string;
  checkpoints?: readonly string[];
  device_kind?: "tablet" | "relay";
  /** Unix ms */
  enrolled: number;
  lane?: string;
  name?: string;
  x: string;
  y: string;
}

/** Person parts that are to be forgotten everywhere; `basis` names the request, nobody. With `destination` they are those of arrivals at this commune, with `alerts` those of alerts, else of the home's own feed. */
export interface Erasure {
  alerts?: boolean;
  basis?: string;
  destination?: Place;
  events: readonly string[];
  reason: "request" | "retention" | "mistake";
}

/** What the text `body` of an event says (SPEC E4): JSON of at most 8192 characters and 8 levels, written once and never again (E1). `set` holds the fields of its kind, `items` those of its groups: `x-kinds` names the shape. Nothing that concerns somebody belongs here but into the person text. */
export interface EventBody {
  /** Id of the device's checkpoint (A10) */
  home: string;
  /** group → item → field → value; an item that comes with its record is named "1", "2", …; one added later `device:seq:n` (E5) */
  items?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  /** One of `x-kinds`; an unknown one is `held` (A5) */
  kind: string;
  /** Officer's id, or null where nobody is signed in */
  officer: string | null;
  /** Server's clock − device's in ms as last measured; null: never measured */
  offset: number | null;
  /** Of an amendment: path → the writes `device:seq` its author saw (R2) */
  over?: Readonly<Record<string, readonly string[]>>;
  /** Name → version of the packs in force; {} where it uses none */
  packs: Readonly<Record<string, number>>;
  /** UUIDv7 of what it is about, lower case (E2) */
  record: string;
  /** Field → value, by the kind's shape */
  set: Readonly<Record<string, unknown>>;
  /** max(last own stamp + 1, Unix ms × 65 536), as 16 hex digits (C1, C2) */
  stamp: string;
  /** Unix ms by the device's own clock, as wrong as it is */
  time: number;
  /** Of the kind: 1 */
  version: number;
}

/** What the text `person` of an event says (SPEC E7): at most 16384 characters. Its SHA-256 is the event's commitment (H2). */
export interface EventPerson {
  /** group → item → field → value; an item that comes with its record is named "1", "2", …; one added later `device:seq:n` (E5) */
  items?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  /** 16 random bytes, base64url */
  salt: string;
  /** Field → value, by the kind's person shape */
  set?: Readonly<Record<string, unknown>>;
}

/** What became of one pushed event (SPEC A2). `code` says why it was held or rejected, or what else is to be known of it: `event.json`, `event.depth`, `event.duplicate_name`, `event.field`, `event.missing`, `event.author`, `event.scope`, `event.kind`, `person.commitment`, `seal.key`, `seal.text`, `device.revoked`, `device.forked`, `relay.scope`. `field` names the field that is wrong. Whatever the state, the event keeps its number and its place in the chain (A4): go on behind it, and show `rejected` to a person. `held` needs nothing: the server takes it in after an upgrade. After `device.forked` or `device.revoked` hand in what is left and enrol again, as a new device. */
export interface EventResult {
  code?: string;
  field?: string;
  seq: number;
  state: "accepted" | "duplicate" | "held" | "rejected";
}

/** What a code proved, without whom it concerns. */
export interface EvidenceSummary {
  code: string;
  expires_at?: string | null;
  family: "cccd" | "can_cuoc" | "cmnd" | "pc_covid" | "bhyt" | "hc1" | "shc" | "own" | "url" | "opaque" | "none";
  issued_at?: string | null;
  issuer?: string | null;
  key_id?: string | null;
  status: "verified" | "claim" | "unknown" | "invalid";
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
  /** Unix ms */
  occurred_ms: number;
  officer: string;
  outcome: string;
  people: number;
  plate: string;
  plate_read: string;
  purpose: string;
  reasons: readonly string[];
  /** Unix ms */
  received_ms: number;
  record: string;
  review: string;
  vehicle_class: string;
}

/** Contiguous events of one device under one envelope (SPEC F6). `first`: the first one's number in its device's chain, `previous` the hash before it. `n`: the server's number of the last one; those before it count down by one. `again`: `n` when it was given first, where that was another; `digest` counts it there. `branch`: of a device that was cloned, the later branches are 1, 2, …; each is a chain of its own (A6). `persons`: one for each body, null where there is none or it is withheld; absent: none at all. `commitments`: 32 bytes for each body, in a row: SHA-256 of its person text, given or withheld, or zeros where there is none; absent: none is withheld. The hash of each body is SHA-256(hash before ‖ body ‖ commitment). `ranks` (R7: 1 officer, 2 lead, 3 console user) is one digit for all or one for each. */
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
  /** Unix ms */
  received: number;
  server: string;
}

/** The free text of a goods line. */
export interface GoodsDescription {
  description?: string;
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
  /** Unix ms */
  server_time: number;
  status: "ok";
  upstream: string | null;
  version: string;
}

/** Something that happened at the checkpoint and that others have to know. */
export interface Incident {
  /** Unix ms */
  ended?: number;
  lane?: string;
  severity: "low" | "medium" | "high";
  voided?: string | null;
  what: "accident" | "jam" | "disorder" | "broke_through" | "medical" | "fire" | "weather" | "power" | "network" | "equipment" | "other";
}

/** What happened, in words: free text, so it is kept like a person part. */
export interface IncidentPersonPart {
  note?: string;
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
  /** Unix ms */
  enrolled: number;
  kind: "tablet" | "relay" | "server";
  lane: string | null;
  name: string;
  /** Unix ms */
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

/** On whose word: document and clause by the pack `offences`, or `unconfirmed` by the tablet. */
export interface Legal {
  clause: string;
  document: string;
  unconfirmed?: boolean;
}

/** Whether two crossings are one passage: the home server links, a person may split. */
export interface Link {
  decision: "linked" | "split";
  one: string;
  other: string;
}

/** A console user's password and, where switched on, the six digits of the moment. */
export interface LoginRequest {
  login: string;
  password: string;
  totp?: string;
}

/** Who has no badge. */
export interface MemberName {
  name?: string;
}

/** A batch by its last event: whoever holds it knows it by that. */
export interface NamedBatch {
  device: string;
  head: string;
  last: number;
}

/** A record that is about nobody. */
export interface NoPersonPart {
}

/** Who it was, as far as a card or they themselves said. */
export interface Offender {
  address?: string | null;
  birth_date?: string | null;
  id_number?: string | null;
  name?: string | null;
  phone?: string | null;
}

/** Why an officer did other than the verdict said, who did, and which lead approved it. */
export interface Override {
  approved_by?: string;
  by: string;
  reason: "paper_shown" | "emergency" | "superior_order" | "code_unreadable" | "local_resident" | "other";
}

/** Who somebody is, as far as the code or the officer said; masked values stay masked. */
export interface PersonIdentity {
  address?: string | null;
  birth_date?: string | null;
  card?: CardSeen | null;
  exposure?: boolean;
  facts?: Readonly<Record<string, unknown>>;
  fingerprints?: readonly string[];
  id_number?: string | null;
  name?: string | null;
  phone?: string | null;
  sex?: "M" | "F" | null;
  symptoms?: readonly string[];
  /** °C */
  temperature_c?: number;
}

/** An administrative unit; codes were reused after 7/2025, so data set and code make the key. */
export interface Place {
  code: string;
  dataset: "2021" | "2025";
}

/** A plate: as read, its normal form (capital letters, Đ too, and digits), what it may be. */
export interface Plate {
  candidates?: readonly string[];
  normal: string;
  read: string;
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

/** One look at a lane's queue, at the event's time. `wait_s` is the tablet's estimate: the vehicles that wait, at the pace of those that passed this lane lately; absent where nobody passed. */
export interface Queue {
  lane: string;
  length_vehicles: number;
  /** seconds */
  wait_s?: number;
}

/** One test and what it showed; `crossing` and `item` say whose, where that is a crossing's. The result stands in the body, so that counts outlive the person part (SPEC G6); who it concerns never does. A `pending` result is amended by its own later one. */
export interface QuickTest {
  crossing?: string | null;
  item?: string;
  lane?: string;
  result: "negative" | "pending" | "invalid" | "positive";
  type: "rapid" | "pcr_sample";
  voided?: string | null;
}

/** Who was tested, and with which product (free text). */
export interface QuickTestPersonPart {
  person?: TestedPerson | null;
  product?: string;
}

/** One event of a record's history, person part opened. */
export interface RecordWrite {
  device: string;
  fields: Readonly<Record<string, unknown>>;
  kind: string;
  n: number;
  /** Unix ms */
  occurred_ms: number;
  officer: string | null;
  person: Readonly<Record<string, unknown>> | null;
  /** Unix ms */
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
  /** Unix ms */
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
  /** Unix ms */
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
  /** Unix ms */
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
  /** Unix ms */
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

/** A reviewer's look at a crossing; `subject` is the crossing's record. */
export interface Review {
  decision: "seen" | "needs_check";
  subject: string;
}

/** A reviewer's note: free text, so it is kept like a person part. */
export interface ReviewPersonPart {
  note?: string;
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
  /** Unix ms */
  from_ms?: number | null;
  id_number?: string;
  name?: string;
  outcomes?: readonly ("pass" | "refer" | "turn_back")[];
  phone?: string;
  plate?: string;
  review?: "" | "open" | "seen" | "needs_check";
  /** Unix ms */
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

/** A contiguous run of one device's events and its signature (SPEC B1). `first` is the number of the first event, `previous` the hash before it. `signature`: 64 bytes, r ‖ s, over six lines: "chot-batch/1", device, first, last, previous, head (hashes in hex; B3). */
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
  /** Unix ms */
  received: number;
  server: string;
  signature: string;
}

/** One event of a batch: exact texts, or sealed ones in their place (SPEC B4, S1, S4). `body`: a text of the shape `EventBody`. `person`: one of `EventPerson`, absent where it concerns nobody. `commitment` only where the person text is withheld: 32 bytes, its SHA-256. */
export interface SentEvent {
  body?: string;
  commitment?: string;
  person?: string;
  sealed?: string;
  sealed_body?: string;
}

/** A shift; `due` is when it should end, `previous` the record of the one it took over from. `checked` and `checked_out` name the steps of the pack `procedures` that were done when it began and when it was handed over. It runs while `closed` is absent. */
export interface Shift {
  checked?: readonly string[];
  checked_out?: readonly string[];
  /** Unix ms */
  closed?: number;
  consults?: Readonly<Record<string, Consultation>>;
  counts?: ShiftCounts;
  /** Unix ms */
  due?: number;
  handed_to?: string;
  lane?: string;
  lead?: string;
  /** Unix ms */
  opened: number;
  previous?: string;
  roster?: Readonly<Record<string, ShiftMember>>;
}

/** What the tablet that closed the shift had of it, own crossings and other lanes' alike. */
export interface ShiftCounts {
  conflicts?: number;
  crossings?: number;
  green_lane?: number;
  incidents?: number;
  overrides?: number;
  passed?: number;
  people?: number;
  referred?: number;
  turned_back?: number;
  unsent?: number;
  vehicles?: number;
  violations?: number;
  waved?: number;
}

/** Somebody on duty; who has no badge has no `officer`, and a name in the person part. */
export interface ShiftMember {
  duty?: "lead" | "scan" | "health" | "traffic";
  officer?: string;
  removed?: boolean;
}

/** Names and every free text of a shift. */
export interface ShiftPersonPart {
  consults?: Readonly<Record<string, ConsultationWords>>;
  note?: string;
  roster?: Readonly<Record<string, MemberName>>;
}

/** Who is signed in. */
export interface SignedInUser {
  id: string;
  login: string;
  name: string;
  role: string;
}

/** A pack as its root key signed it: compact JWS (SPEC K). Header {alg: "ES256", kid, typ: "chot-pack"}; payload {name, version, scope, issued_at, expires_at, content}. Take it where `root_key` signed it, `name` is the one asked for, `scope` is "all" or "checkpoint:<own id>" and the version inside is above the one held; else keep the old one and tell a person. Past `expires_at` it stays in force (K5). */
export interface SignedPack {
  jws: string;
  name: string;
  version: number;
}

/** How far the server holds the device's chain, signed (SPEC P1). `signature`: 64 bytes, r ‖ s, by `receipt_key` over eight lines: "chot-receipt/1", server, level, device, through, head in hex, safe_through, server_time. `through` may be less than before: the server was restored, and what it lacks goes out again (P6). `safe_through`: up to here events may be deleted (P2). */
export interface SignedReceipt {
  device: string;
  head: string;
  level: "relay" | "home";
  safe_through: number;
  server: string;
  /** Unix ms */
  server_time: number;
  signature: string;
  through: number;
}

/** Sums of a window; what is void or a duplicate counts nowhere. `lag`: events not counted. */
export interface StatsAnswer {
  checkpoints: readonly StatsOfCheckpoint[];
  /** Unix ms */
  from_ms: number;
  lag: number;
  steps: readonly StatsStep[];
  /** Unix ms */
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
  /** Unix ms */
  from_ms: number;
  /** Unix ms */
  to_ms: number;
  turned_back: number;
}

/** Answers to the push, then one page of the feeds. `reset`: drop what was pulled before, then take this page (F3). `cursor`, `held_after`: keep them with the page and send them back; what is numbered up to `held_after` may go. `more`: ask again at once. `digest`: once there is no more, the sum modulo 2^256, big-endian in 32 bytes, of the hashes of all events held in (`held_after`, cursor], each counted once, where it was first given; null: nothing to compare (F9). Where it differs, or a page does not follow from itself or from what is held (F6): keep receipt and results, drop everything pulled, ask anew with `cursor` null, and that at most once in ten minutes. `removals`: events `device:seq` (`device-bN:seq` on branch N) whose person text is to be blanked (F10). `feeds`: all that this device may have (F11). `packs`: name → version to be had. `upstream_receipt`: what the home server said to a relay of this device's chain (P8). */
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
  /** Unix ms */
  server_time: number;
  upstream_receipt?: SignedReceipt;
}

/** One round trip: what the device wants, what it sends, how much it has not got rid of. `unsent`: events of its own that no receipt covers yet, those in this `batch` included (SPEC T6): 1 in `batch` and none behind it is 1. `cursor`, `held_after`: as the last page taken gave them, both null at first and after dropping everything; it holds the events numbered above `held_after` up to its cursor (F7). `feeds`: what it wants, "checkpoint:<id>" at least, and of `feeds` in the last answer what else it has use for; other feeds than last time make a `reset`. `device_time`: its own clock, Unix ms. What the events in `batch` say: `EventBody`. */
export interface SyncRequest {
  batch?: SentBatch | null;
  cursor?: string | null;
  /** Unix ms */
  device_time: number;
  feeds?: readonly string[];
  held_after?: number | null;
  protocol: number;
  unsent?: number;
}

/** Whom the health service has to find. */
export interface TestedPerson {
  birth_date?: string | null;
  id_number?: string | null;
  name?: string | null;
  phone?: string | null;
}

/** What neighbours learn of a refusal: where, when, which plate, which way, why. Never who. */
export interface TurnBack {
  checkpoint: string;
  direction?: "in" | "out";
  district: string;
  /** Unix ms */
  occurred: number;
  plate?: string | null;
  reasons?: readonly string[];
  subject: string;
  withdrawn?: boolean;
}

/** A table with who people are; fields as in `ExportQuery`. `purpose`, `case`: for the audit. */
export interface UnmaskedExportRequest {
  as_of?: number | null;
  /** Unix ms */
  as_of_ms?: number | null;
  came_after?: number | null;
  case: string;
  checkpoint?: readonly string[];
  columns?: string;
  compress?: boolean;
  format?: "csv" | "jsonl" | "xlsx" | "sqlite" | "parquet";
  /** Unix ms */
  from_ms: number;
  lang?: "vi" | "en" | null;
  purpose: string;
  /** Unix ms */
  to_ms: number;
}

/** A console user's token. */
export interface UserToken {
  access_token: string;
  /** seconds */
  expires_in: number;
  user: SignedInUser;
}

/** What the rules said. The pack versions that said it are in the event header. */
export interface Verdict {
  outcome: "pass" | "refer" | "turn_back";
  reasons: readonly string[];
  rules?: readonly string[];
}

/** Somebody broke a rule; `crossing` is the crossing at which they did, where there is one. `paper_no` is the number of the report on paper, `amount_vnd` the fine in đồng. */
export interface Violation {
  action: "warned" | "draft_report" | "fined" | "handed_over";
  /** đồng */
  amount_vnd?: number | null;
  crossing?: string | null;
  lane?: string;
  legal?: Legal | null;
  paper_no?: string;
  plate?: Plate | null;
  voided?: string | null;
  what: "no_reason" | "false_declaration" | "forged_document" | "left_isolation" | "gathering" | "no_mask" | "hidden_passengers" | "passed_by_force" | "obstruction" | "traffic" | "other";
}

/** Who, what happened in words, and what they said of it. */
export interface ViolationPersonPart {
  note?: string;
  said?: string;
  who?: Offender | null;
}

/** A time in which a lane let traffic through without a check, and who answered for it. Each vehicle is a crossing of mode `waved` that names this record in `wave`, so counts of several tablets add up and a single tap can be voided. It began with its first event; `ended` is absent while it runs. */
export interface Wave {
  by: string;
  direction?: "in" | "out";
  /** Unix ms */
  ended?: number;
  lane?: string;
  reason: "queue" | "weather" | "accident" | "superior_order" | "other";
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
  arrivals: { method: "POST"; path: "/arrivals"; body: ArrivalsRequest; answer: undefined };
  read_audit: { method: "POST"; path: "/audit"; body: AuditRequest; answer: AuditAnswer };
  device_token: { method: "POST"; path: "/auth/device-token"; body: DeviceTokenRequest; answer: DeviceToken };
  login: { method: "POST"; path: "/auth/login"; body: LoginRequest; answer: UserToken };
  crossing: { method: "GET"; path: `/crossings/${string}`; body?: undefined; answer: WholeCrossing };
  review: { method: "POST"; path: `/crossings/${string}/reviews`; body: ReviewRequest; answer: ReviewWritten };
  enrol_device: { method: "POST"; path: "/devices/enrol"; body: EnrolRequest; answer: Enrolled };
  device_wiped: { method: "POST"; path: "/devices/wiped"; body: WipedRequest; answer: undefined };
  doctor: { method: "GET"; path: "/doctor"; body?: undefined; answer: DoctorAnswer };
  export: { method: "GET"; path: `/exports/${string}`; body?: undefined; answer: undefined };
  export_unmasked: { method: "POST"; path: `/exports/${string}/unmasked`; body: UnmaskedExportRequest; answer: undefined };
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
