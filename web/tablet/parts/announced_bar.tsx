/** «Sắp áp dụng»: one line on the lane's screen, and all that is about to change behind it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Announced } from "../core/types.ts";
import { Sheet } from "./controls.tsx";
import { ClockIcon } from "./icons.tsx";
import { clockText, otherDayText } from "./time.ts";
import { useUi } from "./ui.ts";

/** A list of a whole country is for the console. */
const MOST_SHOWN = 200;

export function AnnouncedBar(): JSX.Element | null {
  const { announced, texts } = useUi();
  const [open, setOpen] = useState(false);
  const [first] = announced;
  if (first === undefined) return null;
  const more = announced.length - 1;
  return (
    <>
      <button type="button" class="announced" onClick={() => setOpen(true)}>
        <ClockIcon />
        <span class="announced-text">
          <span class="announced-when">
            {texts.announced.title} · <When time_ms={first.starts_ms} />
          </span>
          <strong>
            <What one={first} />
          </strong>
        </span>
        {more > 0 && <span class="announced-more">+{more}</span>}
      </button>
      {open && (
        <Sheet title={texts.announced.title} close={() => setOpen(false)} full>
          <AnnouncedList changes={announced} />
        </Sheet>
      )}
    </>
  );
}

/** One line each, the nearest first. */
export function AnnouncedList({ changes }: { changes: readonly Announced[] }): JSX.Element | null {
  const { texts } = useUi();
  if (changes.length === 0) return null;
  return (
    <>
      <ul class="announced-list">
        {changes.slice(0, MOST_SHOWN).map((one) => (
          <li key={`${one.kind} ${one.id} ${one.starts_ms}`} class={one.near ? "near" : ""}>
            <span class="announced-when">
              <When time_ms={one.starts_ms} />
              {one.near && one.kind === "level" && <em>{texts.announced.near}</em>}
            </span>
            <strong>
              <What one={one} />
            </strong>
          </li>
        ))}
      </ul>
      {changes.length > MOST_SHOWN && <p class="empty">{texts.announced.others(changes.length - MOST_SHOWN)}</p>}
    </>
  );
}

/** "00:00 hôm nay" says too little in the evening before: the day always stands there. */
export function When({ time_ms }: { time_ms: number }): JSX.Element {
  const { texts } = useUi();
  return (
    <time dateTime={new Date(time_ms).toISOString()}>
      {clockText(time_ms)} <span class="spare">{texts.announced.day} </span>
      {otherDayText(time_ms, 0)}
    </time>
  );
}

function What({ one }: { one: Announced }): JSX.Element {
  const { texts, settings } = useUi();
  if (one.kind !== "level") {
    const kind = one.kind === "rule_starts" ? texts.announced.rule_starts : texts.announced.rule_ends;
    return (
      <span class="announced-what">
        {kind}: {one[settings.language]}
      </span>
    );
  }
  const { name, from_level, level } = one;
  const way = from_level === null ? texts.announced.set : level > from_level ? texts.announced.up : texts.announced.down;
  const [own, ...within] = name.split(", ");
  return (
    <>
      <span class="announced-what">
        {own}
        {within.length > 0 && <span class="spare">, {within.join(", ")}</span>} <span class="spare">{way} </span>
      </span>
      {from_level !== null && <span class={`level level-${from_level}`}>{from_level}</span>}
      {from_level !== null && <span aria-hidden="true"> → </span>}
      <span class={`level level-${level}`}>{texts.journey.level(level)}</span>
    </>
  );
}
