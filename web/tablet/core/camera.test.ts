/** The camera while a code is being read: no frame is fetched, and the device is left to the answer. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CameraState } from "./camera.ts";

/** More than one frame's turn, also of a slow engine. */
const A_WHILE_MS = 1_000;

const stream = { getVideoTracks: () => [{ addEventListener: () => undefined, getSettings: () => ({}) }], getTracks: () => [] };
const video = { srcObject: null, videoWidth: 1280, videoHeight: 720, readyState: 4, play: () => Promise.resolve() };
/** One entry for each frame that was fetched from the lens. */
let fetched: string[];
let shown: string;

beforeEach(() => {
  [fetched, shown] = [[], ""];
  vi.useFakeTimers();
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: () => Promise.resolve(stream) } });
  vi.stubGlobal("HTMLMediaElement", { HAVE_CURRENT_DATA: 2 });
  const drawImage = () => void fetched.push("drawn");
  vi.stubGlobal("document", { createElement: () => ({ getContext: () => ({ drawImage, getImageData: () => ({}) }) }) });
  const texts = () => Promise.resolve(shown === "" ? [] : [shown]);
  vi.doMock("./decode.ts", () => ({ decodeFrame: texts, decodePixels: texts, isRefused: () => false }));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.doUnmock("./decode.ts");
  vi.resetModules();
});

function givesFrames(): void {
  vi.stubGlobal("OffscreenCanvas", class {});
  vi.stubGlobal(
    "VideoFrame",
    class {
      constructor() {
        fetched.push("given");
      }
    },
  );
}

/** A running camera; `held.is` is what it is answered. */
async function running(held: { is: boolean }): Promise<{ seen: string[]; states: string[]; stop(): void }> {
  // What the engine can is asked when the module is loaded.
  const { Camera } = await import("./camera.ts");
  const seen: string[] = [];
  const states: string[] = [];
  const told = ({ status }: CameraState) => states.push(status);
  const camera = new Camera(video as unknown as HTMLVideoElement, (text) => seen.push(text), told, () => held.is);
  await camera.start();
  return { seen, states, stop: () => camera.stop() };
}

for (const [way, prepare] of [
  ["given", givesFrames],
  ["drawn", () => undefined],
] as const) {
  test(`a frame that would be ${way} is not fetched while a code is being read, and is again after`, async () => {
    prepare();
    const held = { is: false };
    const { seen, states, stop } = await running(held);
    await vi.advanceTimersByTimeAsync(A_WHILE_MS);
    const before = fetched.length;
    expect(new Set(fetched)).toEqual(new Set([way]));

    held.is = true;
    shown = "CHOT1:x";
    await vi.advanceTimersByTimeAsync(A_WHILE_MS);
    expect(fetched).toHaveLength(before);
    expect(seen).toEqual([]);

    held.is = false;
    await vi.advanceTimersByTimeAsync(A_WHILE_MS);
    expect(fetched.length).toBeGreaterThan(before);
    expect(seen).toEqual(["CHOT1:x"]);
    // It looked on all the time: nobody had to start it again.
    expect(states).toEqual(["starting", "running"]);
    stop();
  });
}
