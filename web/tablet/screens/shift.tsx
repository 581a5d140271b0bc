/** No shift yet, or locked: badge, then PIN; the PIN alone re-opens while the app stays in memory. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { CoreError } from "../core/types.ts";
import { Button, Notice } from "../parts/controls.tsx";
import { CameraIcon, LockIcon, OfficerIcon, SampleIcon } from "../parts/icons.tsx";
import { signal, wakeSound } from "../parts/feedback.ts";
import { codeInPicture, PhotoButton, SampleSheet, useSamples } from "../parts/photo.tsx";
import { PinPad } from "../parts/pin_pad.tsx";
import { Scanner } from "../parts/scanner.tsx";
import { calledName, laneName } from "../parts/names.ts";
import { ageText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { useWedge } from "../parts/use_wedge.ts";

export function ShiftScreen(): JSX.Element {
  const { core, state, texts, settings, devices } = useUi();
  const [badge, setBadge] = useState<string | null>(null);
  const [again, setAgain] = useState(state.phase === "locked");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [sampling, setSampling] = useState(false);
  const badges = useSamples().filter((sample) => sample.kind === "badge" && sample.checkpoint === state.checkpoint?.id);
  const wait = useWait(state.pin.retry_at_ms);

  // A shift that a timer or a wrong PIN closed asks for a badge again.
  useEffect(() => setAgain(state.phase === "locked"), [state.phase]);

  const failed = (reason: unknown): void => {
    signal("refused", settings.sound);
    setError(errorText(texts, reason));
  };
  const take = (text: string): void => {
    signal("read", settings.sound);
    setError(null);
    setSampling(false);
    setBadge(text);
  };
  const picture = (blob: Promise<Blob>): void => {
    blob.then((one) => codeInPicture(devices, one)).then(take, failed);
  };
  const submit = async (pin: string): Promise<boolean> => {
    wakeSound();
    setBusy(true);
    setError(null);
    try {
      if (again) await core.reopen(pin);
      else await core.openShift(badge ?? "", pin);
      return true;
    } catch (reason) {
      failed(reason);
      // Without a readable badge no PIN can be right.
      if (reason instanceof CoreError && BADGE_CODES.has(reason.code)) setBadge(null);
      return false;
    } finally {
      setBusy(false);
    }
  };
  useWedge((text) => !again && badge === null && take(text), () => setError(texts.home.wedge_broken));

  const locked = state.phase === "locked";
  const asking_pin = again || badge !== null;
  return (
    <main class="screen shift">
      <div class="barrier" aria-hidden="true" />
      <header class="shift-head">
        <h1>
          {locked ? <LockIcon /> : <OfficerIcon />}
          <span>{locked ? texts.shift.title_locked : texts.shift.title_closed}</span>
        </h1>
        <p class="shift-place">
          {state.checkpoint?.name}
          {state.lane !== null && ` · ${texts.shift.lane} ${laneName(texts.lanes, state.lane)}`}
        </p>
        <p class="hint">
          {texts.status.unsent(state.unsent)}
          {locked && `. ${texts.shift.still_sending}`}
        </p>
      </header>
      {error !== null && (
        <Notice kind="bad">
          {error}
          {wait > 0 && ` ${ageText(texts.ages, wait)}`}
        </Notice>
      )}
      {asking_pin ? (
        <>
          <PinPad
            label={again ? `${texts.shift.pin_step} · ${state.officer === null ? texts.shift.reopen_hint : calledName(state.officer.name)}` : texts.shift.pin_step}
            action={busy ? texts.shift.checking : again ? texts.shift.reopen : texts.shift.open}
            busy={busy || wait > 0}
            submit={submit}
          />
          <Button
            kind="quiet"
            class="wide"
            onPress={() => {
              setAgain(false);
              setBadge(null);
              setError(null);
            }}
          >
            {texts.shift.other_badge}
          </Button>
        </>
      ) : (
        <>
          <h2 class="step">{texts.shift.badge_step}</h2>
          <Scanner aim={texts.shift.badge_hint} paused={sampling} onText={take} />
          <div class="pair">
            <PhotoButton choose={(one) => picture(Promise.resolve(one))}>
              <CameraIcon />
              <span>{texts.shift.photo}</span>
            </PhotoButton>
            {badges.length > 0 && (
              <Button onPress={() => setSampling(true)}>
                <SampleIcon />
                <span>{texts.home.sample}</span>
              </Button>
            )}
          </div>
        </>
      )}
      {sampling && <SampleSheet samples={badges} choose={picture} close={() => setSampling(false)} />}
    </main>
  );
}

const BADGE_CODES: ReadonlySet<string> = new Set(["badge.unreadable", "badge.officer", "badge.lead"]);

/** Milliseconds left until a PIN may be tried, counting down. */
function useWait(retry_at_ms: number): number {
  const [left, setLeft] = useState(() => Math.max(0, retry_at_ms - Date.now()));
  useEffect(() => {
    const count = (): void => setLeft(Math.max(0, retry_at_ms - Date.now()));
    count();
    const timer = window.setInterval(count, 500);
    return () => window.clearInterval(timer);
  }, [retry_at_ms]);
  return left;
}
