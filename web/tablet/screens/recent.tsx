/** What crossed lately on this lane and on the others of the checkpoint. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Sought } from "../core/gate_figures.ts";
import { complaintCode, shownCode } from "../../shared/sync/complaint.ts";
import type { CrossingSummary } from "../core/types.ts";
import { Button, Chips, Notice, Sheet, StepHead } from "../parts/controls.tsx";
import { CrossingFacts, SentMark } from "../parts/crossing_facts.tsx";
import { errorWords } from "../parts/error_words.ts";
import { useHiding } from "../parts/hiding.ts";
import { CrossIcon, OUTCOME_ICONS, SearchIcon } from "../parts/icons.tsx";
import { laneName } from "../parts/names.ts";
import { PlateSheet } from "../parts/plate_field.tsx";
import { plateFrom, plateText } from "../parts/plate_text.ts";
import { momentText } from "../parts/time.ts";
import { useUi } from "../parts/ui.ts";
import { MendSheet } from "./mend.tsx";

interface RecentProps {
  recent: readonly CrossingSummary[];
  open(crossing: CrossingSummary): void;
  back(): void;
}

type Filter = "all" | "in" | "out" | "turned_back" | "voided";
const FILTERS: readonly Filter[] = ["all", "in", "out", "turned_back", "voided"];
const LISTED = 100;

function soughtBy(filter: Filter, plate: string): Sought {
  const what: Sought = filter === "in" || filter === "out" ? { direction: filter } : filter === "turned_back" ? { action: filter } : filter === "voided" ? { voided: true } : {};
  return plate === "" ? what : { ...what, plate };
}

export function RecentScreen({ recent, open, back }: RecentProps): JSX.Element {
  const { core, texts } = useUi();
  const [filter, setFilter] = useState<Filter>("all");
  const [plate, setPlate] = useState("");
  const [typing, setTyping] = useState(false);
  const [found, setFound] = useState<readonly CrossingSummary[] | null>(null);
  const words = texts.recent;
  useEffect(() => {
    let gone = false;
    if (filter === "all" && plate === "") setFound(null);
    else core.gate.find(soughtBy(filter, plate), LISTED).then((list) => !gone && setFound(list), () => undefined);
    return () => {
      gone = true;
    };
  }, [filter, plate, recent]);
  const shown = found ?? recent;
  return (
    <main class="screen list">
      <StepHead title={words.title} back={back} />
      <div class="history-search">
        <Button class={`wide start ${plate === "" ? "" : "chosen"}`} onPress={() => setTyping(true)}>
          <SearchIcon />
          <span>{plate === "" ? words.search : words.searched(plateText(plate))}</span>
        </Button>
        {plate !== "" && (
          <Button class="square" label={words.search_end} onPress={() => setPlate("")}>
            <CrossIcon />
          </Button>
        )}
      </div>
      <Chips label={words.filter} columns={5} options={FILTERS} chosen={filter} name={(one) => words.filters[one]} choose={setFilter} />
      {shown.length === 0 ? (
        <p class="empty">{found === null ? words.empty : words.not_found}</p>
      ) : (
        <ul class="rows">
          {shown.map((crossing) => (
            <li key={crossing.record}>
              <button type="button" class="crossing-button" onClick={() => open(crossing)}>
                <CrossingFacts crossing={crossing} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {typing && (
        <PlateSheet
          title={words.search}
          plate={plateFrom(plate)}
          seen={recent.flatMap((one) => (one.plate === null ? [] : [one.plate.normal]))}
          close={() => setTyping(false)}
          done={(typed) => {
            setPlate(typed?.normal ?? "");
            setTyping(false);
          }}
        />
      )}
    </main>
  );
}

export function CrossingSheet({ crossing, close }: { crossing: CrossingSummary; close(): void }): JSX.Element {
  const { state, texts } = useUi();
  const [hidden] = useHiding();
  const [mending, setMending] = useState(false);
  const Outcome = crossing.outcome === null ? null : OUTCOME_ICONS[crossing.outcome];
  if (mending) return <MendSheet crossing={crossing} close={() => setMending(false)} done={close} />;
  return (
    <Sheet
      title={crossing.plate === null ? texts.recent.no_plate : plateText(crossing.plate.normal)}
      close={close}
      foot={
        <div class="pair">
          {state.officer?.role !== "volunteer" && <Button onPress={() => setMending(true)}>{texts.mend.open}</Button>}
          <Button kind="primary" onPress={close}>
            {texts.app.close}
          </Button>
        </div>
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
        <Fact name={texts.recent.complaint_code}>
          <strong class="code-fact">{shownCode(complaintCode(crossing.record))}</strong>
        </Fact>
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
