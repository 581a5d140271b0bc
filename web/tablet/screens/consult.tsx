/** «Xin ý kiến»: a decision is asked for, and what was answered is recorded with who answered. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Action, Consultation } from "../core/types.ts";
import { Button, Notice, StepHead } from "../parts/controls.tsx";
import { TickIcon } from "../parts/icons.tsx";
import { dutyWants } from "../parts/duty_wants.ts";
import { QuestionLines } from "../parts/question_lines.tsx";
import { officerName, runningShifts } from "../parts/shift_words.ts";
import { useUi } from "../parts/ui.ts";
import { AnswerScreen } from "./consult_answer.tsx";
import { AskScreen } from "./consult_ask.tsx";

/** In place of a question's key. */
const NEWEST = "newest";

export default function ConsultScreen({ close }: { close(): void }): JSX.Element {
  const { state, texts, now_ms } = useUi();
  // Whoever comes for an answer must not be asked what to ask.
  const answer_is_new = dutyWants(state, now_ms + (state.clock_skew_ms ?? 0), null)?.kind === "answered";
  const consults = runningShifts(state).flatMap((shift) => shift.consults);
  const waiting = consults.filter(({ decision }) => decision === null);
  const answered = consults.filter(({ decision }) => decision !== null).reverse();
  const [asking, setAsking] = useState(waiting.length === 0 && !answer_is_new);
  const [chosen, setChosen] = useState<string | null>(null);
  const [told, setTold] = useState(false);
  const words = texts.consult;
  // The record may change while it is on the screen: another tablet answers.
  const shown = (chosen === NEWEST ? waiting[waiting.length - 1] : waiting.find((one) => keyOf(one) === chosen)) ?? null;
  if (asking) {
    return (
      <AskScreen
        back={waiting.length + answered.length === 0 ? close : () => setAsking(false)}
        asked={(of) => {
          setAsking(false);
          setTold(false);
          // At the telephone the answer comes now; a lead may answer from another lane.
          setChosen(of === "lead" ? null : NEWEST);
        }}
      />
    );
  }
  if (shown !== null) {
    return (
      <AnswerScreen
        question={shown}
        back={() => setChosen(null)}
        answered={() => {
          setChosen(null);
          setTold(true);
        }}
      />
    );
  }
  return (
    <main class="screen team">
      <StepHead title={words.title} back={close} />
      <div class="team-body">
        {told && <Notice kind="good">{words.saved}</Notice>}
        {waiting.map((one) => (
          <button type="button" key={keyOf(one)} class="consult waiting" onClick={() => setChosen(keyOf(one))}>
            <QuestionLines question={one} />
            <strong class="consult-act">{words.record}</strong>
          </button>
        ))}
        {answered.length > 0 && <h2>{words.earlier}</h2>}
        {answered.map((one) => (
          <section key={keyOf(one)} class="consult answered">
            <QuestionLines question={one} />
            <Decided question={one} />
          </section>
        ))}
      </div>
      <footer class="team-foot">
        <Button kind={waiting.length === 0 ? "primary" : "plain"} class="wide tall" onPress={() => setAsking(true)}>
          {words.new_one}
        </Button>
      </footer>
    </main>
  );
}

function keyOf({ shift, item }: Consultation): string {
  return `${shift} ${item}`;
}

function Decided({ question }: { question: Consultation }): JSX.Element {
  const { core, texts } = useUi();
  // A leader at the console is on no roster of ours, but says a name.
  const who = question.answered_by !== "" || question.decided_by === null ? question.answered_by : officerName(core, question.decided_by);
  return (
    <>
      <span class="consult-decision">
        <TickIcon />
        <strong>{texts.consult.answered(texts.act[question.decision as Action], who === "" ? texts.consult.of[question.of] : who)}</strong>
      </span>
      {question.answer !== "" && <span>{question.answer}</span>}
    </>
  );
}
