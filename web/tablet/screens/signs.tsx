/** Temperature and symptoms of one person in two taps: the last digit of the temperature, and «không triệu chứng». */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { FEVER_C, SYMPTOMS } from "../../shared/rules/signs.ts";
import type { DraftPerson } from "../core/types.ts";
import { Button, Chips, StepHead } from "../parts/controls.tsx";
import { ReferIcon, TickIcon } from "../parts/icons.tsx";
import { degreesText, type NotedSigns } from "../parts/signs.ts";
import { useUi } from "../parts/ui.ts";

const WHOLES = ["35", "36", "37", "38", "39", "40"] as const;
const TENTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
/** What most people have; one tap then says the temperature. */
const USUAL = "36";

interface SignsProps {
  /** 1 for the first person of a crossing. */
  number: number;
  person: DraftPerson;
  done(signs: NotedSigns): void;
  back(): void;
}

export function SignsScreen({ number, person, done, back }: SignsProps): JSX.Element {
  const { texts } = useUi();
  const words = texts.signs;
  const before = person.temperature_c?.toFixed(1).split(".");
  const [whole, setWhole] = useState(WHOLES.find((one) => one === before?.[0]) ?? USUAL);
  const [tenth, setTenth] = useState<number | null>(before === undefined ? null : Number(before[1]));
  const [symptoms, setSymptoms] = useState<readonly string[]>(person.symptoms ?? []);
  const [exposure, setExposure] = useState(person.exposure ?? false);
  const measured = tenth === null ? null : Number(`${whole}.${tenth}`);
  const fever = measured !== null && measured >= FEVER_C;
  const nothing = symptoms.length === 0 && !exposure;
  const turn = (one: string): void => setSymptoms(symptoms.includes(one) ? symptoms.filter((other) => other !== one) : [...symptoms, one]);
  // Who declares by word of mouth is asked what the form asks.
  const declares = person.identified_by === "on_behalf" || person.identified_by === "phone_lookup";
  const finish = (): void =>
    done({
      ...(measured === null ? {} : { temperature_c: measured }),
      symptoms: SYMPTOMS.filter((one) => symptoms.includes(one)),
      ...(declares || exposure ? { exposure } : {}),
    });
  return (
    <main class="screen person signs">
      <StepHead title={number === 1 ? words.title : `${words.title} · ${texts.person.title_nth(number)}`} back={back} />
      <div class="scroll">
        <output class={`degrees ${measured === null ? "empty" : fever ? "fever" : "well"}`}>
          {measured === null ? (
            words.not_measured
          ) : (
            <>
              {fever ? <ReferIcon /> : <TickIcon />}
              <span>{degreesText(texts, measured)}</span>
              <strong>{fever ? words.fever : words.no_fever}</strong>
            </>
          )}
        </output>
        <div class="degree-keys">
          <Chips label={words.whole} columns={3} options={WHOLES} chosen={whole} name={(one) => `${one}°`} choose={setWhole} />
          <div class="keypad tenths" role="group" aria-label={words.tenth}>
            {TENTHS.map((one) => (
              <button type="button" key={one} class={`key ${one === tenth ? "chosen" : ""}`} aria-pressed={one === tenth} aria-label={degreesText(texts, Number(`${whole}.${one}`))} onClick={() => setTenth(one === tenth ? null : one)}>
                {words.mark}
                {one}
              </button>
            ))}
          </div>
        </div>
        <div class="chips columns-3" role="group" aria-label={words.which}>
          {SYMPTOMS.map((one) => (
            <Toggle key={one} on={symptoms.includes(one)} press={() => turn(one)}>
              {words.symptoms[one] ?? one}
            </Toggle>
          ))}
        </div>
        {declares && (
          <Toggle on={exposure} press={() => setExposure(!exposure)}>
            {words.exposure}
          </Toggle>
        )}
      </div>
      <footer class="foot">
        <Button kind="primary" class="wide tall" onPress={finish}>
          {nothing ? words.none : texts.app.next}
        </Button>
      </footer>
    </main>
  );
}

/** One of several that may all hold; ticked, not only coloured. */
function Toggle({ on, press, children }: { on: boolean; press(): void; children: string }): JSX.Element {
  return (
    <button type="button" class={`chip ${on ? "chosen" : ""}`} aria-pressed={on} onClick={press}>
      {on && <TickIcon class="chip-tick" />}
      <span>{children}</span>
    </button>
  );
}
