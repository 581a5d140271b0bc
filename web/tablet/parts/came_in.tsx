/** Who leaves is paired with how they came in: found by plate or ID number, said in one line, and one tap takes it apart. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CameIn } from "../core/gate.ts";
import type { CrossingDraft, Direction } from "../core/types.ts";
import { TickIcon } from "./icons.tsx";
import { ageText, clockText, otherDayText } from "./time.ts";
import { useUi } from "./ui.ts";

/** null while nothing is found, and for who comes in. */
export function useCameIn(direction: Direction, plate: string | null, id_numbers: readonly string[]): CameIn | null {
  const { core } = useUi();
  const [found, setFound] = useState<{ of: string; entry: CameIn | null }>({ of: "", entry: null });
  const asked = direction === "out" ? [plate, ...id_numbers].join() : "";
  useEffect(() => {
    let gone = false;
    if (asked === "") return undefined;
    // A store that cannot be read is said elsewhere; here it only means that nothing is known.
    core.gate.cameIn(plate, id_numbers).then((entry) => !gone && setFound({ of: asked, entry }), () => undefined);
    return () => {
      gone = true;
    };
  }, [asked]);
  return found.of === asked && asked !== "" ? found.entry : null;
}

interface NoteProps {
  entry: CameIn;
  paired: boolean;
  pair(paired: boolean): void;
}

export function CameInNote({ entry, paired, pair }: NoteProps): JSX.Element {
  const { texts, state, now_ms } = useUi();
  const server_ms = now_ms + (state.clock_skew_ms ?? 0);
  const day = otherDayText(entry.time_ms, server_ms);
  const when = `${day === null ? "" : `${day} `}${clockText(entry.time_ms)}`;
  return (
    <button type="button" class={`row came-in ${paired ? "chosen" : ""}`} role="switch" aria-checked={paired} onClick={() => pair(!paired)}>
      {paired && <TickIcon class="chip-tick" />}
      <span class="row-value">{texts.came_in.found(when, ageText(texts.ages, Math.max(0, server_ms - entry.time_ms)))}</span>
      <span class="row-label">{paired ? texts.came_in.by[entry.by] : texts.came_in.apart}</span>
    </button>
  );
}

/** The same for a crossing being written down: paired unless the officer says otherwise. */
export function CameInRow({ draft, change }: { draft: CrossingDraft; change(patch: Partial<CrossingDraft>): void }): JSX.Element | null {
  const numbers = draft.people.flatMap(({ evidence, identity }) => {
    const number = identity?.id_number ?? evidence?.identity?.id_number;
    return typeof number === "string" ? [number] : [];
  });
  const entry = useCameIn(draft.direction, draft.plate?.normal ?? null, numbers);
  const record = entry?.record;
  useEffect(() => {
    if (record !== draft.paired_entry) change({ paired_entry: record });
  }, [record]);
  if (entry === null) return null;
  return <CameInNote entry={entry} paired={draft.paired_entry === record} pair={(paired) => change({ paired_entry: paired ? record : null })} />;
}
