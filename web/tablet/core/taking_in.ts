/** A round of sync as the whole tablet lives it: what came is put in force and learned, what failed is said. */

import { ALARMING, KEPT, LASTING } from "./alarms.ts";
import { CoreError } from "./core_error.ts";
import { keepAlert, readMeta, type StoredOwn } from "./db.ts";
import type { Earlier } from "./earlier.ts";
import type { OnDuty } from "./on_duty.ts";
import { isFull, isShort } from "./room.ts";
import type { Rounds } from "./rounds.ts";
import type { Settling } from "./settling.ts";
import type { Shifts } from "./shifts.ts";
import type { Tablet } from "./tablet.ts";
import type { Told } from "./told.ts";
import type { Wiping } from "./wiping.ts";

/** Where what comes has to arrive. */
interface Desk {
  tablet: Tablet;
  rounds: Rounds;
  duty: OnDuty;
  earlier: Earlier;
  settling: Settling;
  shifts: Shifts;
  told: Told;
  wiping: Wiping;
}

export class TakingIn {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** One round; nothing where the tablet is not enrolled. Calls `heard` for each answer. Throws as `syncRound`. */
  async round(heard: () => void): Promise<void> {
    const { tablet, rounds, duty, wiping } = this.#desk;
    const { enrolment, live } = tablet;
    if (enrolment === null) return;
    const db = tablet.db();
    let stored = false;
    const onProgress = () => {
      stored = true;
      heard();
      return tablet.refresh();
    };
    try {
      // What others wrote must not take the last room of the outbox.
      const history = () => (isShort(live.now.storage) ? null : duty.history);
      const alerts = await rounds.run({ db, enrolment, packs: tablet.force.packs, history, onProgress, fetches: !live.now.wiping });
      const lasting = live.now.alerts.filter((code) => LASTING.test(code));
      live.set({ alerts: [...new Set([...lasting, ...alerts, ...(await this.packs())])] });
      await this.learn();
      await wiping.finish();
    } catch (reason) {
      const error = isFull(reason) ? new CoreError("storage.full") : reason;
      const code = error instanceof CoreError ? error.code : "";
      if (KEPT.test(code)) await keepAlert(db, code);
      const kept = (await readMeta(db, "alerts")) ?? [];
      for (const one of ALARMING.test(code) ? [...kept, code] : kept) live.alert(one);
      await this.packs();
      // What was stored before it broke off counts at once: on a bad network no round may end well for hours.
      if (stored) await this.learn().catch(() => undefined);
      throw error;
    } finally {
      await tablet.refresh();
    }
  }

  /** Puts what is stored in force; returns a code for each pack that cannot be. */
  async packs(): Promise<string[]> {
    const { tablet, duty, wiping, told } = this.#desk;
    const { live, force } = tablet;
    const { codes, changed, states } = await force.reload(tablet.db(), tablet.enrolled(), tablet.serverMs());
    if (changed || JSON.stringify(states) !== JSON.stringify(live.now.packs)) live.set({ packs: states });
    duty.followRoster();
    await wiping.look();
    await told.count();
    return codes;
  }

  /** What rules may ask of earlier crossings, shifts, and how much is in conflict; nothing while no shift is open. */
  async learn(): Promise<void> {
    const { tablet, duty, earlier, shifts, settling } = this.#desk;
    const { history } = duty;
    if (history === null) return;
    await earlier.refresh(tablet.db(), tablet.enrolled().device, history);
    await shifts.look();
    await settling.open();
  }

  /** The same of one event that was written here: whoever wrote it does not wait for what else there is to learn. */
  async wrote(row: StoredOwn): Promise<void> {
    const { tablet, duty, earlier, shifts } = this.#desk;
    const { history } = duty;
    if (history === null) return;
    await earlier.wrote(tablet.db(), tablet.enrolled().device, history, row);
    await shifts.look();
  }
}
