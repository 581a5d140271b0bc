/**
 * QR codes out of pixels, with zxing-cpp as WebAssembly served by us (its default would be a CDN).
 *
 * In a worker, because a frame takes a slow tablet up to half a second, and a finger must not wait for it.
 */

import "./floor.ts";
import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";
import type { CameraFrame, DecodeAnswer, DecodeRequest } from "./decode_messages.ts";
import { framePixels } from "./frame_pixels.ts";

declare const self: DedicatedWorkerGlobalScope;

const OPTIONS: ReaderOptions = {
  formats: ["QRCode"],
  tryHarder: true,
  // "HRI" would rewrite what looks like GS1.
  textMode: "Plain",
};

prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });

self.addEventListener("message", ({ data }: MessageEvent<DecodeRequest>) => {
  const answer = (texts: string[] | null): void => self.postMessage({ id: data.id, texts, refused: texts === null && !compilesWasm() } satisfies DecodeAnswer);
  textsIn(data).then(answer, () => answer(null));
});

/** Damaged codes are left out: half of one would be told as a whole one. */
async function textsIn({ picture, most }: DecodeRequest): Promise<string[]> {
  if (picture === null) {
    await prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true });
    return [];
  }
  const pixels = "frame" in picture ? pixelsOf(picture) : picture;
  const found = await readBarcodes(pixels, { ...OPTIONS, maxNumberOfSymbols: most });
  return found.flatMap((one) => (one.isValid && one.text !== "" ? [one.text] : []));
}

let canvas: OffscreenCanvas | null = null;

function pixelsOf({ frame, view }: CameraFrame): ImageData {
  canvas ??= new OffscreenCanvas(1, 1);
  try {
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("no 2d canvas");
    return framePixels(frame, frame.displayWidth, frame.displayHeight, view, canvas, context);
  } finally {
    // A camera has few frames, and stops when none comes back.
    frame.close();
  }
}

/** Chromium 96 asks the content security policy about workers and does not know 'wasm-unsafe-eval' yet. */
function compilesWasm(): boolean {
  try {
    // The smallest module there is: magic number and version.
    return new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) !== null;
  } catch {
    return false;
  }
}
