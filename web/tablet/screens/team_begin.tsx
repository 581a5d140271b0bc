/** Taking a shift: who is there, what is done first, and what becomes of the shift before. */

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Placed, ShiftState } from "../core/types.ts";
import { Button, Chips, StepHead } from "../parts/controls.tsx";
import { RosterFields } from "../parts/roster_fields.tsx";
import { firstRoster, officerName } from "../parts/shift_words.ts";
import { StepsList } from "../parts/steps_list.tsx";
import { clockText } from "../parts/time.ts";
import { useUi } from "../parts/ui.ts";

const HOUR_MS = 3_600_000;
const LENGTHS = ["6", "8", "12"] as const;

interface BeginProps {
  /** Shifts that run here: mostly none, or the one to take over. */
  before: readonly ShiftState[];
  busy: boolean;
  said: ComponentChildren;
  back(): void;
  begin(work: Promise<void>): void;
}

export function BeginShift({ before, busy, said, back, begin }: BeginProps): JSX.Element {
  const { core, state, texts, now_ms } = useUi();
  const words = texts.team;
  const [roster, setRoster] = useState<readonly Placed[]>(() => firstRoster(state.officer, core.shift_packs.planned()));
  const [checked, setChecked] = useState<readonly string[]>([]);
  const [hours, setHours] = useState<(typeof LENGTHS)[number]>("6");
  const [taking, setTaking] = useState(true);
  const server_ms = now_ms + (state.clock_skew_ms ?? 0);
  const send = (): void => {
    const lead = roster.find(({ duty, officer }) => duty === "lead" && officer !== null)?.officer ?? null;
    const takes_over = taking ? before.map(({ record }) => record) : [];
    begin(core.shifts.begin({ lead, roster, checked, due_ms: server_ms + Number(hours) * HOUR_MS, takes_over }));
  };
  return (
    <main class="screen team">
      <StepHead title={words.title} back={back} />
      <div class="team-body">
        {said}
        {before.length > 0 && (
          <section class="team-before">
            {before.map((one) => (
              <p key={one.record}>
                <strong>{words.before(officerName(core, one.lead ?? one.opened_by), clockText(one.opened_ms))}</strong>
              </p>
            ))}
            {before.flatMap(({ note }) => (note === "" ? [] : [<p key={note}>{note}</p>]))}
            <Chips label={words.hand_over} columns={2} options={["take", "keep"]} chosen={taking ? "take" : "keep"} name={(one) => (one === "take" ? words.take_over : words.side_by_side)} choose={(one) => setTaking(one === "take")} />
          </section>
        )}
        <RosterFields roster={roster} change={setRoster} />
        <p class="label">{words.until}</p>
        <Chips label={words.until} columns={3} options={LENGTHS} chosen={hours} name={(one) => words.hours(Number(one))} choose={setHours} />
        <StepsList title={words.steps_open} steps={core.shift_packs.steps("open")} done={checked} change={setChecked} />
      </div>
      <footer class="team-foot">
        <Button kind="primary" class="wide tall" disabled={busy} onPress={send}>
          {words.take}
        </Button>
      </footer>
    </main>
  );
}
