/** "Đã lưu ✓", with a way back for as long as a slip of the thumb is noticed. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Button } from "./controls.tsx";
import { TickIcon } from "./icons.tsx";
import { useUi } from "./ui.ts";
import { useTicking } from "./use_ticking.ts";

export const UNDO_MS = 10_000;
const TICK_MS = 250;

/** Whole seconds in which the last crossing can still be undone; 0 is over. A clock set back does not lengthen it. */
export function undoSeconds(saved_ms: number, now_ms: number): number {
  const left = Math.min(UNDO_MS, saved_ms + UNDO_MS - now_ms);
  return Math.max(0, Math.ceil(left / 1000));
}

/** The same while a screen stands there. */
export function useUndoSeconds(saved_ms: number): number {
  return useTicking(() => undoSeconds(saved_ms, Date.now()), TICK_MS, saved_ms);
}

interface SavedNoticeProps {
  saved_ms: number;
  undo(): void;
  /** The ten seconds are over. */
  over(): void;
  children: ComponentChildren;
  /** Something else that may follow at once. */
  beside?: JSX.Element | null;
}

export function SavedNotice({ saved_ms, undo, over, children, beside = null }: SavedNoticeProps): JSX.Element {
  const { texts } = useUi();
  const seconds = useUndoSeconds(saved_ms);
  useEffect(() => {
    if (seconds === 0) over();
  }, [seconds]);
  return (
    <div class="saved">
      {/* The count stands outside: a screen reader would say every second. */}
      <p class="saved-word" role="status">
        <TickIcon />
        <strong>{texts.verdict.saved}</strong>
        {children}
      </p>
      {beside}
      <Button onPress={undo}>{texts.verdict.undo(seconds)}</Button>
    </div>
  );
}
