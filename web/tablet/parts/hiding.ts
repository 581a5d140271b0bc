/** Personal details leave the screen by themselves. */

import { useLayoutEffect, useState } from "preact/hooks";
import { useUi } from "./ui.ts";

/** [hidden, show again]. The time starts anew whenever they are shown; who looks at another page hides them at once. */
export function useHiding(): [boolean, () => void] {
  const { settings } = useUi();
  const [hidden, setHidden] = useState(false);
  // With the picture, not after it: nobody may leave the page in between.
  useLayoutEffect(() => {
    if (hidden) return undefined;
    const timer = window.setTimeout(() => setHidden(true), settings.hide_s * 1000);
    const away = (): void => {
      if (document.visibilityState === "hidden") setHidden(true);
    };
    document.addEventListener("visibilitychange", away);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", away);
    };
  }, [hidden, settings.hide_s]);
  return [hidden, () => setHidden(false)];
}

/** First three and last three of an identity number: enough to compare, too little to copy. */
export function maskedNumber(number: string): string {
  if (number.includes("*") || number.length < 8) return number;
  return `${number.slice(0, 3)}${"•".repeat(number.length - 6)}${number.slice(-3)}`;
}
