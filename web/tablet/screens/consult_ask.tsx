/** A question: three taps record it, and the number to call is on the screen before the first. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ConsultSubject, Consulted } from "../core/types.ts";
import { Button, Chips, Notice, StepHead } from "../parts/controls.tsx";
import { signal } from "../parts/feedback.ts";
import { officerName, runningShifts } from "../parts/shift_words.ts";
import { plateText } from "../parts/plate_text.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { PhoneLine } from "../parts/phone_line.tsx";

const SUBJECTS: readonly ConsultSubject[] = ["papers", "identity", "health", "goods", "emergency", "level", "other"];
const OF: readonly Consulted[] = ["lead", "duty", "hotline"];
/** The newest few: a question is about a vehicle that stands here. */
const RECENT = 3;

export function AskScreen({ back, asked }: { back(): void; asked(of: Consulted): void }): JSX.Element {
  const { core, state, texts, settings, at_hand } = useUi();
  const words = texts.consult;
  const [about, setAbout] = useState<ConsultSubject | null>(null);
  const [of, setOf] = useState<Consulted>(state.officer?.role === "lead" ? "duty" : "lead");
  const [plate, setPlate] = useState<string>(at_hand ?? "");
  const [recent, setRecent] = useState<readonly { normal: string; record: string }[]>([]);
  const [question, setQuestion] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    core.recent(12).then(
      (found) => setRecent(found.flatMap(({ plate: one, record, voided }) => (one === null || voided ? [] : [{ normal: one.normal, record }])).slice(0, RECENT)),
      () => undefined,
    );
  }, [core]);

  // The vehicle that stands here first.
  const plates = [...new Set([...(at_hand === null ? [] : [at_hand]), ...recent.map(({ normal }) => normal)])];
  const send = (): void => {
    if (about === null) return;
    setBusy(true);
    setError(null);
    const crossing = plate === at_hand ? undefined : recent.find(({ normal }) => normal === plate)?.record;
    const which = { plate: plate === "" ? null : plate, ...(crossing === undefined ? {} : { crossing }) };
    core.shifts.ask({ about, of, ...which, question }).then(
      () => {
        signal("saved", settings.sound);
        asked(of);
      },
      (reason: unknown) => {
        setBusy(false);
        signal("refused", settings.sound);
        setError(errorText(texts, reason));
      },
    );
  };
  return (
    <main class="screen team">
      <StepHead title={words.title} back={back} entered={question !== ""} />
      <div class="team-body">
        {error !== null && <Notice kind="bad">{error}</Notice>}
        <p class="label">{words.about}</p>
        <Chips label={words.about} columns={2} options={SUBJECTS} chosen={about} name={(one) => words.subjects[one]} choose={setAbout} />
        <p class="label">{words.whom}</p>
        <Chips label={words.whom} columns={3} options={OF} chosen={of} name={(one) => words.of[one]} choose={setOf} />
        <WhomToCall of={of} />
        {plates.length > 0 && (
          <>
            <p class="label">{words.plate}</p>
            <Chips label={words.plate} columns={2} options={["", ...plates]} chosen={plate} name={(one) => (one === "" ? words.no_plate : plateText(one))} choose={setPlate} />
          </>
        )}
        <label class="label" for="question">
          {words.question}
        </label>
        <textarea id="question" class="field" rows={2} maxLength={300} value={question} onInput={(event) => setQuestion(event.currentTarget.value)} />
      </div>
      <footer class="team-foot">
        <Button kind="primary" class="wide tall" disabled={busy || about === null} onPress={send}>
          {words.ask}
        </Button>
      </footer>
    </main>
  );
}

/** The numbers of whom one asks, or who the lead is. */
export function WhomToCall({ of }: { of: Consulted }): JSX.Element {
  const { core, state, texts } = useUi();
  const { on_duty, hotlines } = core.shift_packs.phones();
  if (of === "lead") {
    const lead = runningShifts(state)[0]?.lead ?? null;
    return (
      <p>
        {texts.team.lead}: <strong>{lead === null ? texts.team.no_lead : officerName(core, lead)}</strong>
      </p>
    );
  }
  const lines = of === "duty" ? on_duty.map(({ name, number, title }) => ({ name, number, hint: title })) : hotlines.slice(0, 2).map(({ name, number, kind }) => ({ name, number, hint: texts.phones.kinds[kind] }));
  return lines.length === 0 ? (
    <p>{of === "duty" ? texts.phones.nobody : texts.phones.none}</p>
  ) : (
    <ul class="phones">
      {lines.map((one) => (
        <PhoneLine key={one.number} {...one} />
      ))}
    </ul>
  );
}
