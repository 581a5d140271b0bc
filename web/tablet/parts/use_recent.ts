/** The newest crossings, brought up to date while they are on the screen. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { CrossingSummary } from "../core/types.ts";
import { useUi } from "./ui.ts";

const LISTED = 100;
/** Enough for the strip and for the plates' shortcuts. */
const GLANCED = 12;

/** `shown`: all of them, a glance, or none just now: those of before stay, for their plates. */
export function useRecent(shown: "all" | "glance" | "none"): readonly CrossingSummary[] {
  const { core, state } = useUi();
  const [recent, setRecent] = useState<readonly CrossingSummary[]>([]);
  const asked = useRef(false);
  useEffect(() => {
    // A crossing on the screen has the tablet to itself.
    if (shown === "none" && asked.current) return undefined;
    asked.current = true;
    let gone = false;
    core.recent(shown === "all" ? LISTED : GLANCED).then(
      (found) => !gone && setRecent((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found)),
      () => undefined, // locked in the meantime: the list is not for showing
    );
    return () => {
      gone = true;
    };
  }, [state, shown]);
  return recent;
}
