/** One line on the lane's screen while the shift wants something: nobody has taken it, it is late, a question waits. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { AlertIcon, PeopleIcon, QuestionIcon, TickIcon } from "./icons.tsx";
import { lateMs, runningShifts } from "./shift_words.ts";
import { ageText } from "./time.ts";
import { useUi } from "./ui.ts";

/** An answer of another tablet stays in sight so long. */
const ANSWER_MS = 5 * 60_000;

export function DutyBar(): JSX.Element | null {
  const { state, texts, now_ms, more } = useUi();
  const [seen, setSeen] = useState<string | null>(null);
  const running = runningShifts(state);
  const server_ms = now_ms + (state.clock_skew_ms ?? 0);
  const consults = running.flatMap((shift) => shift.consults);
  const me = state.officer?.id;
  const waiting = consults.filter(({ decision, asked_by, of }) => decision === null && (asked_by === me || (of === "lead" && state.officer?.role === "lead")));
  const answer = consults.find(({ decision, asked_by, decided_by, decided_ms, item }) => decision !== null && asked_by === me && decided_by !== null && decided_by !== me && server_ms - (decided_ms ?? 0) < ANSWER_MS && item !== seen);
  const late = running.find((shift) => lateMs(shift, server_ms) > 0);
  useEffect(() => setSeen(null), [me]);
  // A volunteer scans and nothing else.
  if (state.officer === null || state.officer.role === "volunteer") return null;
  if (answer !== undefined && answer.decision !== null) {
    return (
      <Bar kind="good" press={() => (setSeen(answer.item), more("consult"))}>
        <TickIcon />
        <strong>{texts.consult.answered_bar(texts.act[answer.decision])}</strong>
      </Bar>
    );
  }
  if (waiting.length > 0) {
    return (
      <Bar kind="look" press={() => more("consult")}>
        <QuestionIcon />
        <strong>{texts.consult.waiting_bar(waiting.length)}</strong>
      </Bar>
    );
  }
  if (late !== undefined) {
    return (
      <Bar kind="bad" press={() => more("shift")}>
        <AlertIcon />
        <strong>{texts.team.overdue(ageText(texts.ages, lateMs(late, server_ms)))}</strong>
      </Bar>
    );
  }
  if (running.length !== 1) {
    return (
      <Bar kind="look" press={() => more("shift")}>
        <PeopleIcon />
        <strong>{running.length === 0 ? texts.team.none_bar : texts.team.overlap(running.length)}</strong>
      </Bar>
    );
  }
  return null;
}

function Bar({ kind, press, children }: { kind: "look" | "bad" | "good"; press(): void; children: JSX.Element[] }): JSX.Element {
  return (
    <button type="button" class={`duty-bar ${kind}`} onClick={press}>
      {children}
    </button>
  );
}
