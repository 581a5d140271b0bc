/** The plate: two province digits, letters, digits; one tap a character, nothing refused. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Plate } from "../core/types.ts";
import { PROVINCES } from "../../shared/credentials/plate_provinces.ts";
import { Button, Sheet } from "./controls.tsx";
import { EraseIcon } from "./icons.tsx";
import { Keypad } from "./keypad.tsx";
import { likelyCodes } from "./plate_local.ts";
import { TurnedBackNote } from "./turned_back_note.tsx";
import { LONGEST_PLATE, PLATE_LETTERS, plateFrom, platePhase, plateText } from "./plate_text.ts";
import { useUi } from "./ui.ts";

const SHORTCUTS = 4;

interface PlateSheetProps {
  plate: Plate | null;
  /** Normal forms of plates seen lately: their provinces become shortcuts. */
  seen: readonly string[];
  done(plate: Plate | null): void;
  close(): void;
}

export function PlateSheet({ plate, seen, done, close }: PlateSheetProps): JSX.Element {
  const { texts, state } = useUi();
  const [typed, setTyped] = useState(plate?.normal ?? "");
  /** Chosen by hand: for military and diplomatic plates, which follow no order. */
  const [forced, setForced] = useState<"letters" | "digits" | null>(null);
  const press = (keys: string): void => {
    setTyped((before) => (before + keys).slice(0, LONGEST_PLATE));
    setForced(null);
  };
  const erase = (): void => setTyped((before) => before.slice(0, -1));
  const phase = platePhase(typed);
  const letters = forced === "letters" || (forced === null && phase === "series");
  const shown = plateFrom(typed);
  const province = PROVINCES.get(typed.slice(0, 2));
  return (
    <Sheet
      title={texts.plates.title}
      close={close}
      foot={
        <div class="pair">
          <Button onPress={() => done(null)}>{texts.plates.clear}</Button>
          <Button kind="primary" disabled={shown === null} onPress={() => done(shown)}>
            {texts.app.done}
          </Button>
        </div>
      }
    >
      <div class="plate-line">
        <output class={`plate ${typed === "" ? "empty" : ""}`}>{typed === "" ? texts.plates.empty : plateText(shown?.normal ?? typed)}</output>
      </div>
      <p class="plate-about">
        {province ?? " "}
        {shown !== null && phase === "number" && shown.candidates.length > 0 && (
          <span class="candidates">
            {shown.candidates.slice(0, 3).map((candidate) => (
              <span class="tag" key={candidate}>
                {texts.plate_classes[candidate] ?? candidate}
              </span>
            ))}
          </span>
        )}
      </p>
      <TurnedBackNote plate={shown?.normal ?? null} />
      {letters ? (
        <LetterPad digits={/[A-Z]$/.test(typed)} press={press} erase={erase} toDigits={() => setForced("digits")} />
      ) : (
        <>
          {phase === "province" && typed === "" && (
            <div class="shortcuts" role="group" aria-label={texts.plates.local}>
              {likelyCodes(state.checkpoint?.province ?? null, seen, SHORTCUTS).map((code) => (
                <button type="button" class="key shortcut" key={code} onClick={() => press(code)}>
                  {code}
                </button>
              ))}
            </div>
          )}
          <Keypad press={(key) => (key === "letters" ? setForced("letters") : press(key))} erase={erase} extra={{ key: "letters", name: texts.plates.letters }} />
        </>
      )}
    </Sheet>
  );
}

interface LetterPadProps {
  /** After a first letter either may follow, so both are shown. */
  digits: boolean;
  press(key: string): void;
  erase(): void;
  toDigits(): void;
}

function LetterPad({ digits, press, erase, toDigits }: LetterPadProps): JSX.Element {
  const { texts } = useUi();
  return (
    <div class="letterpad">
      {digits &&
        [..."1234567890"].map((key) => (
          <button type="button" class="key digit" key={key} onClick={() => press(key)}>
            {key}
          </button>
        ))}
      {[...PLATE_LETTERS].map((key) => (
        <button type="button" class="key" key={key} onClick={() => press(key)}>
          {key}
        </button>
      ))}
      <button type="button" class="key word wide-2" onClick={toDigits}>
        {texts.plates.digits}
      </button>
      <button type="button" class="key wide-3" aria-label={texts.app.delete_one} onClick={erase}>
        <EraseIcon />
      </button>
    </div>
  );
}
