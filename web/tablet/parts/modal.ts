/** The keyboard in a panel over the screen: the topmost one has it, and nothing below can be reached. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useWayBack } from "./way_back.ts";

const REACHABLE = "button:not([disabled]), a[href], input:not([disabled]), select:not([disabled]), textarea:not([disabled])";
/** From the lowest to the topmost. */
const open: object[] = [];

export function useModal(panel: RefObject<HTMLElement | null>, close: () => void): void {
  const latest = useRef(close);
  latest.current = close;
  useWayBack(close, true);
  // With the picture, not after it: a key may come in between.
  useLayoutEffect(() => {
    const self = {};
    const before = document.activeElement;
    open.push(self);
    panel.current?.focus();
    const key = (event: KeyboardEvent): void => {
      if (open[open.length - 1] !== self) return;
      if (event.key === "Escape") latest.current();
      if (event.key === "Tab" && panel.current !== null) keepInside(panel.current, event);
    };
    window.addEventListener("keydown", key);
    return () => {
      window.removeEventListener("keydown", key);
      open.splice(open.indexOf(self), 1);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
}

/** From the last one Tab goes to the first, and back. */
function keepInside(panel: HTMLElement, event: KeyboardEvent): void {
  const all = [...panel.querySelectorAll<HTMLElement>(REACHABLE)].filter((one) => one.getClientRects().length > 0);
  const [first, last] = [all[0], all[all.length - 1]];
  const now = document.activeElement;
  if (first === undefined || last === undefined) return event.preventDefault();
  const outside = !panel.contains(now);
  const wanted = event.shiftKey ? (now === first || now === panel || outside ? last : null) : now === last || outside ? first : null;
  if (wanted === null) return;
  event.preventDefault();
  wanted.focus();
}
