/** Why something else is done than the verdict says, and the lead who agrees where that is needed. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CrossingDraft, OverrideReason } from "../core/types.ts";
import { BadgeReader } from "./badge_reader.tsx";
import { Button, Notice, Sheet } from "./controls.tsx";
import { signal } from "./feedback.ts";
import { PinPad } from "./pin_pad.tsx";
import { errorText, useUi } from "./ui.ts";

const REASONS: readonly OverrideReason[] = ["paper_shown", "emergency", "superior_order", "code_unreadable", "local_resident", "other"];

interface OverrideProps {
  draft: CrossingDraft;
  done(override: OverrideReason, approved_by: string | null): void;
  close(): void;
}

export function OverrideSheet({ draft, done, close }: OverrideProps): JSX.Element {
  const { core, texts, settings } = useUi();
  // A reason that only waits for the lead is not asked again.
  const [reason, setReason] = useState<OverrideReason | null>(draft.override);
  const [badge, setBadge] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const words = texts.lane;
  const asks = (override: OverrideReason): boolean => core.decide({ ...draft, override, approved_by: null }).needs_approval;
  const choose = (override: OverrideReason): void => (asks(override) ? setReason(override) : done(override, null));
  const failed = (why: unknown): void => {
    signal("refused", settings.sound);
    setError(typeof why === "string" ? why : errorText(texts, why));
    // A lead's other badge may be the right one; a wrong PIN scans the same badge again.
    setBadge(null);
  };
  const agree = async (override: OverrideReason, pin: string): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      done(override, await core.approve({ badge_text: badge ?? "", pin }));
      return true;
    } catch (why) {
      failed(why);
      return false;
    } finally {
      setBusy(false);
    }
  };
  if (reason === null || !asks(reason)) {
    return (
      <Sheet title={texts.verdict.override} close={close}>
        <div class="stack">
          {REASONS.map((one) => (
            <Button key={one} class="wide tall start" onPress={() => choose(one)}>
              <span>{texts.overrides[one]}</span>
              {asks(one) && <small class="needs-lead">{words.lead_agrees}</small>}
            </Button>
          ))}
        </div>
      </Sheet>
    );
  }
  return (
    <Sheet
      title={words.lead_title}
      close={close}
      foot={
        <Button class="wide" onPress={() => setReason(null)}>
          {words.other_reason}
        </Button>
      }
    >
      {error !== null && <Notice kind="bad">{error}</Notice>}
      <p>
        {texts.act[draft.action]} · {texts.overrides[reason]}
      </p>
      {badge === null ? (
        <BadgeReader title={texts.wave.lead_badge} take={setBadge} failed={failed} />
      ) : (
        <PinPad label={texts.wave.lead_pin} action={busy ? texts.shift.checking : words.agree} busy={busy} submit={(pin) => agree(reason, pin)} />
      )}
    </Sheet>
  );
}
