/** The live camera: a frame to aim at, what is wrong when it is dark, light and lens within reach. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CameraHandle, CameraState, Lens } from "../core/camera.ts";
import { Button } from "./controls.tsx";
import { CameraIcon, ScanIcon, SwapIcon, TorchIcon } from "./icons.tsx";
import { errorText, useUi } from "./ui.ts";
import { useSerial } from "./use_serial.ts";

const OFF: CameraState = { status: "off", code: null, lens: null, torch: null, zoom: null };

/** A dense code wants to be larger, not nearer: near, a cheap lens is not sharp. */
const ZOOMS = [1, 1.5, 2, 3, 4];

interface ScannerProps {
  aim: string;
  /** Codes are not handed over while something else is being answered. */
  paused?: boolean;
  /** As `paused`, for what begins and ends too fast for a picture of it. */
  busy?: (() => boolean) | undefined;
  onText(text: string): void;
}

export function Scanner({ aim, paused, busy, onText }: ScannerProps): JSX.Element {
  const { texts, settings, change, devices } = useUi();
  const video = useRef<HTMLVideoElement>(null);
  const handle = useRef<CameraHandle | null>(null);
  const take = useRef(onText);
  const held = useRef<() => boolean>(() => false);
  take.current = onText;
  held.current = () => paused === true || busy?.() === true;
  const [state, setState] = useState(OFF);
  const [lenses, setLenses] = useState<readonly Lens[]>([]);

  useEffect(() => {
    if (video.current === null) return undefined;
    const camera = devices.camera(
      video.current,
      (text) => {
        if (!held.current()) take.current(text);
      },
      setState,
      () => held.current(),
    );
    handle.current = camera;
    // Failures arrive as a state with a code.
    const ignore = (): void => undefined;
    const start = (): void => {
      camera.start(settings.lens ?? undefined).then(() => camera.lenses().then(setLenses), ignore);
    };
    // Whoever put the page away before its picture was drawn is not looked at; `visible` starts it then.
    if (document.visibilityState === "visible") start();
    // A camera taken away in the background stays black until it is asked for again.
    const visible = (): void => {
      if (document.visibilityState === "visible") start();
      else camera.stop();
    };
    document.addEventListener("visibilitychange", visible);
    return () => {
      document.removeEventListener("visibilitychange", visible);
      camera.stop();
    };
  }, [settings.lens]);

  const serial = useSerial((text) => {
    if (!held.current()) take.current(text);
  });
  const [lit, setLit] = useState(false);
  const torch = (): void => {
    handle.current?.setTorch(!lit).then(
      () => setLit(!lit),
      () => setLit(false),
    );
  };
  /** One step larger, and after the largest the whole picture again. */
  const larger = (): void => {
    if (state.zoom === null) return;
    const next = ZOOMS.find((times) => times > (state.zoom?.times ?? 1) + 0.01 && times <= (state.zoom?.most ?? 1));
    handle.current?.setZoom(next ?? 1).catch(() => undefined);
  };
  const other = (): void => {
    const at = lenses.findIndex((lens) => lens.id === state.lens);
    const next = lenses[(at + 1) % lenses.length];
    if (next !== undefined) change({ lens: next.id });
  };
  const restart = (): void => {
    handle.current?.start(settings.lens ?? undefined).catch(() => undefined);
  };

  return (
    <section class={`scanner ${state.status}`} aria-label={aim}>
      {/* An empty caption track would be noise: this is a viewfinder, not a film. */}
      <video ref={video} muted playsInline aria-hidden="true" />
      {state.status === "failed" ? (
        <div class="scanner-failed">
          <CameraIcon />
          <p role="alert">{errorText(texts, state.code ?? "camera.failed")}</p>
          <Button onPress={restart}>{texts.home.camera_retry}</Button>
        </div>
      ) : (
        <>
          <div class="aim" aria-hidden="true">
            <span />
            <span />
            <span />
            <span />
          </div>
          <p class="aim-word">{state.status === "running" ? aim : texts.home.camera_starting}</p>
        </>
      )}
      <div class="scanner-tools">
        {state.torch !== null && (
          <Button kind="quiet" class="on-video" onPress={torch}>
            <TorchIcon />
            <span class="tool-word">
              {texts.home.torch}: {lit ? texts.status.on : texts.status.off}
            </span>
          </Button>
        )}
        {state.zoom !== null && (
          <Button kind="quiet" class="on-video" onPress={larger}>
            <span class="tool-word">{texts.home.zoom(state.zoom.times)}</span>
            <span class="tool-short" aria-hidden="true">
              ×{Math.round(state.zoom.times * 10) / 10}
            </span>
          </Button>
        )}
        {serial.connect !== null && (
          <Button kind="quiet" class="on-video" onPress={serial.connect}>
            <ScanIcon />
            <span class="tool-word">{serial.lost ? texts.home.serial_lost : texts.home.serial}</span>
          </Button>
        )}
        {lenses.length > 1 && state.status === "running" && (
          <Button kind="quiet" class="on-video square" label={texts.home.switch_camera} onPress={other}>
            <SwapIcon />
          </Button>
        )}
      </div>
    </section>
  );
}
