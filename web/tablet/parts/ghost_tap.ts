/**
 * The second tap of a double tap is meant for the screen that the first one left. It must not press what
 * has come up under the finger since: after «LƯU» that is a button of the lane.
 */

/** Hands are slower than this on purpose, and faster by habit. */
export const DOUBLE_TAP_MS = 300;

/** The last tap: on which screen, and when. */
export interface Tap {
  screen: Element | null;
  at_ms: number;
}

/** Of a click; engines count taps of a mouse (`detail`), and not all count those of a finger. */
interface Click {
  detail: number;
  timeStamp: number;
  pointerType?: string;
}

/** Whether a click that is on `screen` now belongs to the tap before it, which was on another one. */
export function isGhost({ detail, timeStamp, pointerType }: Click, last: Tap | null, screen: Element | null): boolean {
  if (last === null || last.screen === screen) return false;
  return detail > 1 || (pointerType === "touch" && timeStamp - last.at_ms < DOUBLE_TAP_MS);
}

/** Drops such clicks before any button hears them; gives back what ends it. What a script presses is left alone. */
export function dropGhostTaps(page: Document): () => void {
  let last: Tap | null = null;
  const look = (event: MouseEvent): void => {
    if (!event.isTrusted) return;
    const screen = page.querySelector("main");
    if (isGhost(event as MouseEvent & Click, last, screen)) {
      event.stopPropagation();
      event.preventDefault();
    }
    last = { screen, at_ms: event.timeStamp };
  };
  page.addEventListener("click", look, { capture: true });
  return () => page.removeEventListener("click", look, { capture: true });
}
