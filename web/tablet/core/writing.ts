/** How every event of this tablet is written: under the keys of the open shift, on disk first, then counted and sent. */

import { ALARMING } from "./alarms.ts";
import { append, type Draft, type PersonPart } from "./append.ts";
import { CoreError } from "./core_error.ts";
import type { StoredOwn } from "./db.ts";
import type { OnDuty } from "./on_duty.ts";
import { packVersions } from "./packs.ts";
import type { Header } from "./save.ts";
import type { Tablet } from "./tablet.ts";

export class Writing {
  readonly #tablet: Tablet;
  readonly #duty: OnDuty;
  readonly #written: (row: StoredOwn) => Promise<void>;
  readonly #send: () => void;

  /** `written`: what later questions ask of it is read before anybody goes on. */
  constructor(tablet: Tablet, duty: OnDuty, written: (row: StoredOwn) => Promise<void>, send: () => void) {
    this.#tablet = tablet;
    this.#duty = duty;
    this.#written = written;
    this.#send = send;
  }

  /** Throws CoreError("shift.closed"). */
  header(): Header {
    const { force } = this.#tablet;
    const { checkpoint } = this.#tablet.enrolled();
    const officer = this.#duty.officer();
    const offset_ms = this.#tablet.offsetMs();
    return { home: checkpoint.id, lane: checkpoint.lane, offset_ms, officer, packs: packVersions(force.packs) };
  }

  /** Resolves when it is on disk. Throws CoreError("shift.closed") and as `append`. */
  async append(draft: Draft, person: PersonPart | null): Promise<StoredOwn> {
    const { keys } = this.#duty;
    if (keys === null) throw new CoreError("shift.closed");
    const tablet = this.#tablet;
    const row = await append(tablet.environment, tablet.db(), tablet.enrolled().device, draft, person, keys).catch(
      (error: unknown) => this.#notWritten(error),
    );
    // It is on disk: whatever fails from here on must not call it unsaved, or it is written again.
    await this.#written(row)
      .then(() => tablet.refresh())
      .catch(() => undefined);
    this.#send();
    return row;
  }

  /** What a person has to know at once stays in sight until there is room again. */
  async #notWritten(error: unknown): Promise<never> {
    const code = error instanceof CoreError ? error.code : "";
    if (ALARMING.test(code)) this.#tablet.live.alert(code);
    if (code === "storage.full") await this.#tablet.askStorage();
    throw error;
  }
}
