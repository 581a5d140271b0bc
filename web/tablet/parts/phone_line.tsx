/** One number to call, with whose it is. */

import type { JSX } from "preact";
import { PhoneIcon } from "./icons.tsx";

/** A number large enough to be typed into another telephone; a tablet that can call does so at a tap. */
export function PhoneLine({ name, number, hint, strong }: { name: string; number: string; hint: string; strong?: boolean }): JSX.Element {
  return (
    <li>
      <a class={`phone-line ${strong === true ? "strong" : ""}`} href={`tel:${number.replace(/[^+0-9]/g, "")}`}>
        <PhoneIcon />
        <span class="phone-words">
          <strong>{name}</strong>
          <span class="phone-number">{number}</span>
          <span class="hint">{hint}</span>
        </span>
      </a>
    </li>
  );
}
