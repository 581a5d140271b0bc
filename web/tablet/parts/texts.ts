/** The words of a language. Vietnamese ones are there at once; English ones come when asked for. */

import { useEffect, useState } from "preact/hooks";
import { type Texts, vi } from "../texts/vi.ts";
import { apart } from "./lazily.tsx";
import type { Settings } from "./settings.ts";

const english = apart(() => import("../texts/en.ts").then((found) => found.en));

/** Vietnamese until what is asked for has come. */
export function useTexts(language: Settings["language"]): Texts {
  const [, setLoaded] = useState(false);
  useEffect(() => {
    if (language === "en") english.load().then(() => setLoaded(true), () => undefined);
  }, [language]);
  return (language === "en" ? english.now() : null) ?? vi;
}
