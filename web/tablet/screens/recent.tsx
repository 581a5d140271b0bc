/** What crossed lately on this lane and on the others of the checkpoint. */

import type { ComponentChildren, JSX } from "preact";
import type { CrossingSummary } from "../core/types.ts";
import { Button, Notice, Sheet, StepHead } from "../parts/controls.tsx";
import { CrossingFacts, SentMark } from "../parts/crossing_facts.tsx";
import { errorWords } from "../parts/error_words.ts";
import { useHiding } from "../parts/hiding.ts";
import { OUTCOME_ICONS } from "../parts/icons.tsx";
import { laneName } from "../parts/names.ts";
import { plateText } from "../parts/plate_text.ts";
import { momentText } from "../parts/time.ts";
import { useUi } from "../parts/ui.ts";

interface RecentProps {
  recent: readonly CrossingSummary[];
  open(crossing: CrossingSummary): void;
  back(): void;
}

export function RecentScreen({ recent, open, back }: RecentProps): JSX.Element {
  const { texts } = useUi();
  return (
    <main class="screen list">
      <StepHead title={texts.recent.title} back={back} />
      {recent.length === 0 ? (
        <p class="empty">{texts.recent.empty}</p>
      ) : (
        <ul class="rows">
          {recent.map((crossing) => (
            <li key={crossing.record}>
              <button type="button" class="crossing-button" onClick={() => open(crossing)}>
                <CrossingFacts crossing={crossing} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </main>
  );
}

export function CrossingSheet({ crossing, close }: { crossing: CrossingSummary; close(): void }): JSX.Element {
  const { texts } = useUi();
  const [hidden] = useHiding();
  const Outcome = crossing.outcome === null ? null : OUTCOME_ICONS[crossing.outcome];
  return (
    <Sheet
      title={crossing.plate === null ? texts.recent.no_plate : plateText(crossing.plate.normal)}
      close={close}
      foot={
        <Button kind="primary" class="wide" onPress={close}>
          {texts.app.close}
        </Button>
      }
    >
      {crossing.voided && <Notice>{texts.recent.voided_explain}</Notice>}
      {crossing.outcome !== null && (
        <p class={`outcome-line ${crossing.outcome}`}>
          {Outcome !== null && <Outcome />}
          <strong>{texts.outcomes[crossing.outcome]}</strong>
        </p>
      )}
      <dl class="facts">
        <Fact name={texts.recent.time}>{momentText(crossing.time_ms)}</Fact>
        {crossing.direction !== null && <Fact name={texts.home.direction}>{texts.directions[crossing.direction]}</Fact>}
        {crossing.lane !== null && <Fact name={texts.shift.lane}>{laneName(texts.lanes, crossing.lane)}</Fact>}
        {crossing.vehicle_class !== null && <Fact name={texts.verdict.vehicle}>{texts.vehicles[crossing.vehicle_class]}</Fact>}
        <Fact name={texts.verdict.people}>
          {crossing.headcount}
          {crossing.name !== null && !hidden && ` · ${crossing.name}`}
        </Fact>
        {crossing.action !== null && <Fact name={texts.recent.action}>{texts.actions[crossing.action]}</Fact>}
        <Fact name={texts.recent.from}>{crossing.own ? texts.recent.here : texts.recent.elsewhere}</Fact>
      </dl>
      <SentMark crossing={crossing} />
      {crossing.code !== null && <p class="hint">{errorWords(texts, crossing.code) ?? crossing.code}</p>}
    </Sheet>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
