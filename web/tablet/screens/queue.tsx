/** How long the lane's queue is: one tap on a number, and how long who joins it will wait. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Noted } from "../core/types.ts";
import { type Pace, waitSeconds } from "../core/gate_figures.ts";
import { Button, Chips, Notice, StepHead } from "../parts/controls.tsx";
import { signal } from "../parts/feedback.ts";
import { Keypad } from "../parts/keypad.tsx";
import { laneName } from "../parts/names.ts";
import { clockText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";
import type { OtherProps } from "./other_props.ts";

const LENGTHS = ["0", "5", "10", "20", "30", "50", "100"] as const;
const HOURS_SHOWN_MS = 6 * 3_600_000;
const SHOWN = 5;
const LONGEST = 4;

export default function QueueScreen({ close }: OtherProps): JSX.Element {
  const { core, state, texts, settings } = useUi();
  const lanes = state.checkpoint?.lanes ?? [];
  const [lane, setLane] = useState(state.lane ?? lanes[0] ?? "");
  const [typed, setTyped] = useState("");
  const [exact, setExact] = useState(false);
  const [pace, setPace] = useState<Pace | null>(null);
  const [before, setBefore] = useState<readonly Noted[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const words = texts.queue;

  useEffect(() => {
    let gone = false;
    core.gate.pace(lane).then((found) => !gone && setPace(found), () => undefined);
    return () => {
      gone = true;
    };
  }, [lane, state.unsent, state.last_contact_ms]);
  useEffect(() => {
    core.noting.own("queue", Date.now() - HOURS_SHOWN_MS).then(setBefore, () => undefined);
  }, [state.unsent]);
  const wait_s = typed === "" || pace === null ? null : waitSeconds(Number(typed), pace);
  const save = (): void => {
    setBusy(true);
    setError(null);
    const fields = { lane, length_vehicles: Number(typed), ...(wait_s === null ? {} : { wait_s: Math.min(86_400, wait_s) }) };
    core.noting
      .write({ kind: "queue", fields })
      .then(
        () => {
          signal("saved", settings.sound);
          setTyped("");
        },
        (reason: unknown) => {
          signal("refused", settings.sound);
          setError(errorText(texts, reason));
        },
      )
      .finally(() => setBusy(false));
  };
  return (
    <main class="screen queue">
      <StepHead title={words.title} back={close} />
      <div class="scroll">
        {error !== null && <Notice kind="bad">{error}</Notice>}
        {lanes.length > 1 && <Chips label={texts.shift.lane} options={lanes} chosen={lane} name={(one) => laneName(texts.lanes, one)} choose={setLane} />}
        <p class="label">{words.how_many}</p>
        <Chips label={words.how_many} columns={4} options={LENGTHS} chosen={typed as (typeof LENGTHS)[number]} name={(one) => one} choose={setTyped} />
        {exact ? (
          <>
            <output class="quantity">{typed === "" ? "–" : typed}</output>
            <Keypad press={(key) => setTyped((now) => String(Number((now + key).slice(0, LONGEST))))} erase={() => setTyped((now) => now.slice(0, -1))} />
          </>
        ) : (
          <Button class="wide" onPress={() => setExact(true)}>
            {words.exact}
          </Button>
        )}
        <section class="wait" role="status" aria-label={words.wait}>
          <p>{words.wait}</p>
          <strong>{wait_s === null ? "–" : words.minutes(Math.ceil(wait_s / 60))}</strong>
          <p class="hint">{pace === null || pace.seconds_each === null ? words.no_pace : words.pace(Math.round(3600 / pace.seconds_each), pace.passed)}</p>
        </section>
        <ul class="queue-before">
          {[...before]
            .reverse()
            .slice(0, SHOWN)
            .map(({ record, time_ms, values }) => (
              <li key={record}>
                {clockText(time_ms)} · {laneName(texts.lanes, String(values["lane"]))} · {words.vehicles(Number(values["length_vehicles"]))}
                {typeof values["wait_s"] === "number" && ` · ${words.minutes(Math.ceil(values["wait_s"] / 60))}`}
              </li>
            ))}
        </ul>
      </div>
      <footer class="foot">
        <Button kind="primary" class="wide tall" disabled={typed === "" || busy} onPress={save}>
          {busy ? texts.verdict.saving : words.save}
        </Button>
      </footer>
    </main>
  );
}
