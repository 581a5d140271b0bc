/** How many people: one more, one fewer. */

import type { JSX } from "preact";
import { MinusIcon, PeopleIcon, PlusIcon } from "./icons.tsx";
import { useUi } from "./ui.ts";

interface StepperProps {
  count: number;
  most: number;
  /** Those who were read; one where nobody was. */
  fewest?: number;
  change(count: number): void;
}

export function PeopleStepper({ count, most, fewest = 1, change }: StepperProps): JSX.Element {
  const { texts } = useUi();
  return (
    <div class="stepper" role="group" aria-label={texts.verdict.people}>
      <button type="button" class="step-button" aria-label={texts.verdict.fewer} disabled={count <= fewest} onClick={() => change(count - 1)}>
        <MinusIcon />
      </button>
      <output aria-label={texts.verdict.people}>
        <PeopleIcon />
        {count}
      </output>
      <button type="button" class="step-button" aria-label={texts.verdict.one_more} disabled={count >= most} onClick={() => change(count + 1)}>
        <PlusIcon />
      </button>
    </div>
  );
}
