/** Codes one at a time: while one is read nothing else is, and one that stays in view counts once. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Evidence } from "../core/types.ts";
import { useUi } from "./ui.ts";

/** A code that stays in view is one scan; out of view for so long, it is another. */
const SAME_CODE_MS = 4_000;
/** Most codes are read sooner: a picture that says so would only keep the answer waiting for its turn. */
const SAID_AFTER_MS = 120;

interface Reading {
  /** A code takes long enough for a word about it. */
  said: boolean;
  /** Whether one is being read: no frame is decoded beside it, the device is needed for the answer. */
  running(): boolean;
  /** A code; not taken where one is being read, or is still in view. */
  take(text: string): void;
  /** Codes of a picture that somebody chose on purpose. */
  takeAll(texts: readonly [string, ...string[]]): void;
  /** The last code may be read again at once. */
  forget(): void;
  /** The last code is likely still in front of the camera, from now on. */
  stillThere(): void;
}

/** `done` hears what the codes are and when they were taken. `deaf`: somebody types what is no code. */
export function useReading(
  deaf: () => boolean,
  begun: () => void,
  done: (found: readonly [Evidence, ...Evidence[]], taken_ms: number) => void,
  failed: (reason: unknown) => void,
): Reading {
  const { core } = useUi();
  const [said, setSaid] = useState(false);
  const running = useRef(false);
  const timer = useRef(0);
  const last = useRef({ text: "", time_ms: 0 });
  useLayoutEffect(() => () => window.clearTimeout(timer.current), []);

  const over = (): void => {
    running.current = false;
    window.clearTimeout(timer.current);
    setSaid(false);
  };
  const readAll = ([first, ...others]: readonly [string, ...string[]], taken_ms: number): void => {
    running.current = true;
    timer.current = window.setTimeout(() => setSaid(true), SAID_AFTER_MS);
    begun();
    Promise.all([core.readCode(first), ...others.map((text) => core.readCode(text))] as const).then(
      (found) => {
        over();
        done(found, taken_ms);
      },
      (reason: unknown) => {
        over();
        failed(reason);
      },
    );
  };
  return {
    said,
    running: () => running.current,
    take: (text) => {
      const now_ms = Date.now();
      if (running.current || deaf()) return;
      const same = text === last.current.text && now_ms - last.current.time_ms < SAME_CODE_MS;
      last.current = { text, time_ms: now_ms };
      if (!same) readAll([text], now_ms);
    },
    takeAll: (texts) => {
      if (!running.current) readAll(texts, Date.now());
    },
    forget: () => {
      last.current = { text: "", time_ms: 0 };
    },
    stillThere: () => {
      last.current.time_ms = Date.now();
    },
  };
}
