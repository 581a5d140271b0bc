/** The tablet's core: state, shift, drafts, the chain and the sync loop, put together. */

import { read } from "../../shared/credentials/index.ts";
import { ref } from "../../shared/sync/events.ts";
import { append, type Draft, type PersonPart } from "./append.ts";
import { counts, type Database, type Enrolment, openDatabase, type OwnEvent, readMeta, writeMeta } from "./db.ts";
import { enrolDevice, enrolmentCode, Tokens } from "./device.ts";
import { browserEnvironment, type Environment } from "./environment.ts";
import { SyncLoop } from "./loop.ts";
import { loadPacks, NO_PACKS, type Packs, packStates, packVersions, type Roster, type RosterOfficer, samePacks } from "./packs.ts";
import { checkDraft, crossingEvent, type Header, voidEvent } from "./save.ts";
import {
  checkPinAllowed,
  LEAD_FAILURES,
  officerOf,
  personKeys,
  pinWaitMs,
  readBadge,
  type Shift,
  unwrapHistoryKey,
} from "./session.ts";
import { recentCrossings } from "./summaries.ts";
import { syncRound } from "./sync.ts";
import {
  type AppState,
  type Core,
  CoreError,
  type CrossingDraft,
  type CrossingSummary,
  type Decision,
  type Evidence,
  type NamedPlace,
  type Phase,
  type SavedCrossing,
} from "./types.ts";
import { confirmed, decideDraft, NO_RULES, placesOf, type Rulebook, rulebookOf } from "./verdict.ts";

const NO_PIN_FAILURES = { failures: 0, failed_ms: 0 };
const START: AppState = {
  phase: "starting",
  device: null,
  checkpoint: null,
  lane: null,
  officer: null,
  unsent: 0,
  oldest_unsent_ms: null,
  last_contact_ms: null,
  sync: { status: "idle", code: null, next_ms: null },
  packs: {},
  clock_skew_ms: null,
  storage: { persisted: false, usage: null, quota: null },
  rejected: 0,
  held: 0,
  pin: { failures: 0, retry_at_ms: 0, lead_needed: false },
  update_ready: false,
  alerts: [],
};

/** A core on this browser, or on what a test passes in. Nothing happens before `start`. */
export function createCore(environment: Environment = browserEnvironment()): Core {
  return new TabletCore(environment);
}

class TabletCore implements Core {
  readonly #environment: Environment;
  readonly #listeners = new Set<() => void>();
  readonly #tokens: Tokens;
  readonly #loop: SyncLoop;
  #state = START;
  #database: Database | null = null;
  #enrolment: Enrolment | null = null;
  #receiptKey: CryptoKey | null = null;
  #packs: Packs = NO_PACKS;
  #rules: Rulebook = NO_RULES;
  #places: readonly NamedPlace[] = [];
  #shift: Shift | null = null;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#tokens = new Tokens(environment);
    this.#loop = new SyncLoop(environment, () => this.#round(), (sync) => this.#set({ sync }));
  }

  state(): AppState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async start(): Promise<void> {
    const database = await openDatabase(this.#environment.database, () => {
      // Another tab has a newer program: it needs the store, and this one must not write on.
      database.close();
      this.#set({ alerts: [...this.#state.alerts, "storage.outdated"] });
    });
    this.#database = database;
    this.#set({ storage: await this.#environment.storage() });
    const enrolment = await readMeta(database, "enrolment");
    if (enrolment === null) {
      this.#set({ phase: "not_enrolled" });
    } else {
      await this.#adopt(enrolment);
      void this.#loop.now();
    }
    this.#environment.onWake(() => void this.#wake());
  }

  async enrol(linkOrCode: string): Promise<void> {
    const code = enrolmentCode(linkOrCode);
    // Another device means another chain: what this one still holds back would be lost.
    if (this.#state.unsent > 0) throw new CoreError("enrolment.unsent", this.#state.unsent);
    const enrolment = await enrolDevice(this.#environment, this.#db(), code);
    this.closeShift();
    this.#tokens.drop();
    this.#packs = NO_PACKS;
    await this.#adopt(enrolment);
    await this.#loop.now();
  }

  async openShift(badgeText: string, pin: string): Promise<void> {
    const roster = this.#roster();
    const { officer, secret } = await readBadge(badgeText, this.#packs.trust, roster, this.#serverMs());
    await this.#unlock(officer, secret, pin, roster);
  }

  lock(): void {
    if (this.#shift === null) return;
    this.#shift = { ...this.#shift, keys: null };
    this.#set({ phase: "locked" });
  }

  async reopen(pin: string): Promise<void> {
    const roster = this.#roster();
    if (this.#shift === null) throw new CoreError("shift.closed");
    try {
      await this.#unlock(officerOf(roster, this.#shift.officer.id), this.#shift.secret, pin, roster);
    } catch (error) {
      if (this.#state.pin.failures >= LEAD_FAILURES) this.closeShift();
      throw error;
    }
  }

  closeShift(): void {
    this.#shift?.secret.fill(0);
    this.#shift = null;
    this.#set({ officer: null, phase: this.#enrolment === null ? this.#state.phase : "closed" });
  }

  async readCode(text: string): Promise<Evidence> {
    return await read(text, this.#packs.trust, this.#serverMs());
  }

  decide(draft: CrossingDraft): Decision {
    return decideDraft(draft, this.#rules, this.#enrolled().checkpoint, this.#serverMs());
  }

  async save(draft: CrossingDraft): Promise<SavedCrossing> {
    const header = this.#header();
    const decision = this.decide(draft);
    checkDraft(draft, decision);
    const event = crossingEvent(this.#environment, draft, decision, header);
    const { record, seq, time_ms } = await this.#append(event.draft, event.person);
    return { record, ref: ref(this.#enrolled().device, seq), seq, time_ms };
  }

  async undo(saved: SavedCrossing): Promise<void> {
    await this.#append(voidEvent(this.#environment, saved.record, this.#header()), null);
  }

  async recent(limit: number): Promise<readonly CrossingSummary[]> {
    return await recentCrossings(this.#db(), this.#enrolled().device, limit, this.#history());
  }

  async syncNow(): Promise<void> {
    await this.#loop.now();
  }

  places(): readonly NamedPlace[] {
    return this.#places;
  }

  setUpdateReady(update_ready: boolean): void {
    this.#set({ update_ready });
  }

  async #adopt(enrolment: Enrolment): Promise<void> {
    const { kty, crv, x, y } = enrolment.receipt_key;
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    this.#receiptKey = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, algorithm, false, ["verify"]);
    this.#enrolment = enrolment;
    await this.#refresh();
    const alerts = await this.#reloadPacks();
    const { device, checkpoint } = enrolment;
    this.#set({ phase: "closed", device, checkpoint, lane: checkpoint.lane, alerts });
  }

  /** Counts each attempt before it is made: ending the program must not buy another guess. */
  async #unlock(officer: RosterOfficer, secret: Shift["secret"], pin: string, roster: Roster): Promise<void> {
    const db = this.#db();
    const before = (await readMeta(db, "pin")) ?? NO_PIN_FAILURES;
    const now = this.#environment.now();
    checkPinAllowed(before, officer, now);
    await writeMeta(db, "pin", { failures: before.failures + 1, failed_ms: now });
    try {
      const history = await unwrapHistoryKey(officer, secret, pin);
      await writeMeta(db, "pin", NO_PIN_FAILURES);
      const keys = await personKeys(this.#environment, history, roster.history_key_id, this.#enrolled().sealing_key);
      const { id, name, role } = officer;
      this.#shift = { officer: { id, name, role }, secret, keys };
      this.#set({ phase: "open", officer: this.#shift.officer });
    } finally {
      await this.#refresh();
    }
    void this.#loop.now();
  }

  async #append(draft: Draft, person: PersonPart | null): Promise<OwnEvent> {
    const keys = this.#shift?.keys ?? null;
    if (keys === null) throw new CoreError("shift.closed");
    const row = await append(this.#environment, this.#db(), draft, person, keys);
    await this.#refresh();
    void this.#loop.now();
    return row;
  }

  async #round(): Promise<void> {
    const enrolment = this.#enrolment;
    const receiptKey = this.#receiptKey;
    if (enrolment === null || receiptKey === null) return;
    const [environment, db, tokens] = [this.#environment, this.#db(), this.#tokens];
    const onProgress = () => this.#refresh();
    try {
      const round = { environment, db, enrolment, receiptKey, tokens, history: this.#history(), onProgress };
      const { alerts } = await syncRound(round);
      this.#set({ alerts: [...new Set([...alerts, ...(await this.#reloadPacks())])] });
    } catch (error) {
      const code = error instanceof CoreError ? error.code : "";
      const known = this.#state.alerts.includes(code);
      if (/^(receipt|device)\./.test(code) && !known) this.#set({ alerts: [...this.#state.alerts, code] });
      await this.#reloadPacks();
      throw error;
    } finally {
      await this.#refresh();
    }
  }

  /** Puts what is stored in force; returns a code for each pack that cannot be. */
  async #reloadPacks(): Promise<string[]> {
    const { packs, broken } = await loadPacks(this.#db(), this.#enrolled(), this.#serverMs(), this.#packs);
    const same = samePacks(packs, this.#packs);
    this.#packs = packs;
    this.#rules = same ? confirmed(this.#rules, packs) : rulebookOf(packs);
    if (!same) this.#places = placesOf(this.#rules, this.#serverMs());
    const states = packStates(packs, this.#serverMs());
    if (!same || JSON.stringify(states) !== JSON.stringify(this.#state.packs)) this.#set({ packs: states });
    // Somebody struck off the roster does not go on until the end of the shift.
    const officer = this.#shift?.officer.id;
    if (officer !== undefined && packs.roster?.officers.every(({ id }) => id !== officer) === true) this.closeShift();
    return [...broken.map(() => "pack.broken"), ...this.#rules.broken.map(() => "pack.content")];
  }

  async #refresh(): Promise<void> {
    const db = this.#db();
    const pin = (await readMeta(db, "pin")) ?? NO_PIN_FAILURES;
    const now = this.#environment.now();
    this.#set({
      ...(await counts(db)),
      last_contact_ms: await readMeta(db, "last_contact_ms"),
      clock_skew_ms: await readMeta(db, "offset_ms"),
      pin: {
        failures: pin.failures,
        retry_at_ms: pin.failures === 0 ? 0 : now + pinWaitMs(pin, now),
        lead_needed: pin.failures >= LEAD_FAILURES,
      },
    });
  }

  async #wake(): Promise<void> {
    if (this.#enrolment === null) return;
    await this.#reloadPacks();
    await this.#loop.now();
  }

  #roster(): Roster {
    const { roster } = this.#packs;
    if (roster === null) throw new CoreError("pack.missing", "roster");
    return roster;
  }

  #header(): Header {
    const { checkpoint } = this.#enrolled();
    const officer = this.#shift?.keys === null ? undefined : this.#shift?.officer.id;
    if (officer === undefined) throw new CoreError("shift.closed");
    const offset_ms = this.#state.clock_skew_ms;
    return { home: checkpoint.id, lane: checkpoint.lane, offset_ms, officer, packs: packVersions(this.#packs) };
  }

  #history(): { key: CryptoKey; id: string } | null {
    const keys = this.#shift?.keys ?? null;
    return keys === null ? null : { key: keys.history, id: keys.history_key_id };
  }

  /** The server's time as far as we know; never before the last contact, also when our clock was set back. */
  #serverMs(): number {
    const { clock_skew_ms, last_contact_ms } = this.#state;
    return Math.max(this.#environment.now(), last_contact_ms ?? 0) + (clock_skew_ms ?? 0);
  }

  #db(): Database {
    if (this.#database === null) throw new CoreError("storage.failed");
    return this.#database;
  }

  #enrolled(): Enrolment {
    if (this.#enrolment === null) throw new CoreError("enrolment.missing");
    return this.#enrolment;
  }

  #set(change: Partial<AppState> & { phase?: Phase }): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
