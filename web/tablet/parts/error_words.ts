/** What to do about an error, by its code: words of its own, or those of its family with the code to report. */

import type { Texts } from "../texts/vi.ts";

/** Null for a code of no family that is known. */
export function errorWords(texts: Texts, code: string): string | null {
  const own = texts.errors[code];
  if (own !== undefined) return own;
  const family = texts.errors[`${code.slice(0, code.indexOf("."))}.*`];
  return family === undefined ? null : `${family} (${code})`;
}
