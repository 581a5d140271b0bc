/** One line where a plate is entered or shown: a checkpoint nearby turned it back within a day. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { TurnedBack } from "../core/types.ts";
import { Notice } from "./controls.tsx";
import { clockText, otherDayText } from "./time.ts";
import { useUi } from "./ui.ts";

export function TurnedBackNote({ plate }: { plate: string | null }): JSX.Element | null {
  const { core, texts, now_ms } = useUi();
  const [found, setFound] = useState<TurnedBack | null>(null);
  useEffect(() => {
    let asked = true;
    setFound(null);
    if (plate !== null) {
      // A store that cannot be read is said elsewhere; here it only means that nothing is known.
      core.turnedBack(plate).then(
        (one) => asked && setFound(one),
        () => undefined,
      );
    }
    return () => {
      asked = false;
    };
  }, [plate]);
  if (found === null || found.plate !== plate) return null;
  const day = otherDayText(found.time_ms, now_ms);
  const time = day === null ? clockText(found.time_ms) : `${clockText(found.time_ms)} ${day}`;
  return <Notice>{texts.plates.turned_back(found.name ?? found.checkpoint, time)}</Notice>;
}
