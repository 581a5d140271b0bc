/** The tablet's core, put together: what each part needs of the others, and how a tablet starts, enrols and opens a shift. */

import { Tablet } from "./tablet.ts";
import { Rounds } from "./rounds.ts";
import { TakingIn } from "./taking_in.ts";
import { Scanning } from "./scanning.ts";
import { begun } from "./announced.ts";
import type { Draft, PersonPart } from "./append.ts";
import { CoreError } from "./core_error.ts";
import { type Enrolment, readMeta } from "./db.ts";
import { enrolDevice, enrolmentCode } from "./device.ts";
import { Earlier } from "./earlier.ts";
import { browserEnvironment, type Environment } from "./environment.ts";
import { Gate } from "./gate.ts";
import { KnownPeople } from "./known_people.ts";
import { counts } from "./lookups.ts";
import { SyncLoop } from "./loop.ts";
import { Noting } from "./noting.ts";
import { OnDuty } from "./on_duty.ts";
import { refusedEvents } from "./refused.ts";
import { Settling } from "./settling.ts";
import { ShiftPacks } from "./shift_packs.ts";
import { Shifts } from "./shifts.ts";
import { recentCrossings } from "./summaries.ts";
import { Told } from "./told.ts";
import type { AppState, Conflict, Core, Evidence, Lead, RefusedEvent, TurnedBack, UnsentFile } from "./types.ts";
import { unsentFile } from "./unsent_file.ts";
import { isDrawn } from "./verdict.ts";
import type { Announced, CrossingDraft, CrossingSummary, Decision, NamedPlace, SavedCrossing } from "./vocabulary.ts";
import { Waving } from "./waving.ts";
import { Wiping } from "./wiping.ts";
import { Writing } from "./writing.ts";

/** A core on this browser, or on what a test passes in. Nothing happens before `start`. */
export function createCore(environment: Environment = browserEnvironment()): Core {
  return new TabletCore(environment);
}

class TabletCore implements Core {
  readonly #tablet: Tablet;
  readonly #rounds: Rounds;
  readonly #loop: SyncLoop;
  readonly #duty: OnDuty;
  readonly #scanning: Scanning;
  readonly #taking_in: TakingIn;
  readonly #settling: Settling;
  readonly #earlier = new Earlier();
  readonly waving: Waving;
  readonly noting: Noting;
  readonly told: Told;
  readonly gate: Gate;
  readonly wiping: Wiping;
  readonly people: KnownPeople;
  readonly shifts: Shifts;
  readonly shift_packs: ShiftPacks;

  constructor(environment: Environment) {
    const tablet = new Tablet(environment);
    const { live, force } = tablet;
    const rounds = new Rounds(environment);
    const earlier = this.#earlier;
    const db = () => tablet.db();
    const device = () => tablet.enrolled().device;
    const checkpoint = () => tablet.enrolled().checkpoint;
    const enrolled = () => tablet.enrolled();
    const server_ms = () => tablet.serverMs();
    const refresh = () => tablet.refresh();
    const loop = new SyncLoop(environment, (heard) => this.#taking_in.round(heard), (sync) => live.set({ sync }), refresh);
    const dropped = () => this.#forget();
    const duty = new OnDuty({ environment, live, force, db, enrolled, server_ms, refresh, dropped });
    const writing = new Writing(tablet, duty, (row) => this.#taking_in.wrote(row), () => void loop.now());
    const header = () => writing.header();
    const append = (draft: Draft, person: PersonPart | null) => writing.append(draft, person);
    const history = () => duty.history;
    const officer = () => live.now.officer;
    const desk = { environment, live, force, duty, db, device, enrolled, server_ms, header, history, append, officer };
    const settling = new Settling(desk);
    const told = new Told({ ...desk, packs: () => force.packs, changed: (count) => count !== live.now.told && live.set({ told: count }) });
    const gate = new Gate({ ...desk, mostInside: () => force.mostInside(checkpoint().id) });
    const noting = new Noting(desk);
    const shifts = new Shifts({ ...desk, noting, changed: (known) => live.set({ shifts: known }) });
    const wiping = new Wiping({ ...desk, rounds, syncNow: () => loop.now(true), startAnew: () => tablet.startAnew() });
    this.waving = new Waving({
      ...{ environment, header },
      answerable: (lead) => duty.answerable(lead),
      append: async (draft) => void (await append(draft, null)),
      changed: (wave) => live.set({ wave }),
    });
    this.people = new KnownPeople(desk);
    this.shift_packs = new ShiftPacks(force, () => checkpoint().id, server_ms);
    this.#scanning = new Scanning({ tablet, duty, earlier, gate, writing });
    this.#taking_in = new TakingIn({ tablet, rounds, duty, earlier, settling, shifts, told, wiping });
    [this.#tablet, this.#rounds, this.#loop, this.#duty, this.#settling] = [tablet, rounds, loop, duty, settling];
    [this.told, this.gate, this.noting, this.shifts, this.wiping] = [told, gate, noting, shifts, wiping];
  }

  readonly approve = (lead: Lead): Promise<string> => this.#duty.approved(lead);
  readonly isDrawn = (per_mille: number): boolean => isDrawn(this.#tablet.environment.random(2), per_mille);

  state(): AppState {
    return this.#tablet.live.now;
  }

  subscribe(listener: () => void): () => void {
    return this.#tablet.live.subscribe(listener);
  }

  async start(): Promise<void> {
    const tablet = this.#tablet;
    if (!(await tablet.open())) return;
    await tablet.askStorage();
    const enrolment = await readMeta(tablet.db(), "enrolment");
    if (enrolment === null) {
      tablet.live.set({ phase: "not_enrolled" });
    } else {
      await this.#adopt(enrolment);
      void this.#loop.now();
    }
    tablet.environment.onWake(() => void this.#wake());
  }

  async enrol(linkOrCode: string): Promise<void> {
    const { environment, live, force } = this.#tablet;
    const db = this.#tablet.db();
    const code = enrolmentCode(linkOrCode);
    // Another device means another chain: what this one still holds back would be lost. Before the code is used up.
    const { unsent } = await counts(db);
    if (unsent > 0) throw new CoreError("enrolment.unsent", unsent);
    const enrolment = await enrolDevice(environment, db, code);
    this.#duty.drop();
    this.#rounds.forget();
    force.clear();
    live.set({ alerts: [] });
    await this.#adopt(enrolment);
    await this.#loop.now();
  }

  async openShift(badgeText: string, pin: string): Promise<void> {
    // Somebody quick stands here before the first answer has come, or between its packs.
    const { all } = this.#tablet.force.packs;
    if (!all.has("roster") || !all.has("trust")) await this.#loop.now();
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

  readCode(text: string): Promise<Evidence> {
    return this.#scanning.readCode(text);
  }

  decide(draft: CrossingDraft): Decision {
    return this.#scanning.decide(draft);
  }

  save(draft: CrossingDraft): Promise<SavedCrossing> {
    return this.#scanning.save(draft);
  }

  undo(saved: SavedCrossing): Promise<void> {
    return this.#scanning.undo(saved);
  }

  turnedBack(plate: string): Promise<TurnedBack | null> {
    return this.#scanning.turnedBack(plate);
  }

  async recent(limit: number): Promise<readonly CrossingSummary[]> {
    if (this.#duty.blind) return [];
    return await recentCrossings(this.#tablet.db(), this.#tablet.enrolled().device, limit, this.#duty.history);
  }

  async conflicts(): Promise<readonly Conflict[]> {
    return await this.#settling.open();
  }

  async resolve(conflict: Conflict, choice: string): Promise<void> {
    await this.#settling.choose(conflict, choice);
  }

  async refused(): Promise<readonly RefusedEvent[]> {
    return await refusedEvents(this.#tablet.db(), this.#tablet.enrolled().device, this.#duty.history);
  }

  async exportUnsent(): Promise<UnsentFile> {
    const tablet = this.#tablet;
    return await unsentFile(tablet.db(), tablet.enrolled(), tablet.serverMs());
  }

  async syncNow(): Promise<void> {
    await this.#loop.now(true);
  }

  places(): readonly NamedPlace[] {
    return this.#tablet.force.places(this.#tablet.serverMs());
  }

  announced(): readonly Announced[] {
    const { enrolment, force } = this.#tablet;
    return enrolment === null ? [] : force.announced(enrolment.checkpoint, this.#tablet.serverMs());
  }

  begun(): readonly Announced[] {
    const { enrolment, force } = this.#tablet;
    return enrolment === null ? [] : begun(force.rules, enrolment.checkpoint, this.#tablet.serverMs());
  }

  setUpdateReady(update_ready: boolean): void {
    this.#tablet.live.set({ update_ready });
  }

  async #adopt(enrolment: Enrolment): Promise<void> {
    const tablet = this.#tablet;
    tablet.enrolment = enrolment;
    this.#settling.forget();
    this.waving.forget();
    await tablet.refresh();
    const kept = (await readMeta(tablet.db(), "alerts")) ?? [];
    const alerts = [...new Set([...kept, ...(await this.#taking_in.packs())])];
    const { device, checkpoint } = enrolment;
    tablet.live.set({ phase: "closed", device, checkpoint, lane: checkpoint.lane, alerts });
  }

  async #opened(): Promise<void> {
    // The shift is open whatever comes of it; a store that cannot be read fails the next round, which says so.
    const { history } = this.#duty;
    if (history !== null) await this.waving.load(this.#tablet.db(), history).catch(() => undefined);
    await this.#taking_in.learn().catch(() => undefined);
    // Chromium grants what it refused before once the application is installed or often used.
    await this.#tablet.askStorage();
    void this.#loop.now();
  }

  async #wake(): Promise<void> {
    if (this.#tablet.enrolment === null) return;
    await this.#taking_in.packs();
    await this.#loop.now();
  }

  /** Nobody is on duty any more. */
  #forget(): void {
    this.#earlier.forget();
    this.gate.forget();
    this.people.forget();
    this.shifts.forget();
  }
}
