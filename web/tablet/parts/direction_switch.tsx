/** In or out, always in sight. */

import type { JSX } from "preact";
import type { Direction } from "../core/types.ts";
import { InIcon, OutIcon } from "./icons.tsx";
import { useUi } from "./ui.ts";

export function DirectionSwitch({ chosen, choose }: { chosen: Direction; choose(direction: Direction): void }): JSX.Element {
  const { texts } = useUi();
  return (
    <div class="direction" role="radiogroup" aria-label={texts.home.direction}>
      {(["in", "out"] as const).map((one) => (
        <button type="button" key={one} role="radio" aria-checked={one === chosen} class={one === chosen ? "chosen" : ""} onClick={() => choose(one)}>
          {one === "in" ? <InIcon /> : <OutIcon />}
          <span>{texts.directions[one]}</span>
        </button>
      ))}
    </div>
  );
}
