/** The end of a shift. What is not sent yet makes it a lead's decision (SPEC O9). */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Lead } from "../core/types.ts";
import { BadgeReader } from "../parts/badge_reader.tsx";
import { Button, Notice, Sheet } from "../parts/controls.tsx";
import { signal } from "../parts/feedback.ts";
import { PinPad } from "../parts/pin_pad.tsx";
import { runningShifts } from "../parts/shift_words.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { UnsentExport } from "../parts/unsent_export.tsx";

interface EndShiftProps {
  /** Back to the status sheet; the shift goes on. */
  cancel(): void;
  ended(): void;
}

export function EndShiftSheet({ cancel, ended }: EndShiftProps): JSX.Element {
  const { core, state, texts, settings, more } = useUi();
  const [asking, setAsking] = useState(false);
  const [badge, setBadge] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const words = texts.status;
  const needs_lead = state.unsent > 0 && state.officer?.role !== "lead";

  // Leaving the tablet hands nothing over.
  const mine = runningShifts(state).some(({ lead, opened_by }) => (lead ?? opened_by) === state.officer?.id);

  const failed = (reason: unknown): void => {
    signal("refused", settings.sound);
    setError(typeof reason === "string" ? reason : errorText(texts, reason));
  };
  const end = async (lead?: Lead): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      await core.closeShift(lead);
      ended();
      return true;
    } catch (reason) {
      failed(reason);
      // Another badge may be the lead's; a wrong PIN is tried again with the same one by scanning it again.
      setBadge(null);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const foot = asking ? (
    <Button class="wide" onPress={cancel}>
      {texts.app.cancel}
    </Button>
  ) : (
    <div class="pair">
      <Button onPress={cancel}>{texts.app.cancel}</Button>
      <Button kind="danger" disabled={busy} onPress={() => (needs_lead ? setAsking(true) : void end())}>
        {needs_lead ? words.close_ask_lead : words.close_yes}
      </Button>
    </div>
  );
  return (
    <Sheet title={words.close_sure} close={cancel} foot={foot}>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {mine && !asking && (
        <>
          <Notice>{texts.team.not_handed}</Notice>
          <Button
            kind="primary"
            onPress={() => {
              ended();
              more("shift");
            }}
          >
            {texts.team.hand_over}
          </Button>
        </>
      )}
      {state.unsent > 0 && <Notice>{words.close_unsent(state.unsent)}</Notice>}
      {needs_lead && !asking && (
        <>
          <p>{words.close_needs_lead}</p>
          <Button disabled={state.sync.since_ms !== null} onPress={() => void core.syncNow().catch(() => undefined)}>
            {state.sync.since_ms !== null ? words.sync_running : words.sync_now}
          </Button>
          <UnsentExport />
        </>
      )}
      {asking && badge === null && <BadgeReader title={words.close_lead_badge} take={setBadge} failed={failed} />}
      {asking && badge !== null && (
        <PinPad
          label={words.close_lead_pin}
          action={busy ? texts.shift.checking : words.close_yes}
          busy={busy}
          submit={(pin) => end({ badge_text: badge, pin })}
        />
      )}
    </Sheet>
  );
}
