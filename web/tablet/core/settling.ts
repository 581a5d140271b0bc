/** The checkpoint's open conflicts as this tablet shows them, and an officer's choice written. SPEC R9, R10. */

import { ref } from "../../shared/sync/events.ts";
import type { Draft, PersonPart } from "./append.ts";
import { choiceEvents, chosenSide, type Conflict, ConflictWatch } from "./conflicts.ts";
import type { Database, Enrolment, StoredOwn } from "./db.ts";
import type { Environment } from "./environment.ts";
import type { InForce } from "./in_force.ts";
import type { OnDuty } from "./on_duty.ts";
import { type Header, headerOf } from "./save.ts";
import type { LiveState } from "./state.ts";

interface Desk {
  environment: Pick<Environment, "now">;
  live: LiveState;
  force: InForce;
  duty: OnDuty;
  db(): Database;
  enrolled(): Enrolment;
  /** Throws CoreError("shift.closed"). */
  header(): Header;
  append(draft: Draft, person: PersonPart | null): Promise<StoredOwn>;
}

export class Settling {
  readonly #desk: Desk;
  #watch = new ConflictWatch();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Another enrolment: what was seen is of another chain. */
  forget(): void {
    this.#watch = new ConflictWatch();
  }

  /** None while no shift is open, and for who sees no history. */
  async open(): Promise<readonly Conflict[]> {
    const { duty, live, force, db, enrolled } = this.#desk;
    const { history } = duty;
    const { device, server } = enrolled();
    const nameOf = (id: string): string | null => force.packs.roster?.officers.find((one) => one.id === id)?.name ?? null;
    const found = history === null || duty.blind ? [] : await this.#watch.conflicts(db(), { device, server, history, nameOf });
    if (history !== null && found.length !== live.now.conflicts) live.set({ conflicts: found.length });
    return found;
  }

  /** Throws CoreError("conflict.changed" | "shift.closed" | "storage.…"). */
  async choose(conflict: Conflict, choice: string): Promise<void> {
    const { environment, header, append, enrolled } = this.#desk;
    const written = headerOf(header(), environment.now());
    const { now, side } = chosenSide(await this.open(), conflict, choice);
    let last: string | null = null;
    for (const eventAfter of choiceEvents(now, side, written)) {
      const { draft, person } = eventAfter(last);
      last = ref(enrolled().device, (await append(draft, person)).seq);
    }
    await this.open();
  }
}
