/** No shift yet, or locked: badge, then PIN; the PIN alone re-opens while the app stays in memory. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { BadgeReader, refusesBadge } from "../parts/badge_reader.tsx";
import { Button, Notice } from "../parts/controls.tsx";
import { LockIcon, OfficerIcon, UpdateIcon } from "../parts/icons.tsx";
import { signal, wakeSound } from "../parts/feedback.ts";
import { PinPad } from "../parts/pin_pad.tsx";
import { calledName, laneName } from "../parts/names.ts";
import { ageText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";
import { useWayBack } from "../parts/way_back.ts";

export function ShiftScreen(): JSX.Element {
  const { core, state, texts, settings, practise, update } = useUi();
  const [badge, setBadge] = useState<string | null>(null);
  const [again, setAgain] = useState(state.phase === "locked");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const wait = useWait(state.pin.retry_at_ms);

  // A shift that a timer or a wrong PIN closed asks for a badge again.
  useEffect(() => setAgain(state.phase === "locked"), [state.phase]);

  const failed = (reason: unknown): void => {
    signal("refused", settings.sound);
    setError(typeof reason === "string" ? reason : errorText(texts, reason));
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
      if (refusesBadge(reason)) setBadge(null);
      return false;
    } finally {
      setBusy(false);
    }
  };

  const locked = state.phase === "locked";
  const asking_pin = again || badge !== null;
  const otherBadge = (): void => {
    setAgain(false);
    setBadge(null);
    setError(null);
  };
  useWayBack(badge !== null ? otherBadge : null);
  return (
    <main class={`screen shift ${asking_pin ? "asking" : ""}`}>
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
            onPress={otherBadge}
          >
            {texts.shift.other_badge}
          </Button>
        </>
      ) : (
        <BadgeReader
          title={texts.shift.badge_step}
          take={(text) => {
            setError(null);
            setBadge(text);
          }}
          failed={failed}
        />
      )}
      {update !== null && !locked && !asking_pin && (
        <Button class="wide" onPress={update}>
          <UpdateIcon />
          <span>{texts.status.update_idle}</span>
        </Button>
      )}
      {practise !== null && !asking_pin && (
        <Button class="wide" onPress={practise}>
          {texts.practice.start}
        </Button>
      )}
    </main>
  );
}

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
