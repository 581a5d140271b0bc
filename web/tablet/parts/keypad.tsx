/** Digits for wet gloves, without the tablet's own keyboard. */

import type { JSX } from "preact";
import { EraseIcon } from "./icons.tsx";
import { useUi } from "./ui.ts";

const ROWS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

interface KeypadProps {
  press(key: string): void;
  erase(): void;
  /** What stands left of the zero. */
  extra?: { key: string; name: string };
}

export function Keypad({ press, erase, extra }: KeypadProps): JSX.Element {
  const { texts } = useUi();
  return (
    <div class="keypad">
      {ROWS.map((key) => (
        <button type="button" class="key" key={key} onClick={() => press(key)}>
          {key}
        </button>
      ))}
      {extra === undefined ? (
        <span />
      ) : (
        <button type="button" class="key word" onClick={() => press(extra.key)}>
          {extra.name}
        </button>
      )}
      <button type="button" class="key" onClick={() => press("0")}>
        0
      </button>
      <button type="button" class="key" aria-label={texts.app.delete_one} onClick={erase}>
        <EraseIcon />
      </button>
    </div>
  );
}
