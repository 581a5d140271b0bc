/** A question of a shift, as every screen shows it. */

import type { JSX } from "preact";
import type { Consultation } from "../core/types.ts";
import { QuestionIcon } from "./icons.tsx";
import { plateText } from "./plate_text.ts";
import { officerName } from "./shift_words.ts";
import { ageText } from "./time.ts";
import { useUi } from "./ui.ts";

/** What is asked, by whom, about which vehicle. */
export function QuestionLines({ question }: { question: Consultation }): JSX.Element {
  const { core, state, texts, now_ms } = useUi();
  const words = texts.consult;
  const age = ageText(texts.ages, now_ms + (state.clock_skew_ms ?? 0) - question.asked_ms);
  return (
    <>
      <span class="consult-what">
        <QuestionIcon /> <strong>{words.subjects[question.about]}</strong>
        {question.plate !== null && <span class="consult-plate"> · {plateText(question.plate)}</span>}
      </span>
      {question.question !== "" && <span>{question.question}</span>}
      <span class="hint">
        {words.asked(officerName(core, question.asked_by), age)} · {words.of[question.of]}
      </span>
    </>
  );
}
