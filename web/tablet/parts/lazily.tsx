/**
 * Code that the first scan does not need comes apart from the start: on a slow network the tablet is up sooner.
 *
 * It is loaded when it is first shown, and all of it in the quiet after the start: later there may be no network, and
 * after an update its address is gone.
 */

import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Notice } from "./controls.tsx";
import { useUi } from "./ui.ts";

/** Something that is loaded once. `now`: null until it is there. */
export interface Apart<T> {
  load(): Promise<T>;
  now(): T | null;
}

const rest: (() => Promise<unknown>)[] = [];

/** Loads it when asked, or with the rest. A load that failed is tried again the next time. */
export function apart<T>(from: () => Promise<T>): Apart<T> {
  let there: T | null = null;
  let coming: Promise<T> | null = null;
  const load = (): Promise<T> => {
    coming ??= from().then(
      (found) => (there = found),
      (error: unknown) => {
        coming = null;
        throw error;
      },
    );
    return coming;
  };
  rest.push(load);
  return { load, now: () => there };
}

/** A component of a module of its own; nothing is drawn until that is there. */
export function lazily<P extends object>(from: () => Promise<ComponentType<P>>): ComponentType<P> {
  const component = apart(from);
  return function Lazily(props: P): JSX.Element | null {
    const { texts } = useUi();
    const [state, setState] = useState<"coming" | "there" | "failed">("coming");
    const Loaded = component.now();
    useEffect(() => {
      if (Loaded === null) component.load().then(() => setState("there"), () => setState("failed"));
    }, []);
    if (Loaded !== null) return <Loaded {...props} />;
    return state === "failed" ? <Notice kind="bad">{texts.app.failed}</Notice> : null;
  };
}

/** One after the other, so that it does not stand in the way of what the officer asks for. */
export async function loadTheRest(): Promise<void> {
  for (const load of rest) await load().catch(() => undefined);
}
