/** This tablet itself: how soon personal details hide, a file for who helps from afar, and the end of it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Lead } from "../core/types.ts";
import { BadgeReader } from "../parts/badge_reader.tsx";
import { Button, Chips, Notice, Sheet } from "../parts/controls.tsx";
import { download } from "../parts/download.ts";
import { signal } from "../parts/feedback.ts";
import { HIDE_CHOICES_S } from "../parts/hide_choices.ts";
import { PinPad } from "../parts/pin_pad.tsx";
import { supportBundle, thisBrowser } from "../parts/support_bundle.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { UnsentExport } from "../parts/unsent_export.tsx";

export function UpkeepSheet({ close }: { close(): void }): JSX.Element {
  const { state, texts, settings, change, health } = useUi();
  const [wiping, setWiping] = useState(false);
  const [saved, setSaved] = useState(false);
  const words = texts.upkeep;
  const save = (): void => {
    const bundle = supportBundle(state, settings, health, thisBrowser(), Date.now());
    download(`chot-support-${state.checkpoint?.id ?? "new"}.json`, [JSON.stringify(bundle, null, 1)], "application/json");
    setSaved(true);
  };
  return (
    <Sheet full title={words.title} close={close}>
      <p class="label">{words.hide}</p>
      <Chips label={words.hide} columns={4} options={HIDE_CHOICES_S.map(String)} chosen={String(settings.hide_s)} name={(one) => texts.ages.seconds(Number(one))} choose={(one) => change({ hide_s: HIDE_CHOICES_S.find((choice) => String(choice) === one) ?? 20 })} />
      <p class="label">{words.support}</p>
      <p>{words.support_explain}</p>
      <Button onPress={save}>{words.support_save}</Button>
      {saved && <Notice kind="good">{words.support_saved}</Notice>}
      <p class="label">{words.wipe}</p>
      <p>{words.wipe_explain}</p>
      <Button kind="danger" onPress={() => setWiping(true)}>
        {words.wipe}
      </Button>
      {wiping && <WipeSheet cancel={() => setWiping(false)} />}
    </Sheet>
  );
}

/** Badge and PIN of a lead, also of one on duty: this cannot be taken back. */
function WipeSheet({ cancel }: { cancel(): void }): JSX.Element {
  const { core, state, texts, settings } = useUi();
  const [asking, setAsking] = useState(false);
  const [badge, setBadge] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const words = texts.upkeep;
  const failed = (reason: unknown): void => {
    signal("refused", settings.sound);
    setError(typeof reason === "string" ? reason : errorText(texts, reason));
  };
  const wipe = async (lead: Lead): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      // The page begins anew: nothing is left to show.
      await core.wiping.byHand(lead, true);
      return true;
    } catch (reason) {
      failed(reason);
      setBadge(null);
      setBusy(false);
      return false;
    }
  };
  const foot = asking ? (
    <Button class="wide" disabled={busy} onPress={cancel}>
      {texts.app.cancel}
    </Button>
  ) : (
    <div class="pair">
      <Button onPress={cancel}>{texts.app.cancel}</Button>
      <Button kind="danger" onPress={() => setAsking(true)}>
        {words.wipe_lead}
      </Button>
    </div>
  );
  return (
    <Sheet title={words.wipe_sure} close={cancel} foot={foot}>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      {state.unsent > 0 && <Notice kind="bad">{words.wipe_unsent(state.unsent)}</Notice>}
      {!asking && <p>{words.wipe_then}</p>}
      {!asking && state.unsent > 0 && <UnsentExport />}
      {asking && badge === null && <BadgeReader title={words.wipe_badge} take={setBadge} failed={failed} />}
      {asking && badge !== null && (
        <PinPad label={words.wipe_pin} action={busy ? texts.shift.checking : words.wipe} busy={busy} submit={(pin) => wipe({ badge_text: badge, pin })} />
      )}
    </Sheet>
  );
}
