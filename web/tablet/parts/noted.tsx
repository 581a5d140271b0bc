/** What the screens of violations and incidents share: the crossing it is about, the words after saving, and taking it back. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CrossingSummary, SavedCrossing } from "../core/types.ts";
import { Button, Chips, Notice } from "./controls.tsx";
import { signal, wakeSound } from "./feedback.ts";
import { TickIcon } from "./icons.tsx";
import { plateText } from "./plate_text.ts";
import { useUndoSeconds } from "./saved_notice.tsx";
import { clockText } from "./time.ts";
import { errorText, useUi } from "./ui.ts";

/** What somebody broke or reported mostly concerns a vehicle that still stands here. */
const RECENT = 3;
const JUST_NOW_MS = 10 * 60_000;

/** The newest crossings of this checkpoint; none for a volunteer, who sees nothing of before. */
export function useLatest(): readonly CrossingSummary[] {
  const { core, state } = useUi();
  const [found, setFound] = useState<readonly CrossingSummary[]>([]);
  useEffect(() => {
    if (state.officer?.role === "volunteer") return;
    core.recent(12).then(
      (all) => setFound(all.filter(({ voided }) => !voided).slice(0, RECENT)),
      () => undefined, // locked in the meantime: the list is not for showing
    );
  }, [core]);
  return found;
}

/** Whether a crossing is so new that what is noted now is likely about it. */
export function isJustNow(crossing: CrossingSummary | undefined, server_ms: number): boolean {
  return crossing !== undefined && Math.abs(server_ms - crossing.time_ms) < JUST_NOW_MS;
}

interface WhichProps {
  latest: readonly CrossingSummary[];
  chosen: CrossingSummary | null;
  choose(crossing: CrossingSummary | null): void;
}

export function WhichCrossing({ latest, chosen, choose }: WhichProps): JSX.Element | null {
  const { texts } = useUi();
  const words = texts.noted;
  if (latest.length === 0) return null;
  const name = (record: string): string => {
    const one = latest.find((found) => found.record === record);
    if (one === undefined) return words.no_crossing;
    const what = one.plate === null ? (one.vehicle_class === null ? texts.recent.no_plate : texts.vehicles[one.vehicle_class]) : plateText(one.plate.normal);
    return `${clockText(one.time_ms)} · ${what}`;
  };
  return (
    <>
      <p class="label">{words.which}</p>
      <Chips
        label={words.which}
        columns={2}
        options={[...latest.map(({ record }) => record), ""]}
        chosen={chosen?.record ?? ""}
        name={name}
        choose={(record) => choose(latest.find((one) => one.record === record) ?? null)}
      />
    </>
  );
}

/** Writes once however often it is tapped; `saved` once it is on disk. */
export function useWriting(): { busy: boolean; error: string | null; write(work: () => Promise<SavedCrossing>, saved: (one: SavedCrossing) => void): void } {
  const { texts, settings } = useUi();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const writing = useRef(false);
  const write = (work: () => Promise<SavedCrossing>, saved: (one: SavedCrossing) => void): void => {
    if (writing.current) return;
    writing.current = true;
    wakeSound();
    setBusy(true);
    setError(null);
    work()
      .then(
        (one) => {
          signal("saved", settings.sound);
          saved(one);
        },
        (reason: unknown) => {
          signal("refused", settings.sound);
          setError(errorText(texts, reason));
        },
      )
      .finally(() => {
        writing.current = false;
        setBusy(false);
      });
  };
  return { busy, error, write };
}

interface SavedProps {
  kind: "violation" | "incident";
  saved: SavedCrossing;
  saved_ms: number;
  undone(): void;
}

/** "Đã lưu ✓", and a way back while a slip of the thumb is noticed. */
export function NotedSaved({ kind, saved, saved_ms, undone }: SavedProps): JSX.Element {
  const { core, texts } = useUi();
  const { busy, error, write } = useWriting();
  const seconds = useUndoSeconds(saved_ms);
  return (
    <>
      <p class="saved-word noted-saved" role="status">
        <TickIcon />
        <strong>{texts.verdict.saved}</strong>
      </p>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {seconds > 0 && (
        <Button disabled={busy} onPress={() => write(() => core.noting.write({ kind, record: saved.record, fields: { voided: "undone" } }), undone)}>
          {texts.verdict.undo(seconds)}
        </Button>
      )}
    </>
  );
}
