/**
 * The plate's own keypad: digits and letters always in the same places, so that any plate costs one tap
 * a character. What likely comes next is bright; nothing is refused.
 */

import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { PROVINCES } from "../../shared/credentials/plate_provinces.ts";
import { EraseIcon } from "./icons.tsx";
import { likelyPlates, likelyStarts } from "./plate_local.ts";
import { likelyKeys, LONGEST_PLATE, OTHER_LETTERS, PLATE_LETTERS, plateFrom, plateText } from "./plate_text.ts";
import { TurnedBackNote } from "./turned_back_note.tsx";
import { useUi } from "./ui.ts";

const SUGGESTIONS = 5;
const PLATES = 3;
const CANDIDATES = 3;

interface PlatePadProps {
  typed: string;
  change(typed: string): void;
  /** Normal forms of plates seen lately, newest first. */
  seen: readonly string[];
  /** The key Enter, at a desk. */
  enter?(): void;
}

export function PlatePad({ typed, change, seen, enter }: PlatePadProps): JSX.Element {
  const { texts, state } = useUi();
  const [foreign, setForeign] = useState(false);
  const words = texts.plates;
  /** What is typed by now: two keys may come before the first is on the screen. */
  const now = useRef(typed);
  now.current = typed;
  const type = (next: string): void => {
    now.current = next.slice(0, LONGEST_PLATE);
    change(now.current);
  };
  const press = (keys: string): void => type(now.current + keys);
  const erase = (): void => type(now.current.slice(0, -1));
  // With the picture, not after it: Enter would take what was typed before the last key.
  useLayoutEffect(() => {
    const key = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.target instanceof HTMLInputElement) return;
      const character = event.key.toUpperCase();
      if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) enter?.();
      else if (event.key === "Backspace") erase();
      else if (/^[0-9A-ZĐ]$/.test(character)) press(character);
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  });
  const { digits, letters } = likelyKeys(typed);
  const starts = typed === "" ? likelyStarts(state.checkpoint?.province ?? null, seen, SUGGESTIONS) : [];
  // Volunteers see nothing of those who came before.
  const plates = state.officer?.role === "volunteer" ? [] : likelyPlates(typed, seen, PLATES);
  return (
    <div class="plate-pad">
      <PlateShown typed={typed} />
      <div class={`plate-suggestions ${typed === "" ? "" : "whole"}`} role="group" aria-label={typed === "" ? words.local : words.lately}>
        {starts.map((code) => (
          <button type="button" class="key shortcut" key={code} onClick={() => press(code)}>
            {code}
          </button>
        ))}
        {plates.map((plate) => (
          <button type="button" class="key shortcut" key={plate} onClick={() => type(plate)}>
            {plateText(plate)}
          </button>
        ))}
        {starts.length + plates.length === 0 && <TurnedBackNote plate={plateFrom(typed)?.normal ?? null} />}
      </div>
      <div class="plate-keys">
        {[..."1234567890"].map((key) => (
          <PlateKey key={key} name={key} bright={digits} press={press} />
        ))}
        {[...(foreign ? OTHER_LETTERS : PLATE_LETTERS)].map((key) => (
          <PlateKey key={key} name={key} bright={letters} press={press} />
        ))}
        <button type="button" class="key word" aria-label={`${foreign ? "A–Z" : "IJ…"} ${words.other_letters}`} aria-pressed={foreign} onClick={() => setForeign(!foreign)}>
          {foreign ? "A–Z" : "IJ…"}
        </button>
        <button type="button" class="key word erase" aria-label={texts.app.delete_one} onClick={erase}>
          <EraseIcon />
        </button>
      </div>
    </div>
  );
}

function PlateKey({ name, bright, press }: { name: string; bright: boolean; press(key: string): void }): JSX.Element {
  return (
    <button type="button" class={`key ${bright ? "bright" : "dim"}`} onClick={() => press(name)}>
      {name}
    </button>
  );
}

/** The plate as far as it is typed, the province it names, and what kinds of plates it may be. */
function PlateShown({ typed }: { typed: string }): JSX.Element {
  const { texts } = useUi();
  const shown = plateFrom(typed);
  const whole = shown !== null && shown.candidates[0] !== "other";
  return (
    <div class="plate-line">
      <output class={`plate ${typed === "" ? "empty" : ""}`}>{typed === "" ? texts.plates.empty : plateText(shown?.normal ?? typed)}</output>
      <p class="plate-about">
        <span>{PROVINCES.get(typed.slice(0, 2)) ?? " "}</span>
        {whole && (
          <span class="candidates">
            {shown.candidates.slice(0, CANDIDATES).map((candidate) => (
              <span class="tag" key={candidate}>
                {texts.plate_classes[candidate] ?? candidate}
              </span>
            ))}
          </span>
        )}
      </p>
    </div>
  );
}
