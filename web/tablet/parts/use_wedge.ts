/** Listens for a hand scanner anywhere on a screen, except while somebody types into a field. */

import { useEffect, useRef, useState } from "preact/hooks";
import { BURST_GAP_MS, Wedge } from "./wedge.ts";

/** Without a code, an input method has swallowed the keys of a whole burst. */
const SWALLOWED_KEYS = 6;

/** True while a burst is running. `broken` tells that an input method ate the scanner's keys. */
export function useWedge(read: (text: string) => void, broken: () => void): boolean {
  const [typing, setTyping] = useState(false);
  const calls = useRef({ read, broken });
  calls.current = { read, broken };
  useEffect(() => {
    const wedge = new Wedge();
    let swallowed = 0;
    let timer = 0;
    const quiet = (): void => {
      const text = wedge.quiet(performance.now());
      swallowed = 0;
      setTyping(false);
      if (text !== null) calls.current.read(text);
    };
    const key = (event: KeyboardEvent): void => {
      const target = event.target;
      if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.code === "") {
        swallowed += 1;
        if (swallowed === SWALLOWED_KEYS) calls.current.broken();
        return;
      }
      const result = wedge.key({
        code: event.code,
        key: event.key,
        shift: event.shiftKey,
        time_ms: performance.now(),
      });
      window.clearTimeout(timer);
      if (result?.kind === "code") {
        event.preventDefault();
        setTyping(false);
        calls.current.read(result.text);
        return;
      }
      if (result?.kind === "typing") {
        event.preventDefault();
        setTyping(true);
      }
      timer = window.setTimeout(quiet, BURST_GAP_MS * 3);
    };
    window.addEventListener("keydown", key, true);
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener("keydown", key, true);
    };
  }, []);
  return typing;
}
