/** A lead's badge and PIN beside the officer's own work: who agrees to it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { BadgeReader } from "./badge_reader.tsx";
import { Notice } from "./controls.tsx";
import { signal } from "./feedback.ts";
import { PinPad } from "./pin_pad.tsx";
import { errorText, useUi } from "./ui.ts";

/** `agreed` is told the lead's id. */
export function LeadAgrees({ agreed }: { agreed(lead: string): void }): JSX.Element {
  const { core, texts, settings } = useUi();
  const [badge, setBadge] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const failed = (why: unknown): void => {
    signal("refused", settings.sound);
    setError(typeof why === "string" ? why : errorText(texts, why));
    setBadge(null);
  };
  const agree = async (badge_text: string, pin: string): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      agreed(await core.approve({ badge_text, pin }));
      return true;
    } catch (why) {
      failed(why);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {badge === null ? (
        <BadgeReader title={texts.wave.lead_badge} take={setBadge} failed={failed} />
      ) : (
        <PinPad label={texts.wave.lead_pin} action={busy ? texts.shift.checking : texts.lane.agree} busy={busy} submit={(pin) => agree(badge, pin)} />
      )}
    </>
  );
}
