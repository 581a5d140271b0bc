/** What is read off a clock while a screen stands there. */

import { useEffect, useState } from "preact/hooks";

/** `value` anew every `every_ms`; begins again where `of`, which it is made of, changes. */
export function useTicking<T>(value: () => T, every_ms: number, of: unknown = null): T {
  const [last, setLast] = useState(value);
  useEffect(() => {
    const timer = window.setInterval(() => setLast(value), every_ms);
    return () => window.clearInterval(timer);
  }, [of]);
  return last;
}
