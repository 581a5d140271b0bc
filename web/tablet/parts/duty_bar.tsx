/** One line on the lane's screen while the shift wants something: nobody has taken it, it is late, a question waits. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Texts } from "../texts/vi.ts";
import { type DutyWant, dutyWants } from "./duty_wants.ts";
import { AlertIcon, PeopleIcon, QuestionIcon, TickIcon } from "./icons.tsx";
import { ageText } from "./time.ts";
import { useUi } from "./ui.ts";

const ICONS = { answered: TickIcon, waiting: QuestionIcon, late: AlertIcon, overlap: AlertIcon, none: PeopleIcon };

/** What the shift wants, in words; `press` opens where it is done. */
export interface DutyNotice {
  kind: DutyWant["kind"];
  words: string;
  press(): void;
}

export function useDutyNotice(): DutyNotice | null {
  const { state, texts, now_ms, more } = useUi();
  const [seen, setSeen] = useState<string | null>(null);
  useEffect(() => setSeen(null), [state.officer?.id]);
  const want = dutyWants(state, now_ms + (state.clock_skew_ms ?? 0), seen);
  if (want === null) return null;
  const press = (): void => {
    if (want.kind === "answered") setSeen(want.item);
    more(want.kind === "answered" || want.kind === "waiting" ? "consult" : "shift");
  };
  return { kind: want.kind, words: wordsOf(want, texts), press };
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

function wordsOf(want: DutyWant, { act, ages, consult, team }: Texts): string {
  switch (want.kind) {
    case "answered":
      return consult.answered_bar(act[want.decision]);
    case "waiting":
      return consult.waiting_bar(want.count);
    case "late":
      return team.overdue(ageText(ages, want.late_ms));
    case "overlap":
      return team.overlap(want.count);
    case "none":
      return team.none_bar;
  }
}
