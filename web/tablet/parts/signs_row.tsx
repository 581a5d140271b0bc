/** On the verdict: what was measured and asked, and whom to call at once where it alarms. */

import type { JSX } from "preact";
import type { Asking, CrossingDraft } from "../core/types.ts";
import { ThermometerIcon } from "./icons.tsx";
import { firstUnasked, isAlarming, signsText } from "./signs.ts";
import { useUi } from "./ui.ts";

/** Whom to call; the checkpoint's own number where the book names no health centre. */
export function HealthCall({ text }: { text: string }): JSX.Element {
  const { core, state, texts } = useUi();
  const centre = core.shift_packs.phones().hotlines.find(({ kind }) => kind === "health");
  const number = centre?.number ?? state.checkpoint?.hotline ?? "";
  const name = centre?.name ?? texts.signs.checkpoint;
  return (
    <section class="health-call" role="alert">
      {text !== "" && <p>{text}</p>}
      {number !== "" && (
        <a class="button primary wide" href={`tel:${number.replace(/[^0-9+]/g, "")}`}>
          {texts.signs.call(name, number)}
        </a>
      )}
    </section>
  );
}

interface SignsRowProps {
  draft: CrossingDraft;
  asking: Asking;
  /** Asks this person, counted from 0. */
  open(at: number): void;
}

export function SignsRow({ draft: { people }, asking, open }: SignsRowProps): JSX.Element | null {
  const { texts } = useUi();
  if (asking === "skip" || people.length === 0) return null;
  const next = firstUnasked(people);
  const asked = people.filter(({ symptoms }) => symptoms !== undefined);
  const last = asked[asked.length - 1];
  const said = last === undefined ? null : signsText(texts, asked.find(isAlarming) ?? last);
  return (
    <button type="button" class="row signs-row" onClick={() => open(next === -1 ? people.length - 1 : next)}>
      <ThermometerIcon />
      {said === null ? (
        <span class="row-empty">{texts.signs.row}</span>
      ) : (
        <span class="row-value">
          {people.length > 1 && `${texts.signs.asked(asked.length, people.length)}: `}
          {said}
        </span>
      )}
    </button>
  );
}
