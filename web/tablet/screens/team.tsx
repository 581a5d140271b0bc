/** «Ca trực»: the shift that runs here, taking one, changing who does what, handing it over. */

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { Placed, ShiftState } from "../core/types.ts";
import { Button, Notice, StepHead } from "../parts/controls.tsx";
import { signal } from "../parts/feedback.ts";
import { RosterFields } from "../parts/roster_fields.tsx";
import { DUTIES, lateMs, memberName, officerName, runningShifts } from "../parts/shift_words.ts";
import { StepsList } from "../parts/steps_list.tsx";
import { ageText, clockText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { BeginShift } from "./team_begin.tsx";
import { HandOverShift } from "./team_hand_over.tsx";

type Step = { at: "shift" } | { at: "begin" } | { at: "place"; shift: ShiftState } | { at: "hand_over"; shift: ShiftState };

export default function TeamScreen({ close }: { close(): void }): JSX.Element {
  const { state, texts, settings } = useUi();
  const running = runningShifts(state);
  const [step, setStep] = useState<Step>(running.length === 0 ? { at: "begin" } : { at: "shift" });
  const [told, setTold] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const words = texts.team;

  /** Writes, then shows the shift; what went wrong is said where it was asked for. */
  const act = (work: Promise<void>, done: string | null): void => {
    setBusy(true);
    setError(null);
    work
      .then(
        () => {
          signal("saved", settings.sound);
          setTold(done);
          setStep({ at: "shift" });
        },
        (reason: unknown) => {
          signal("refused", settings.sound);
          setError(errorText(texts, reason));
        },
      )
      .finally(() => setBusy(false));
  };
  const back = step.at === "shift" || running.length === 0 ? close : () => setStep({ at: "shift" });
  const bad = error === null ? null : <Notice kind="bad">{error}</Notice>;

  switch (step.at) {
    case "begin":
      return <BeginShift before={running} busy={busy} back={back} said={bad} begin={(work) => act(work, words.taken)} />;
    case "place":
      return <PlaceScreen shift={step.shift} busy={busy} back={back} said={bad} act={(work) => act(work, null)} />;
    case "hand_over":
      return <HandOverShift shift={step.shift} busy={busy} back={back} said={bad} handOver={(work) => act(work, words.handed)} />;
  }
  return (
    <main class="screen team">
      <StepHead title={words.title} back={close} />
      <div class="team-body">
        {told !== null && <Notice kind="good">{told}</Notice>}
        {bad}
        {running.length > 1 && <Notice>{words.overlap(running.length)}</Notice>}
        {running.length === 0 && <p class="empty">{words.none}</p>}
        {running.map((shift) => (
          <RunningShift key={shift.record} shift={shift} place={() => setStep({ at: "place", shift })} handOver={() => setStep({ at: "hand_over", shift })} />
        ))}
      </div>
      <footer class="team-foot">
        <Button kind={running.length === 0 ? "primary" : "quiet"} class="wide tall" onPress={() => setStep({ at: "begin" })}>
          {running.length === 0 ? words.take : words.take_next}
        </Button>
      </footer>
    </main>
  );
}

function RunningShift({ shift, place, handOver }: { shift: ShiftState; place(): void; handOver(): void }): JSX.Element {
  const { core, state, texts, now_ms } = useUi();
  const words = texts.team;
  const server_ms = now_ms + (state.clock_skew_ms ?? 0);
  const late_ms = lateMs(shift, server_ms);
  const steps = core.shift_packs.steps("open");
  const lead = shift.lead === null ? words.no_lead : officerName(core, shift.lead);
  return (
    <section class="team-card" aria-label={lead}>
      <p class="team-lead">
        {words.lead}: <strong>{lead}</strong>
      </p>
      <p>
        {words.running(clockText(shift.opened_ms), ageText(texts.ages, server_ms - shift.opened_ms))}
        {shift.due_ms !== null && ` · ${words.due(clockText(shift.due_ms))}`}
      </p>
      {late_ms > 0 && <Notice kind="bad">{words.overdue(ageText(texts.ages, late_ms))}</Notice>}
      <dl class="team-duties">
        {DUTIES.map((duty) => {
          const names = shift.roster.filter((one) => one.duty === duty).map((one) => memberName(core, one));
          return names.length === 0 ? null : (
            <div key={duty}>
              <dt>{words.duties[duty]}</dt>
              <dd>{names.join(", ")}</dd>
            </div>
          );
        })}
      </dl>
      <div class="pair">
        <Button onPress={place}>{words.change_roster}</Button>
        <Button kind={late_ms > 0 ? "primary" : "plain"} onPress={handOver}>
          {words.hand_over}
        </Button>
      </div>
      <StepsList title={words.steps_open} steps={steps} done={shift.checked} change={(done) => void core.shifts.check(shift, done).catch(() => undefined)} />
    </section>
  );
}

interface PlaceProps {
  shift: ShiftState;
  busy: boolean;
  said: ComponentChildren;
  back(): void;
  act(work: Promise<void>): void;
}

function PlaceScreen({ shift, busy, said, back, act }: PlaceProps): JSX.Element {
  const { core, texts } = useUi();
  const [roster, setRoster] = useState<readonly Placed[]>(shift.roster);
  return (
    <main class="screen team">
      <StepHead title={texts.team.change_roster} back={back} />
      <div class="team-body">
        {said}
        <RosterFields roster={roster} change={setRoster} />
      </div>
      <footer class="team-foot">
        <Button kind="primary" class="wide tall" disabled={busy} onPress={() => act(core.shifts.place(shift, roster))}>
          {texts.team.save_roster}
        </Button>
      </footer>
    </main>
  );
}
