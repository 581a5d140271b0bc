/** Why a crossing does not count; it stays in the log. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { VoidReason } from "../core/types.ts";
import { Button, Chips, Notice, Sheet } from "../parts/controls.tsx";
import { useUi } from "../parts/ui.ts";

const REASONS: readonly VoidReason[] = ["wrong_entry", "entered_twice", "did_not_cross", "other"];
const LONGEST_NOTE = 500;

interface VoidProps {
  busy: boolean;
  error: string | null;
  close(): void;
  done(reason: VoidReason, note: string): void;
}

export function VoidSheet({ busy, error, close, done }: VoidProps): JSX.Element {
  const { texts } = useUi();
  const [reason, setReason] = useState<VoidReason | null>(null);
  const [note, setNote] = useState("");
  const words = texts.mend;
  return (
    <Sheet
      title={words.void_why}
      close={close}
      foot={
        <Button kind="danger" class="wide tall" disabled={busy || reason === null} onPress={() => reason !== null && done(reason, note)}>
          {busy ? texts.verdict.saving : words.void_yes}
        </Button>
      }
    >
      {error !== null && <Notice kind="bad">{error}</Notice>}
      <Chips label={words.void_why} columns={2} options={REASONS} chosen={reason} name={(one) => words.reasons[one]} choose={setReason} />
      <input class="field" value={note} maxLength={LONGEST_NOTE} placeholder={words.void_note} aria-label={words.void_note} autocomplete="off" onInput={(event) => setNote(event.currentTarget.value)} />
      <p class="hint">{words.void_hint}</p>
    </Sheet>
  );
}
