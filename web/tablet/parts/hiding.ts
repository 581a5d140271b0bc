/** Personal details leave the screen by themselves. */

import { useEffect, useState } from "preact/hooks";

export const HIDE_AFTER_MS = 20_000;

/** [hidden, show again]. The time starts anew whenever they are shown. */
export function useHiding(after_ms: number = HIDE_AFTER_MS): [boolean, () => void] {
  const [hidden, setHidden] = useState(false);
  useEffect(() => {
    if (hidden) return undefined;
    const timer = window.setTimeout(() => setHidden(true), after_ms);
    return () => window.clearTimeout(timer);
  }, [hidden, after_ms]);
  return [hidden, () => setHidden(false)];
}

/** First three and last three of an identity number: enough to compare, too little to copy. */
export function maskedNumber(number: string): string {
  if (number.includes("*") || number.length < 8) return number;
  return `${number.slice(0, 3)}${"•".repeat(number.length - 6)}${number.slice(-3)}`;
}
