/** The packs in force and what is made of them: the rules to decide by, the places to choose from. */

import type { Database, Enrolment } from "./db.ts";
import { loadPacks, NO_PACKS, type Packs, packStates, type Roster, samePacks } from "./packs.ts";
import { CoreError } from "./core_error.ts";
import type { NamedPlace, PackState } from "./vocabulary.ts";
import { confirmed, NO_RULES, placesOf, type Rulebook, rulebookOf } from "./verdict.ts";

export class InForce {
  packs: Packs = NO_PACKS;
  rules: Rulebook = NO_RULES;
  places: readonly NamedPlace[] = [];

  clear(): void {
    this.packs = NO_PACKS;
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
    if (changed) this.places = placesOf(this.rules, serverMs);
    const codes = [...broken.map(() => "pack.broken"), ...this.rules.broken.map(() => "pack.content")];
    return { codes, changed, states: packStates(packs, serverMs) };
  }

  roster(): Roster {
    const { roster } = this.packs;
    if (roster === null) throw new CoreError("pack.missing", "roster");
    return roster;
  }
}
