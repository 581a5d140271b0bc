/** Rounds of sync as one tablet runs them: what is kept from one to the next. */

import type { Call } from "../../shared/wire/api.ts";
import { basesOf, receiptKeys } from "./bases.ts";
import { type Database, type Enrolment, readMeta } from "./db.ts";
import { Tokens } from "./device.ts";
import type { Environment } from "./environment.ts";
import type { History } from "./entries.ts";
import type { Packs } from "./packs.ts";
import { call, CallError } from "./http.ts";
import { BATCH_EVENTS, type Pace, syncRound } from "./sync.ts";

const DAY_MS = 86_400_000;
/** How often what is stored is counted, besides what comes (SPEC F9). */
const RECOUNT_AFTER_MS = 3_600_000;

export interface RoundInput {
  db: Database;
  enrolment: Enrolment;
  packs: Packs;
  history: () => History | null;
  /** False while the tablet is being wiped: it sends, and takes nothing more. */
  fetches: boolean;
  onProgress: () => Promise<void>;
}

export class Rounds {
  readonly #environment: Environment;
  readonly #tokens: Tokens;
  readonly #pace: Pace = { events: BATCH_EVENTS, sent: 0 };
  #counted_ms = Number.NEGATIVE_INFINITY;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#tokens = new Tokens(environment);
  }

  /** As another device: its tokens are of no use, its store not counted yet. */
  forget(): void {
    this.#tokens.dropAll();
    this.#counted_ms = Number.NEGATIVE_INFINITY;
  }

  /** A last word, to the first server that hears it; its answer may clear this browser. Throws CallError where none does. */
  async say(db: Database, enrolment: Enrolment, packs: Packs, word: Call): Promise<void> {
    const environment = this.#environment;
    const offset_ms = (await readMeta(db, "offset_ms")) ?? 0;
    let failure: unknown = null;
    for (const base of basesOf(enrolment, packs.all.get("bases"), environment.api)) {
      try {
        const token = await this.#tokens.get(base.url, enrolment, offset_ms);
        await call(environment, { ...word, base: base.url, token, clears: true });
        return;
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** Codes of what a person has to know. Throws as `syncRound`. */
  async run({ packs, ...input }: RoundInput): Promise<string[]> {
    const [environment, tokens, pace] = [this.#environment, this.#tokens, this.#pace];
    const now = environment.now();
    const bases = basesOf(input.enrolment, packs.all.get("bases"), environment.api);
    const keys = await receiptKeys(bases);
    const recount = Math.abs(now - this.#counted_ms) >= RECOUNT_AFTER_MS;
    if (recount) this.#counted_ms = now;
    const { alerts } = await syncRound({ ...input, environment, tokens, pace, bases, receiptKeys: keys, recount });
    const kept = (await readMeta(input.db, "alerts")) ?? [];
    return [...kept, ...(await repaired(input.db, now)), ...alerts];
  }
}

/** Said for a day: what was read anew may be why a list looked different (SPEC F9). */
async function repaired(db: Database, now: number): Promise<string[]> {
  const at = await readMeta(db, "repaired_ms");
  return at !== null && Math.abs(now - at) < DAY_MS ? ["feed.repaired"] : [];
}
