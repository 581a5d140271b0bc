/** One scan, in the order of its methods: a code read, the draft decided, the crossing saved, and if need be undone. */

import { type Evidence, read } from "../../shared/credentials/index.ts";
import { ref } from "../../shared/sync/events.ts";
import { conditionsOf } from "./conditions.ts";
import type { Earlier } from "./earlier.ts";
import type { Gate } from "./gate.ts";
import type { OnDuty } from "./on_duty.ts";
import { CLOCK_LEEWAY_MS } from "./packs.ts";
import { checkDraft, crossingEvent, voidEvent } from "./save.ts";
import type { Tablet } from "./tablet.ts";
import { type TurnedBack, TurnBacks } from "./turned_back.ts";
import { decideDraft } from "./verdict.ts";
import type { CrossingDraft, Decision, SavedCrossing } from "./vocabulary.ts";
import type { Writing } from "./writing.ts";

interface Desk {
  tablet: Tablet;
  duty: OnDuty;
  earlier: Earlier;
  gate: Gate;
  writing: Writing;
}

export class Scanning {
  readonly #desk: Desk;
  readonly #turn_backs = new TurnBacks();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Any text gives Evidence. */
  async readCode(text: string): Promise<Evidence> {
    const { tablet } = this.#desk;
    const { packs } = tablet.force;
    const { clock_skew_ms, last_contact_ms, unsent } = tablet.live.now;
    const skew_ms = clock_skew_ms ?? 0;
    const conditions = await conditionsOf(tablet.db(), packs, { skew_ms, last_contact_ms, unsent });
    return await read(text, packs.trust, tablet.environment.now() + skew_ms, CLOCK_LEEWAY_MS, conditions);
  }

  /** Whether this checkpoint or one nearby turned the plate back within the hours that count. */
  async turnedBack(plate: string): Promise<TurnedBack | null> {
    const { tablet, duty, earlier } = this.#desk;
    const { packs, rules } = tablet.force;
    const here = { ...tablet.enrolled().checkpoint, refused_ms: earlier.refusedHereMs(plate) };
    return await this.#turn_backs.of(tablet.db(), duty.history, plate, packs, here, tablet.serverMs(), rules.permits.turned_back_hours);
  }

  decide(draft: CrossingDraft): Decision {
    const { tablet, duty, earlier } = this.#desk;
    return decideDraft(duty.answered(draft), tablet.force.rules, tablet.enrolled().checkpoint, tablet.serverMs(), earlier);
  }

  /** Resolves when the event is on disk. Throws CoreError("shift.closed" | "draft.…" | "storage.…"). */
  async save(written: CrossingDraft): Promise<SavedCrossing> {
    const { tablet, duty, gate, writing } = this.#desk;
    const header = writing.header();
    const draft = duty.answered(written);
    const decision = this.decide(draft);
    checkDraft(draft, decision);
    const event = crossingEvent(tablet.environment, draft, decision, header);
    const { seq, time_ms } = await writing.append(event.draft, event.person);
    const saved = { record: event.draft.record, ref: ref(tablet.enrolled().device, seq), seq, time_ms };
    // It is on disk; an entry that is not marked is paired with nothing, and may be later.
    if (typeof draft.paired_entry === "string") await gate.pair(draft.paired_entry, saved).catch(() => undefined);
    return saved;
  }

  async undo({ record }: SavedCrossing): Promise<void> {
    const { tablet, writing } = this.#desk;
    await writing.append(voidEvent(tablet.environment, record, writing.header()), null);
  }
}
