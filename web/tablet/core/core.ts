/** The tablet's core: state, shift, drafts, the chain and the sync loop, put together. */

import { read } from "../../shared/credentials/index.ts";
import { ref } from "../../shared/sync/events.ts";
import { ALARMING, KEPT, LASTING } from "./alarms.ts";
import { begun } from "./announced.ts";
import { append, type Draft, type PersonPart } from "./append.ts";
import { conditionsOf } from "./conditions.ts";
import { type Database, type Enrolment, keepAlert, openStore, readMeta, type StoredOwn } from "./db.ts";
import { enrolDevice, enrolmentCode } from "./device.ts";
import { Earlier } from "./earlier.ts";
import { browserEnvironment, type Environment } from "./environment.ts";
import { Gate } from "./gate.ts";
import { InForce } from "./in_force.ts";
import { counts } from "./lookups.ts";
import { KnownPeople } from "./known_people.ts";
import { SyncLoop } from "./loop.ts";
import { isFull, isShort } from "./room.ts";
import { Noting } from "./noting.ts";
import { OnDuty } from "./on_duty.ts";
import { packVersions } from "./packs.ts";
import { refusedEvents } from "./refused.ts";
import { Rounds } from "./rounds.ts";
import { checkDraft, crossingEvent, type Header, voidEvent } from "./save.ts";
import { ShiftPacks } from "./shift_packs.ts";
import { pinState } from "./pin.ts";
import { Shifts } from "./shifts.ts";
import { LiveState } from "./state.ts";
import { recentCrossings } from "./summaries.ts";
import { TurnBacks } from "./turned_back.ts";
import { unsentFile } from "./unsent_file.ts";
import { CoreError } from "./core_error.ts";
import type { AppState, Conflict, Core, Evidence, Lead, RefusedEvent, TurnedBack, UnsentFile } from "./types.ts";
import { Told } from "./told.ts";
import type { Announced, CrossingDraft, CrossingSummary, Decision, NamedPlace, SavedCrossing } from "./vocabulary.ts";
import { Settling } from "./settling.ts";
import { decideDraft, isDrawn } from "./verdict.ts";
import { Waving } from "./waving.ts";
import { Wiping } from "./wiping.ts";

/** The store grows by a few kilobytes a crossing: asking seldom is enough. */
const STORAGE_AFTER_MS = 60_000;

/** A core on this browser, or on what a test passes in. Nothing happens before `start`. */
export function createCore(environment: Environment = browserEnvironment()): Core {
  return new TabletCore(environment);
}

class TabletCore implements Core {
  readonly #environment: Environment;
  readonly #live = new LiveState();
  readonly #rounds: Rounds;
  readonly #loop: SyncLoop;
  #database: Database | null = null;
  #enrolment: Enrolment | null = null;
  #asked_storage_ms = Number.NEGATIVE_INFINITY;
  readonly #force = new InForce();
  readonly #turn_backs = new TurnBacks();
  readonly #earlier = new Earlier();
  readonly waving: Waving;
  readonly #duty: OnDuty;
  readonly noting: Noting;
  readonly told: Told;
  readonly gate: Gate;
  readonly wiping: Wiping;
  readonly people: KnownPeople;
  readonly shifts: Shifts;
  readonly shift_packs = new ShiftPacks(this.#force, () => this.#enrolled().checkpoint.id, () => this.#serverMs());
  readonly approve = (lead: Lead): Promise<string> => this.#duty.approved(lead);
  readonly isDrawn = (per_mille: number): boolean => isDrawn(this.#environment.random(2), per_mille);
  readonly #settling: Settling;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#rounds = new Rounds(environment);
    this.#loop = new SyncLoop(
      environment,
      (heard) => this.#round(heard),
      (sync) => this.#live.set({ sync }),
      () => this.#refresh(),
    );
    this.#duty = new OnDuty({
      environment,
      live: this.#live,
      force: this.#force,
      db: () => this.#db(),
      enrolled: () => this.#enrolled(),
      server_ms: () => this.#serverMs(),
      refresh: () => this.#refresh(),
      dropped: () => this.#forget(),
    });
    this.waving = new Waving({
      environment,
      header: () => this.#header(),
      answerable: (lead) => this.#duty.answerable(lead),
      append: async (draft) => void (await this.#append(draft, null)),
      changed: (wave) => this.#live.set({ wave }),
    });
    const desk = {
      environment,
      db: () => this.#db(),
      device: () => this.#enrolled().device,
      server_ms: () => this.#serverMs(),
      header: () => this.#header(),
      history: () => this.#duty.history,
      append: (draft: Draft, person: PersonPart | null) => this.#append(draft, person),
    };
    const inside = { ...desk, live: this.#live, force: this.#force, duty: this.#duty, enrolled: () => this.#enrolled() };
    this.#settling = new Settling(inside);
    this.wiping = new Wiping({
      ...inside,
      rounds: this.#rounds,
      syncNow: () => this.#loop.now(true),
    });
    this.told = new Told({ ...desk, packs: () => this.#force.packs, changed: (told) => told !== this.#live.now.told && this.#live.set({ told }) });
    this.noting = new Noting(desk);
    this.gate = new Gate({ ...desk, officer: () => this.#live.now.officer, mostInside: () => this.#force.mostInside(this.#enrolled().checkpoint.id) });
    this.people = new KnownPeople({ ...desk, officer: () => this.#live.now.officer });
    this.shifts = new Shifts({ ...desk, noting: this.noting, duty: this.#duty, changed: (shifts) => this.#live.set({ shifts }) });
  }

  state(): AppState {
    return this.#live.now;
  }

  subscribe(listener: () => void): () => void {
    return this.#live.subscribe(listener);
  }

  async start(): Promise<void> {
    const database = await openStore(this.#environment.database, (code) => this.#live.alert(code));
    if (database === null) return;
    this.#database = database;
    await this.#askStorage();
    const enrolment = await readMeta(database, "enrolment");
    if (enrolment === null) {
      this.#live.set({ phase: "not_enrolled" });
    } else {
      await this.#adopt(enrolment);
      void this.#loop.now();
    }
    this.#environment.onWake(() => void this.#wake());
  }

  async enrol(linkOrCode: string): Promise<void> {
    const code = enrolmentCode(linkOrCode);
    // Another device means another chain: what this one still holds back would be lost. Before the code is used up.
    const { unsent } = await counts(this.#db());
    if (unsent > 0) throw new CoreError("enrolment.unsent", unsent);
    const enrolment = await enrolDevice(this.#environment, this.#db(), code);
    this.#duty.drop();
    this.#rounds.forget();
    this.#force.clear();
    this.#live.set({ alerts: [] });
    await this.#adopt(enrolment);
    await this.#loop.now();
  }

  async openShift(badgeText: string, pin: string): Promise<void> {
    // Somebody quick stands here before the first answer has come.
    if (this.#force.packs.roster === null) await this.#loop.now();
    await this.#duty.open(badgeText, pin);
    await this.#opened();
  }

  lock(): void {
    this.#duty.lock();
  }

  async reopen(pin: string): Promise<void> {
    await this.#duty.reopen(pin);
    await this.#opened();
  }

  async closeShift(lead?: Lead): Promise<void> {
    await this.#duty.close(lead);
  }

  async readCode(text: string): Promise<Evidence> {
    const { clock_skew_ms, last_contact_ms, unsent } = this.#live.now;
    const skew_ms = clock_skew_ms ?? 0;
    const conditions = await conditionsOf(this.#db(), this.#force.packs, { skew_ms, last_contact_ms, unsent });
    return await read(text, this.#force.packs.trust, this.#environment.now() + skew_ms, 0, conditions);
  }

  decide(draft: CrossingDraft): Decision {
    return decideDraft(this.#duty.answered(draft), this.#force.rules, this.#enrolled().checkpoint, this.#serverMs(), this.#earlier);
  }

  async save(written: CrossingDraft): Promise<SavedCrossing> {
    const header = this.#header();
    const draft = this.#duty.answered(written);
    const decision = this.decide(draft);
    checkDraft(draft, decision);
    const event = crossingEvent(this.#environment, draft, decision, header);
    const { seq, time_ms } = await this.#append(event.draft, event.person);
    const saved = { record: event.draft.record, ref: ref(this.#enrolled().device, seq), seq, time_ms };
    // It is on disk; an entry that is not marked is paired with nothing, and may be later.
    if (typeof draft.paired_entry === "string") await this.gate.pair(draft.paired_entry, saved).catch(() => undefined);
    return saved;
  }

  async undo(saved: SavedCrossing): Promise<void> {
    await this.#append(voidEvent(this.#environment, saved.record, this.#header()), null);
  }

  async recent(limit: number): Promise<readonly CrossingSummary[]> {
    if (this.#duty.blind) return [];
    return await recentCrossings(this.#db(), this.#enrolled().device, limit, this.#duty.history);
  }

  async conflicts(): Promise<readonly Conflict[]> {
    return await this.#settling.open();
  }

  async resolve(conflict: Conflict, choice: string): Promise<void> {
    await this.#settling.choose(conflict, choice);
  }

  async refused(): Promise<readonly RefusedEvent[]> {
    return await refusedEvents(this.#db(), this.#enrolled().device, this.#duty.history);
  }

  async turnedBack(plate: string): Promise<TurnedBack | null> {
    const { packs, rules } = this.#force;
    const here = { ...this.#enrolled().checkpoint, refused_ms: this.#earlier.refusedHereMs(plate) };
    return await this.#turn_backs.of(this.#db(), this.#duty.history, plate, packs, here, this.#serverMs(), rules.permits.turned_back_hours);
  }

  async exportUnsent(): Promise<UnsentFile> {
    return await unsentFile(this.#db(), this.#enrolled(), this.#serverMs());
  }

  async syncNow(): Promise<void> {
    await this.#loop.now(true);
  }

  places(): readonly NamedPlace[] {
    return this.#force.places(this.#serverMs());
  }

  announced(): readonly Announced[] {
    if (this.#enrolment === null) return [];
    return this.#force.announced(this.#enrolment.checkpoint, this.#serverMs());
  }

  begun(): readonly Announced[] {
    return this.#enrolment === null ? [] : begun(this.#force.rules, this.#enrolment.checkpoint, this.#serverMs());
  }

  setUpdateReady(update_ready: boolean): void {
    this.#live.set({ update_ready });
  }

  #forget(): void {
    this.#earlier.forget();
    this.gate.forget();
    this.people.forget();
    this.shifts.forget();
  }

  async #adopt(enrolment: Enrolment): Promise<void> {
    this.#enrolment = enrolment;
    this.#settling.forget();
    this.waving.forget();
    await this.#refresh();
    const kept = (await readMeta(this.#db(), "alerts")) ?? [];
    const alerts = [...new Set([...kept, ...(await this.#reloadPacks())])];
    const { device, checkpoint } = enrolment;
    this.#live.set({ phase: "closed", device, checkpoint, lane: checkpoint.lane, alerts });
  }

  async #opened(): Promise<void> {
    // The shift is open whatever comes of it; a store that cannot be read fails the next round, which says so.
    const history = this.#duty.history;
    if (history !== null) await this.waving.load(this.#db(), history).catch(() => undefined);
    await this.#learn().catch(() => undefined);
    // Chromium grants what it refused before once the application is installed or often used.
    await this.#askStorage();
    void this.#loop.now();
  }

  async #append(draft: Draft, person: PersonPart | null): Promise<StoredOwn> {
    const { keys } = this.#duty;
    if (keys === null) throw new CoreError("shift.closed");
    const row = await append(this.#environment, this.#db(), this.#enrolled().device, draft, person, keys).catch(
      (error: unknown) => this.#notWritten(error),
    );
    // It is on disk: whatever fails from here on must not call it unsaved, or it is written again.
    await this.#learn()
      .then(() => this.#refresh())
      .catch(() => undefined);
    void this.#loop.now();
    return row;
  }

  /** What a person has to know at once stays in sight until there is room again. */
  async #notWritten(error: unknown): Promise<never> {
    const code = error instanceof CoreError ? error.code : "";
    if (ALARMING.test(code)) this.#live.alert(code);
    if (code === "storage.full") await this.#askStorage();
    throw error;
  }

  async #round(heard: () => void): Promise<void> {
    const enrolment = this.#enrolment;
    if (enrolment === null) return;
    const db = this.#db();
    const onProgress = () => {
      heard();
      return this.#refresh();
    };
    try {
      // What others wrote must not take the last room of the outbox.
      const history = isShort(this.#live.now.storage) ? null : this.#duty.history;
      const alerts = await this.#rounds.run({ db, enrolment, packs: this.#force.packs, history, onProgress, fetches: !this.#live.now.wiping });
      const lasting = this.#live.now.alerts.filter((code) => LASTING.test(code));
      this.#live.set({ alerts: [...new Set([...lasting, ...alerts, ...(await this.#reloadPacks())])] });
      await this.#learn();
      await this.conflicts();
      await this.wiping.finish();
    } catch (reason) {
      const error = isFull(reason) ? new CoreError("storage.full") : reason;
      const code = error instanceof CoreError ? error.code : "";
      if (KEPT.test(code)) await keepAlert(db, code);
      const kept = (await readMeta(db, "alerts")) ?? [];
      for (const one of ALARMING.test(code) ? [...kept, code] : kept) this.#live.alert(one);
      await this.#reloadPacks();
      throw error;
    } finally {
      await this.#refresh();
    }
  }

  /** Puts what is stored in force; returns a code for each pack that cannot be. */
  async #reloadPacks(): Promise<string[]> {
    const { codes, changed, states } = await this.#force.reload(this.#db(), this.#enrolled(), this.#serverMs());
    if (changed || JSON.stringify(states) !== JSON.stringify(this.#live.now.packs)) this.#live.set({ packs: states });
    this.#duty.dropUnlisted();
    await this.wiping.look();
    await this.told.count();
    return codes;
  }

  async #askStorage(): Promise<void> {
    this.#asked_storage_ms = this.#environment.now();
    // A browser that will not say is one that promises nothing; the tablet works on it all the same.
    const unknown = { persisted: false, usage: null, quota: null };
    this.#live.set({ storage: await this.#environment.storage().catch(() => unknown) });
  }

  async #refresh(): Promise<void> {
    if (this.wiping.over) return;
    const db = this.#db();
    if (Math.abs(this.#environment.now() - this.#asked_storage_ms) >= STORAGE_AFTER_MS) await this.#askStorage();
    this.#live.set({
      ...(await counts(db)),
      last_contact_ms: await readMeta(db, "last_contact_ms"),
      clock_skew_ms: await readMeta(db, "offset_ms"),
      pin: await pinState(db, this.#environment.now()),
    });
  }

  /** What rules may ask of earlier crossings; person parts stay closed while no shift is open. */
  async #learn(): Promise<void> {
    const history = this.#duty.history;
    if (history === null) return;
    await this.#earlier.refresh(this.#db(), this.#enrolled().device, history);
    await this.shifts.look();
  }

  async #wake(): Promise<void> {
    if (this.#enrolment === null) return;
    await this.#reloadPacks();
    await this.#loop.now();
  }

  #header(): Header {
    const { checkpoint } = this.#enrolled();
    const officer = this.#duty.officer();
    const offset_ms = this.#live.now.clock_skew_ms;
    return { home: checkpoint.id, lane: checkpoint.lane, offset_ms, officer, packs: packVersions(this.#force.packs) };
  }

  /** The server's time as far as we know; never before the last contact, also when our clock was set back. */
  #serverMs(): number {
    const { clock_skew_ms, last_contact_ms } = this.#live.now;
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
}
