/** One line on the lane's screen while the shift wants something: nobody has taken it, it is late, a question waits. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { AlertIcon, PeopleIcon, QuestionIcon, TickIcon } from "./icons.tsx";
import { lateMs, runningShifts } from "./shift_words.ts";
import { ageText } from "./time.ts";
import { useUi } from "./ui.ts";

/** An answer that another tablet or the console gave stays in sight so long. */
const ANSWER_MS = 5 * 60_000;
const ICONS = { answered: TickIcon, waiting: QuestionIcon, late: AlertIcon, none: PeopleIcon };

/** What the shift wants, most urgent first; `press` opens where it is done. */
export interface DutyNotice {
  kind: keyof typeof ICONS;
  words: string;
  press(): void;
}

export function useDutyNotice(): DutyNotice | null {
  const { state, texts, now_ms, more } = useUi();
  const [seen, setSeen] = useState<string | null>(null);
  const me = state.officer?.id;
  useEffect(() => setSeen(null), [me]);
  // A volunteer scans and nothing else.
  if (state.officer === null || state.officer.role === "volunteer") return null;
  const is_lead = state.officer.role === "lead";
  const running = runningShifts(state);
  const server_ms = now_ms + (state.clock_skew_ms ?? 0);
  const consults = running.flatMap((shift) => shift.consults);
  const mine = consults.filter(({ asked_by }) => asked_by === me);
  const answer = mine.find(({ decided_by, decided_ms, item }) => decided_by !== null && decided_by !== me && server_ms - (decided_ms ?? 0) < ANSWER_MS && item !== seen);
  if (answer !== undefined && answer.decision !== null) {
    const { decision, item } = answer;
    const press = (): void => {
      setSeen(item);
      more("consult");
    };
    return { kind: "answered", words: texts.consult.answered_bar(texts.act[decision]), press };
  }
  const waiting = consults.filter(({ decision, asked_by, of }) => decision === null && (asked_by === me || (of === "lead" && is_lead)));
  if (waiting.length > 0) return { kind: "waiting", words: texts.consult.waiting_bar(waiting.length), press: () => more("consult") };
  const late = running.find((shift) => lateMs(shift, server_ms) > 0);
  const press = (): void => more("shift");
  if (late !== undefined) return { kind: "late", words: texts.team.overdue(ageText(texts.ages, lateMs(late, server_ms))), press };
  if (running.length === 0) return { kind: "none", words: texts.team.none_bar, press };
  return running.length === 1 ? null : { kind: "late", words: texts.team.overlap(running.length), press };
}

export function DutyBar({ notice: { kind, words, press } }: { notice: DutyNotice }): JSX.Element {
  const Icon = ICONS[kind];
  return (
    <button type="button" class={`duty-bar ${kind}`} onClick={press}>
      <Icon />
      <strong>{words}</strong>
    </button>
  );
}
