/** The packs in force and what is made of them: the rules to decide by, the places to choose from. */

import type { Database, Enrolment } from "./db.ts";
import { loadPacks, NO_PACKS, type Packs, packStates, type Roster, samePacks } from "./packs.ts";
import { CoreError } from "./core_error.ts";
import { announced, Held, minuteEnd, placesOf } from "./announced.ts";
import type { Announced, Checkpoint, NamedPlace, PackState } from "./vocabulary.ts";
import { confirmed, NO_RULES, type Rulebook, rulebookOf } from "./verdict.ts";

export class InForce {
  packs: Packs = NO_PACKS;
  rules: Rulebook = NO_RULES;
  readonly #places = new Held<readonly NamedPlace[]>();
  readonly #announced = new Held<readonly Announced[]>();

  clear(): void {
    this.packs = NO_PACKS;
  }

  /** The same list until a level begins or ends. */
  places(serverMs: number): readonly NamedPlace[] {
    return this.#places.at(serverMs, () => {
      const { places, until_ms } = placesOf(this.rules, serverMs);
      return { value: places, until_ms };
    });
  }

  /** How many people may be inside behind this checkpoint; null where no rule says. */
  mostInside(checkpoint: string): number | null {
    return this.rules.rules?.content.most_inside.find((one) => one.checkpoint === checkpoint)?.people ?? null;
  }

  /** The same list for a minute. */
  announced(checkpoint: Checkpoint, serverMs: number): readonly Announced[] {
    const make = () => ({ value: announced(this.rules, checkpoint, serverMs), until_ms: minuteEnd(serverMs) });
    return this.#announced.at(serverMs, make);
  }

  /** Puts what is stored in force. `codes`: one for each pack that cannot be; `changed`: others than before are. */
  async reload(
    db: Database,
    enrolment: Enrolment,
    serverMs: number,
  ): Promise<{ codes: string[]; changed: boolean; states: Record<string, PackState> }> {
    const { packs, broken } = await loadPacks(db, enrolment, serverMs, this.packs);
    const changed = !samePacks(packs, this.packs);
    this.packs = packs;
    this.rules = changed ? rulebookOf(packs) : confirmed(this.rules, packs);
    if (changed) {
      this.#places.forget();
      this.#announced.forget();
    }
    const codes = [...broken.map(() => "pack.broken"), ...this.rules.broken.map(() => "pack.content")];
    return { codes, changed, states: packStates(packs, serverMs) };
  }

  roster(): Roster {
    const { roster } = this.packs;
    if (roster === null) throw new CoreError("pack.missing", "roster");
    return roster;
  }
}
