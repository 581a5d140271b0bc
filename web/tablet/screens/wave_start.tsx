/** Why vehicles are to pass unchecked, and the lead who answers for it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Lead, WaveReason } from "../core/types.ts";
import { BadgeReader } from "../parts/badge_reader.tsx";
import { Button, Chips, Notice, Sheet } from "../parts/controls.tsx";
import { signal } from "../parts/feedback.ts";
import { PinPad } from "../parts/pin_pad.tsx";
import { errorText, useUi } from "../parts/ui.ts";

const REASONS: readonly WaveReason[] = ["queue", "weather", "accident", "superior_order", "other"];

export default function WaveStartSheet({ close }: { close(): void }): JSX.Element {
  const { core, state, texts, settings } = useUi();
  const [reason, setReason] = useState<WaveReason | null>(null);
  const [asking, setAsking] = useState(false);
  const [badge, setBadge] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const words = texts.wave;
  const is_lead = state.officer?.role === "lead";

  const failed = (why: unknown): void => {
    signal("refused", settings.sound);
    setError(typeof why === "string" ? why : errorText(texts, why));
  };
  const start = async (lead?: Lead): Promise<boolean> => {
    if (reason === null) return false;
    setBusy(true);
    setError(null);
    try {
      await core.waving.start(settings.direction, reason, lead);
      signal("saved", settings.sound);
      close();
      return true;
    } catch (why) {
      failed(why);
      setBadge(null);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const foot = asking ? (
    <Button class="wide" onPress={close}>
      {texts.app.cancel}
    </Button>
  ) : (
    <Button kind="primary" class="wide tall" disabled={reason === null || busy} onPress={() => (is_lead ? void start() : setAsking(true))}>
      {is_lead ? words.start : words.lead_badge}
    </Button>
  );
  return (
    <Sheet title={`${words.title} · ${texts.directions[settings.direction]}`} close={close} foot={foot}>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {!asking && (
        <>
          <p>{words.why}</p>
          <Chips label={words.why} columns={2} options={REASONS} chosen={reason} name={(one) => words.reasons[one]} choose={setReason} />
          {!is_lead && <p class="hint">{words.needs_lead}</p>}
        </>
      )}
      {asking && badge === null && <BadgeReader title={words.lead_badge} take={setBadge} failed={failed} />}
      {asking && badge !== null && (
        <PinPad
          label={words.lead_pin}
          action={busy ? texts.shift.checking : words.start}
          busy={busy}
          submit={(pin) => start({ badge_text: badge, pin })}
        />
      )}
    </Sheet>
  );
}
