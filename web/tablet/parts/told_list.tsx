/** Alerts of the home server about crossings of this checkpoint: what turned out, which crossing, what to do. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CrossingSummary, ToldAlert } from "../core/types.ts";
import { Button } from "./controls.tsx";
import { AlertIcon, PassIcon } from "./icons.tsx";
import { plateText } from "./plate_text.ts";
import { momentText } from "./time.ts";
import { useUi } from "./ui.ts";

export function ToldList({ told }: { told: readonly ToldAlert[] }): JSX.Element {
  const { core, texts } = useUi();
  const [busy, setBusy] = useState(false);
  const words = texts.told;
  const unseen = told.filter(({ seen }) => !seen).map(({ alert }) => alert);
  const read = (): void => {
    setBusy(true);
    // What could not be remembered is simply shown again.
    void core.told
      .markRead(unseen)
      .catch(() => undefined)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <p class="label">{words.label}</p>
      {told.map((one) => (
        <ToldCard key={one.alert} told={one} />
      ))}
      {unseen.length > 0 && (
        <Button kind="primary" class="wide" disabled={busy} onPress={read}>
          {words.read(unseen.length)}
        </Button>
      )}
    </>
  );
}

function ToldCard({ told }: { told: ToldAlert }): JSX.Element {
  const { texts } = useUi();
  const words = texts.told;
  const { what, todo } = words.codes[told.code] ?? { what: words.other, todo: words.other_todo };
  const Icon = told.seen ? PassIcon : AlertIcon;
  return (
    <section class={`reading ${told.seen ? "ok" : "look"}`}>
      <Icon />
      <div>
        <p class="reading-head">
          <strong>{what}</strong>
          <span class="reading-grade">{told.taken ? words.taken : told.seen ? words.seen : words.fresh}</span>
        </p>
        {told.crossings.length === 0 && <p>{momentText(told.occurred_ms)}</p>}
        {told.crossings.map((crossing) => (
          <p key={crossing.record}>{crossingText(crossing)}</p>
        ))}
        <p>{todo}</p>
      </div>
    </section>
  );

  function crossingText({ plate, time_ms, lane }: CrossingSummary): string {
    const where = lane === null ? "" : ` · ${texts.shift.lane} ${texts.lanes[lane] ?? lane}`;
    return `${plate === null ? texts.recent.no_plate : plateText(plate.normal)}${where} · ${momentText(time_ms)}`;
  }
}
