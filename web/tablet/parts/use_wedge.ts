/** Listens for a hand scanner anywhere on a screen, except while somebody types into a field. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { type Scanned, STALL_MS, Wedge } from "./wedge.ts";

/** A code mostly leads to another screen: until then a picture that nothing is typed any more only delays that one. */
const RESTS_AFTER_MS = 120;

/** True while a burst is running. `broken` tells that an input method garbled what the scanner typed. */
export function useWedge(read: (text: string) => void, broken: () => void): boolean {
  const [typing, setTyping] = useState(false);
  const calls = useRef({ read, broken });
  calls.current = { read, broken };
  const shown = useRef(false);
  shown.current = typing;
  // With the picture, not after it: a scanner's first key may come in between.
  useLayoutEffect(() => {
    const wedge = new Wedge();
    let timer = 0;
    const take = (scanned: Scanned | null): void => {
      if (scanned?.kind === "code") {
        if (shown.current) timer = window.setTimeout(() => setTyping(false), RESTS_AFTER_MS);
        else setTyping(false);
        return calls.current.read(scanned.text);
      }
      setTyping(false);
      if (scanned?.kind === "garbled") calls.current.broken();
    };
    const quiet = (): void => take(wedge.quiet(performance.now()));
    const key = (event: KeyboardEvent): void => {
      const target = event.target;
      if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const result = wedge.key({
        code: event.code,
        key: event.key,
        shift: event.shiftKey,
        // When the key was pressed: a busy page handles it later, and would cut the code in two.
        time_ms: event.timeStamp,
      });
      window.clearTimeout(timer);
      if (result !== null) event.preventDefault();
      if (result?.kind === "typing") setTyping(true);
      else if (result !== null) return take(result);
      timer = window.setTimeout(quiet, STALL_MS + 20);
    };
    window.addEventListener("keydown", key, true);
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener("keydown", key, true);
    };
  }, []);
  return typing;
}
