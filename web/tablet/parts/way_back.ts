/**
 * Android's way back, by button or from the edge of the screen, is the way back of what is on the screen. Left alone it
 * leaves the application, and with it go the crossing begun and the shift's keys: badge and PIN again, in the rain.
 *
 * So the page keeps entries of its own below it in the browser's history, each way back uses one up, and any tap lays
 * them again: what a page adds without a finger a browser passes over.
 */

import { useLayoutEffect, useRef } from "preact/hooks";

/** So often it can be pressed without a tap in between. */
const ENTRIES = 6;

type Back = () => void;

/** From the first to the latest; a panel over a screen comes after all screens. */
const screens: Back[] = [];
const panels: Back[] = [];

/** `back` is the way back while the component is shown; the latest one counts, and a panel's before any screen's. */
export function useWayBack(back: Back | null, over = false): void {
  const latest = useRef(back);
  latest.current = back;
  const there = back !== null;
  useLayoutEffect(() => {
    if (!there) return undefined;
    const self = (): void => latest.current?.();
    const all = over ? panels : screens;
    all.push(self);
    return () => void all.splice(all.indexOf(self), 1);
  }, [there, over]);
}

/** One step back; nothing where there is none: nobody leaves the lane by mistake. */
export function goBack(): void {
  (panels[panels.length - 1] ?? screens[screens.length - 1])?.();
}

interface Page extends Pick<Window, "addEventListener" | "removeEventListener" | "setTimeout"> {
  history: Pick<History, "state" | "pushState">;
}

/** Has `back` called for every way back from now on; gives back what ends it. */
export function catchWayBack(page: Page, back: Back): () => void {
  let at = entryOf(page.history.state);
  const fill = (): void => {
    while (at < ENTRIES) {
      at += 1;
      page.history.pushState({ entry: at }, "");
    }
  };
  // After the tap is answered on the screen.
  const tapped = (): void => void page.setTimeout(fill, 0);
  const moved = (event: PopStateEvent): void => {
    const before = at;
    at = entryOf(event.state);
    if (at < before) back();
  };
  page.addEventListener("click", tapped, { capture: true });
  page.addEventListener("popstate", moved);
  return () => {
    page.removeEventListener("click", tapped, { capture: true });
    page.removeEventListener("popstate", moved);
  };
}

function entryOf(state: unknown): number {
  const entry = typeof state === "object" && state !== null ? (state as { entry?: unknown }).entry : null;
  return typeof entry === "number" ? entry : 0;
}
