/** Who is on duty on this tablet: a badge and its PIN open the shift, and a lead answers for what only leads may do. */

import type { ShiftKeys } from "./append.ts";
import type { History } from "./at_rest.ts";
import { closeRest, keepOpening } from "./closing.ts";
import { CoreError } from "./core_error.ts";
import { type Database, type Enrolment, readMeta } from "./db.ts";
import type { Environment } from "./environment.ts";
import type { InForce } from "./in_force.ts";
import { counts } from "./lookups.ts";
import type { RosterOfficer } from "./packs.ts";
import { approve, tryPin } from "./pin.ts";
import { LEAD_FAILURES, officerOf, readBadge, shiftKeys, type Shift } from "./session.ts";
import type { LiveState } from "./state.ts";
import type { CrossingDraft, Lead } from "./vocabulary.ts";

/** What a shift needs of the tablet that it is opened on. */
interface Desk {
  environment: Environment;
  live: LiveState;
  force: InForce;
  db(): Database;
  /** Throws CoreError("enrolment.missing"). */
  enrolled(): Enrolment;
  server_ms(): number;
  /** Counts again what the state shows of the store. */
  refresh(): Promise<void>;
  /** Nobody is on duty any more: what was read while somebody was is not kept in memory. */
  dropped(): void;
}

/** The one shift of this tablet: none, open, or locked with its secret in memory. */
export class OnDuty {
  readonly #desk: Desk;
  #shift: Shift | null = null;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** What closes and opens what is on disk; null unless a shift is open. */
  get keys(): ShiftKeys | null {
    return this.#shift?.keys ?? null;
  }

  get history(): History | null {
    return this.keys?.history ?? null;
  }

  /** Whoever is on duty scans only: what was written before is not for showing. */
  get blind(): boolean {
    return this.#shift?.officer.role === "volunteer";
  }

  get is_lead(): boolean {
    return this.#shift?.officer.role === "lead";
  }

  /** The id of who is on duty. Throws CoreError("shift.closed") unless a shift is open. */
  officer(): string {
    if (this.#shift === null || this.#shift.keys === null) throw new CoreError("shift.closed");
    return this.#shift.officer.id;
  }

  async open(badge_text: string, pin: string): Promise<void> {
    const { force, server_ms } = this.#desk;
    const { officer, secret } = await readBadge(badge_text, force.packs.trust, force.roster(), server_ms());
    await this.#unlock(officer, secret, pin);
  }

  lock(): void {
    if (this.#shift === null) return;
    this.#shift = { ...this.#shift, keys: null };
    this.#desk.live.set({ phase: "locked" });
  }

  async reopen(pin: string): Promise<void> {
    const roster = this.#desk.force.roster();
    if (this.#shift === null) throw new CoreError("shift.closed");
    try {
      await this.#unlock(officerOf(roster, this.#shift.officer.id), this.#shift.secret, pin);
    } catch (error) {
      if (this.#desk.live.now.pin.failures >= LEAD_FAILURES) this.drop();
      throw error;
    }
  }

  /** With unsent events only for a lead. Throws CoreError("shift.unsent" | "badge.…"). */
  async close(lead: Lead | undefined): Promise<void> {
    const { unsent } = await counts(this.#desk.db());
    const officer = this.#shift?.officer ?? null;
    if (officer !== null && officer.role !== "lead" && unsent > 0) {
      if (lead === undefined) throw new CoreError("shift.unsent", unsent);
      await this.approved(lead);
    }
    this.drop();
  }

  /** Who answers for what only a lead may do: whose badge and PIN these are, or who is on duty. */
  async answerable(lead: Lead | undefined): Promise<string> {
    if (lead !== undefined) return await this.approved(lead);
    const officer = this.#shift?.officer;
    if (officer?.role !== "lead") throw new CoreError("wave.lead");
    return officer.id;
  }

  /** The id of the lead whose badge and PIN these are. */
  async approved(lead: Lead): Promise<string> {
    const { environment, force, db, server_ms, refresh } = this.#desk;
    const times = { now_ms: environment.now(), server_ms: server_ms() };
    return await approve(db(), lead, force.packs.trust, force.roster(), times).finally(refresh);
  }

  /** A lead on duty answers for an override by the badge and PIN that opened the shift. */
  answered(draft: CrossingDraft): CrossingDraft {
    const officer = this.#shift?.officer;
    return draft.override !== null && officer?.role === "lead" ? { ...draft, approved_by: officer.id } : draft;
  }

  /** Forgets the secret and whose shift it was. */
  drop(): void {
    this.#shift?.secret.fill(0);
    this.#shift = null;
    const { live } = this.#desk;
    live.set({ officer: null, phase: ["starting", "not_enrolled"].includes(live.now.phase) ? live.now.phase : "closed" });
    this.#desk.dropped();
  }

  /** Somebody struck off the roster, or with another role there, does not go on as before until the end of the shift. */
  followRoster(): void {
    const { force, live } = this.#desk;
    const { roster } = force.packs;
    if (this.#shift === null || roster === null) return;
    const { id: on_duty } = this.#shift.officer;
    const listed = roster.officers.find(({ id }) => id === on_duty);
    if (listed === undefined) return this.drop();
    const { id, name, role } = listed;
    this.#shift = { ...this.#shift, officer: { id, name, role } };
    live.set({ officer: this.#shift.officer });
  }

  async #unlock(officer: RosterOfficer, secret: Shift["secret"], pin: string): Promise<void> {
    const { environment, live, force, db, enrolled, refresh } = this.#desk;
    const roster = force.roster();
    try {
      const unwrapped = await tryPin(db(), officer, secret, pin, environment.now());
      const history = { ...unwrapped, id: roster.history_key_id };
      const { keys, opening } = await shiftKeys(environment, history, {
        ...((await readMeta(db(), "sealing_keys")) ?? {}),
        home: enrolled().sealing_key,
      });
      await keepOpening(db(), opening);
      await closeRest(environment, db(), keys);
      // Trying a PIN takes a while: the order to wipe may have come meanwhile, or a roster without this officer.
      const { id, name, role } = officerOf(force.roster(), officer.id);
      if (this.#shift !== null && this.#shift.secret !== secret) this.#shift.secret.fill(0);
      this.#shift = { officer: { id, name, role }, secret, keys };
      live.set({ phase: "open", officer: this.#shift.officer });
    } finally {
      await refresh();
    }
  }
}
