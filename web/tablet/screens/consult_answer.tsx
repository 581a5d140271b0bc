/** The answer to a question: what was decided, and on whose word. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Action, Consultation, Lead } from "../core/types.ts";
import { BadgeReader } from "../parts/badge_reader.tsx";
import { Button, Chips, Notice, StepHead } from "../parts/controls.tsx";
import { signal } from "../parts/feedback.ts";
import { PassIcon, ReferIcon, TurnBackIcon } from "../parts/icons.tsx";
import { PinPad } from "../parts/pin_pad.tsx";
import { QuestionLines } from "../parts/question_lines.tsx";
import { officerName } from "../parts/shift_words.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { WhomToCall } from "./consult_ask.tsx";

const DECISIONS = [
  { action: "passed", Icon: PassIcon },
  { action: "referred", Icon: ReferIcon },
  { action: "turned_back", Icon: TurnBackIcon },
] as const;

type By = "me" | "phone" | "badge";

export function AnswerScreen({ question, back, answered }: { question: Consultation; back(): void; answered(): void }): JSX.Element {
  const { core, state, texts, settings } = useUi();
  const words = texts.consult;
  const is_lead = state.officer?.role === "lead";
  const ways: readonly By[] = is_lead ? ["me", "phone"] : ["phone", "badge"];
  const leader = core.shift_packs.phones().on_duty[0]?.name ?? "";
  const [by, setBy] = useState<By>(is_lead && question.of === "lead" ? "me" : "phone");
  const lead = state.shifts.find(({ record }) => record === question.shift)?.lead ?? null;
  const [who, setWho] = useState(question.of === "duty" ? leader : question.of === "lead" && lead !== null && !is_lead ? officerName(core, lead) : "");
  const [answer, setAnswer] = useState("");
  const [decision, setDecision] = useState<Action | null>(null);
  const [badge, setBadge] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const write = async (action: Action, lead?: Lead): Promise<boolean> => {
    setBusy(true);
    setError(null);
    // Who is asked has to be named somehow: by badge, by name, or at least by what they are.
    const said_by = by === "phone" ? who.trim() || words.of[question.of] : "";
    try {
      await core.shifts.answer(question.shift, question.item, { decision: action, answer, answered_by: said_by, ...(lead === undefined ? {} : { lead }) });
      signal("saved", settings.sound);
      answered();
      return true;
    } catch (reason) {
      signal("refused", settings.sound);
      setError(errorText(texts, reason));
      setBadge(null);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const choose = (action: Action): void => {
    if (by === "badge") setDecision(action);
    else void write(action);
  };
  const bad = error === null ? null : <Notice kind="bad">{error}</Notice>;
  if (decision !== null) {
    return (
      <main class="screen shift">
        <StepHead title={`${texts.act[decision]} · ${words.by_badge}`} back={() => setDecision(null)} />
        {bad}
        {badge === null ? (
          <BadgeReader title={texts.wave.lead_badge} take={setBadge} failed={(reason) => setError(typeof reason === "string" ? reason : errorText(texts, reason))} />
        ) : (
          <PinPad label={texts.wave.lead_pin} action={texts.act[decision]} busy={busy} digits={6} submit={(pin) => write(decision, { badge_text: badge, pin })} />
        )}
      </main>
    );
  }
  return (
    <main class="screen team">
      <StepHead title={words.waiting} back={back} entered={answer !== ""} />
      <div class="team-body">
        {bad}
        <section class="consult">
          <QuestionLines question={question} />
        </section>
        {by !== "me" && <WhomToCall of={question.of} />}
        <p class="label">{words.answered_by}</p>
        <Chips label={words.answered_by} columns={2} options={ways} chosen={by} name={(one) => ({ me: words.by_me, phone: words.by_phone, badge: words.by_badge })[one]} choose={setBy} />
        {by === "phone" && (
          <>
            <label class="label" for="answered-by">
              {words.who}
            </label>
            <input id="answered-by" class="field" autocomplete="off" maxLength={100} placeholder={words.of[question.of]} value={who} onInput={(event) => setWho(event.currentTarget.value)} />
          </>
        )}
        <label class="label" for="answer-words">
          {words.words}
        </label>
        <input id="answer-words" class="field" autocomplete="off" maxLength={300} value={answer} onInput={(event) => setAnswer(event.currentTarget.value)} />
      </div>
      <footer class="team-foot">
        <p class="label">{words.decide}</p>
        <div class="decisions">
          {DECISIONS.map(({ action, Icon }) => (
            <Button key={action} class={`stacked ${action}`} disabled={busy} onPress={() => choose(action)}>
              <Icon />
              <span>{texts.act[action]}</span>
            </Button>
          ))}
        </div>
      </footer>
    </main>
  );
}
