/** «Xả chốt»: one big button a kind of vehicle, the count always in sight, one way back and one way out. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { WaveClass, WaveState } from "../core/types.ts";
import { Button, Notice, Sheet } from "../parts/controls.tsx";
import { signal, wakeSound } from "../parts/feedback.ts";
import { MinusIcon, VEHICLE_ICONS } from "../parts/icons.tsx";
import { ageText, clockText } from "../parts/time.ts";
import { errorText, useUi } from "../parts/ui.ts";

const CLASSES: readonly WaveClass[] = ["car", "truck", "motorbike", "bus"];
/** So long may traffic pass unchecked before somebody is asked whether it still must. */
export const ASK_AFTER_MS = 60 * 60_000;

/** The minutes in which nobody has said that it goes on. A clock set back asks no sooner. */
export function asksAgain(started_ms: number, said_ms: number | null, now_ms: number): boolean {
  return now_ms - Math.max(started_ms, said_ms ?? started_ms) >= ASK_AFTER_MS;
}

export function WaveScreen({ wave }: { wave: WaveState }): JSX.Element {
  const { core, texts, settings, now_ms } = useUi();
  const [ending, setEnding] = useState(false);
  const [said_ms, setSaid] = useState<number | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  /** Set at once: a second tap on "end" must not come before the first is on the screen. */
  const closing = useRef(false);
  const words = texts.wave;
  const asking = !ending && asksAgain(wave.started_ms, said_ms, now_ms);
  const age = ageText(texts.ages, Math.max(0, now_ms - wave.started_ms));

  useEffect(() => {
    if (asking) signal("refer", settings.sound);
  }, [asking]);

  const failed = (reason: unknown): void => {
    signal("refused", settings.sound);
    setError(errorText(texts, reason));
  };
  const act = (done: Promise<void>, sound: "saved" | "read"): void => {
    wakeSound();
    setError(null);
    done.then(() => signal(sound, settings.sound), failed);
  };
  const end = (): void => {
    if (closing.current) return;
    closing.current = true;
    setBusy(true);
    core.waving.end().catch((reason: unknown) => {
      closing.current = false;
      setBusy(false);
      setEnding(false);
      failed(reason);
    });
  };
  return (
    <main class="screen wave">
      <header class="wave-head">
        <h1>{words.running}</h1>
        <p class="wave-about">
          {texts.directions[wave.direction]} · {words.reasons[wave.reason]} · {words.since(clockText(wave.started_ms), age)}
        </p>
        <p class="wave-total" role="status">
          <span>{words.total}</span> <strong>{wave.total}</strong>
        </p>
      </header>
      {error !== null && <Notice kind="bad">{error}</Notice>}
      <p class="wave-how">{words.how}</p>
      <div class="wave-buttons">
        {CLASSES.map((one) => {
          const Icon = VEHICLE_ICONS[one];
          const count = wave.counts[one];
          return (
            <button type="button" key={one} class="wave-button" aria-label={words.one_more(texts.vehicles[one], count)} onClick={() => act(core.waving.tap(one), "saved")}>
              <Icon />
              <span class="wave-name">+1 {texts.vehicles[one]}</span>
              <strong class="wave-count">{count}</strong>
            </button>
          );
        })}
      </div>
      <footer class="foot wave-foot">
        <Button class="tall" disabled={wave.last === null} onPress={() => act(core.waving.undo(), "read")}>
          <MinusIcon />
          <span>{wave.last === null ? words.nothing : words.undo(texts.vehicles[wave.last])}</span>
        </Button>
        <Button kind="danger" class="tall" onPress={() => setEnding(true)}>
          {words.end}
        </Button>
      </footer>
      {(ending || asking) && (
        <Sheet
          title={ending ? words.end_sure : words.still(age)}
          close={() => (ending ? setEnding(false) : setSaid(now_ms))}
          foot={
            <div class="pair">
              <Button kind="danger" disabled={busy} onPress={end}>
                {words.end_yes}
              </Button>
              <Button
                kind="primary"
                onPress={() => {
                  setEnding(false);
                  setSaid(now_ms);
                }}
              >
                {words.go_on}
              </Button>
            </div>
          }
        >
          <p>{words.end_hint(wave.total)}</p>
        </Sheet>
      )}
    </main>
  );
}
