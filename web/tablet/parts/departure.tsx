/** When the journey began: asked only where a level rose since, and the answer changes what counts. */

import type { JSX } from "preact";
import { Chips } from "./controls.tsx";
import { departureAnswers, givenAnswer } from "./departure_answers.ts";
import { When } from "./announced_bar.tsx";
import { clockText } from "./time.ts";
import { useUi } from "./ui.ts";

interface DepartureProps {
  /** The rises, oldest first. */
  rises_ms: readonly number[];
  /** Just before one of them, or at the last one: no sooner. */
  departed_ms: number | null;
  /** The levels that count are those of the departure. */
  grace: boolean;
  choose(departed_ms: number): void;
}

export function DepartureRow({ rises_ms, departed_ms, grace, choose }: DepartureProps): JSX.Element | null {
  const { texts } = useUi();
  const last = rises_ms[rises_ms.length - 1];
  if (last === undefined) return null;
  const answers = departureAnswers(rises_ms);
  const chosen = givenAnswer(answers, departed_ms);
  const name = (one: string): string => {
    if (Number(one) === last) return texts.departure.no;
    return rises_ms.length === 1 ? texts.departure.yes : texts.departure.before(clockText(Number(one) + 1));
  };
  return (
    <section class="departure">
      <p class="departure-question">
        {texts.departure.question} <When time_ms={last} />?
      </p>
      <Chips label={texts.departure.label} columns={rises_ms.length === 1 ? 2 : 3} options={answers.map(String)} chosen={String(chosen)} name={name} choose={(one) => choose(Number(one))} />
      {grace && <p class="departure-grace">{texts.departure.grace}</p>}
    </section>
  );
}
