/** Handing a shift over: the figures, what is still open, what is to be said, and to whom. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CrossingCounts, ShiftState } from "../core/types.ts";
import { Button, Notice, StepHead } from "../parts/controls.tsx";
import { TickIcon } from "../parts/icons.tsx";
import { calledName } from "../parts/names.ts";
import { leadsFirst } from "../parts/shift_words.ts";
import { StepsList } from "../parts/steps_list.tsx";
import { errorText, useUi } from "../parts/ui.ts";

interface HandOverProps {
  shift: ShiftState;
  busy: boolean;
  said: ComponentChildren;
  back(): void;
  handOver(work: Promise<void>): void;
}

export function HandOverShift({ shift, busy, said, back, handOver }: HandOverProps): JSX.Element {
  const { core, state, texts } = useUi();
  const words = texts.team;
  const [counts, setCounts] = useState<CrossingCounts | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [done, setDone] = useState<readonly string[]>([]);
  const [note, setNote] = useState("");
  const [to, setTo] = useState<string | null>(null);
  const { unsent, conflicts } = state;
  // Once: thousands of crossings are opened for it.
  useEffect(() => {
    core.shifts.counts(shift).then(setCounts, (reason: unknown) => setFailed(errorText(texts, reason)));
  }, [shift.record]);
  /** Others write on while somebody reads: what is handed over is counted when it is. */
  const send = async (): Promise<void> => {
    const now = await core.shifts.counts(shift);
    await core.shifts.handOver(shift, { checked_out: done, counts: { ...now, unsent, conflicts }, note, handed_to: to });
  };
  const leads = leadsFirst(core.shift_packs.officers()).filter(({ id, role }) => role === "lead" && id !== shift.lead);
  const shown = counts === null ? [] : Object.entries({ ...counts, unsent, conflicts });
  return (
    <main class="screen team">
      <StepHead title={words.hand_over} back={back} entered={note !== ""} />
      <div class="team-body">
        {said}
        {failed !== null && <Notice kind="bad">{failed}</Notice>}
        <dl class="counts" aria-busy={counts === null}>
          {shown.map(([name, value]) => (
            <div key={name} class={value === 0 ? "none" : ""}>
              <dt>{words.counts[name] ?? name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p class="hint">{words.counts_hint}</p>
        <StepsList title={words.steps_close} steps={core.shift_packs.steps("close")} done={done} change={setDone} />
        <label class="label" for="shift-note">
          {words.note}
        </label>
        <textarea id="shift-note" class="field" rows={3} maxLength={1000} placeholder={words.note_hint} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        <p class="label">{words.hand_to}</p>
        <div class="chips columns-2" role="group" aria-label={words.hand_to}>
          {leads.map(({ id, name }) => (
            <button type="button" key={id} aria-pressed={to === id} class={`chip ${to === id ? "chosen" : ""}`} onClick={() => setTo(to === id ? null : id)}>
              {to === id && <TickIcon class="chip-tick" />}
              <span>{calledName(name)}</span>
            </button>
          ))}
          {leads.length === 0 && <p class="hint">{words.nobody}</p>}
        </div>
      </div>
      <footer class="team-foot">
        <Button
          kind="primary"
          class="wide tall"
          disabled={busy || counts === null}
          onPress={() => handOver(send())}
        >
          {words.hand_over_now}
        </Button>
      </footer>
    </main>
  );
}
