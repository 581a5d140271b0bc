/** Another officer takes the tablet: badge, six digits, on duty. The shift of the checkpoint goes on. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { BadgeReader, refusesBadge } from "../parts/badge_reader.tsx";
import { Button, Notice, StepHead } from "../parts/controls.tsx";
import { signal } from "../parts/feedback.ts";
import { PinPad } from "../parts/pin_pad.tsx";
import { errorText, useUi } from "../parts/ui.ts";

/** `chot officer add` takes no other. */
const PIN_DIGITS = 6;

export default function NextOfficerScreen({ close }: { close(): void }): JSX.Element {
  const { core, texts, settings } = useUi();
  const [badge, setBadge] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const words = texts.team;
  const failed = (reason: unknown): void => {
    signal("refused", settings.sound);
    setError(typeof reason === "string" ? reason : errorText(texts, reason));
  };
  const submit = async (pin: string): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      await core.openShift(badge ?? "", pin);
      signal("saved", settings.sound);
      close();
      return true;
    } catch (reason) {
      failed(reason);
      if (refusesBadge(reason)) setBadge(null);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class="screen shift">
      <StepHead title={words.next_officer} back={close} />
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {badge === null ? (
        <>
          <p class="hint">{words.next_officer_hint}</p>
          <BadgeReader
            title={texts.shift.badge_step}
            take={(text) => {
              setError(null);
              setBadge(text);
            }}
            failed={failed}
          />
        </>
      ) : (
        <>
          <PinPad label={texts.shift.pin_step} action={busy ? texts.shift.checking : words.switch_now} busy={busy} digits={PIN_DIGITS} submit={submit} />
          <Button kind="quiet" class="wide" onPress={() => setBadge(null)}>
            {texts.shift.other_badge}
          </Button>
        </>
      )}
    </main>
  );
}
