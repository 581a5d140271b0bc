/** Steps of the procedure to tick off, one large line each. */

import type { JSX } from "preact";
import type { Step } from "../core/types.ts";
import { TickIcon } from "./icons.tsx";
import { stepText } from "./shift_words.ts";
import { useUi } from "./ui.ts";

interface StepsProps {
  title: string;
  steps: readonly Step[];
  done: readonly string[];
  change(done: readonly string[]): void;
}

export function StepsList({ title, steps, done, change }: StepsProps): JSX.Element | null {
  const { texts, settings } = useUi();
  if (steps.length === 0) return null;
  const left = steps.filter(({ id }) => !done.includes(id)).length;
  return (
    <section class="steps-list">
      <h2>
        {title} <span class="hint">({texts.team.steps_left(left)})</span>
      </h2>
      {steps.map((step) => {
        const ticked = done.includes(step.id);
        return (
          <button
            type="button"
            key={step.id}
            role="checkbox"
            aria-checked={ticked}
            class={`step-tick ${ticked ? "chosen" : ""}`}
            onClick={() => change(ticked ? done.filter((id) => id !== step.id) : [...done, step.id])}
          >
            <span class="tick-box" aria-hidden="true">
              {ticked && <TickIcon />}
            </span>
            <span>{stepText(step, settings.language)}</span>
          </button>
        );
      })}
    </section>
  );
}
