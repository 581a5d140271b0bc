/**
 * QR codes out of pictures, with zxing-cpp as WebAssembly served by us (its default would be a CDN).
 *
 * 1 MB that has to be compiled once: `warmUp` does it before the first code is shown.
 */

import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

export type { CameraHandle, CameraState, Lens } from "./camera.ts";

const OPTIONS: ReaderOptions = {
  formats: ["QRCode"],
  tryHarder: true,
  // "HRI" would rewrite what looks like GS1.
  textMode: "Plain",
};
/** A photo of 12 MP costs 48 MB of pixels and finds no more than this. */
const LONGEST_SIDE = 2048;

prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });

/** Fetches and compiles the decoder. */
export async function warmUp(): Promise<void> {
  await prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true });
}

/** The texts of all QR codes in a picture, damaged ones left out; empty when there is none. Rejects what is no picture. */
export async function decodeImage(picture: Blob | ImageBitmap | ImageData): Promise<string[]> {
  if (picture instanceof ImageData) return await decodePixels(picture, 8);
  const bitmap = picture instanceof Blob ? await createImageBitmap(picture) : picture;
  try {
    return await decodePixels(pixelsOf(bitmap), 8);
  } finally {
    if (picture !== bitmap) bitmap.close();
  }
}

/** As `decodeImage`, for one frame of the camera. */
export async function decodePixels(pixels: ImageData, most = 1): Promise<string[]> {
  const found = await readBarcodes(pixels, { ...OPTIONS, maxNumberOfSymbols: most });
  return found.flatMap((one) => (one.isValid && one.text !== "" ? [one.text] : []));
}

function pixelsOf(bitmap: ImageBitmap): ImageData {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no 2d canvas");
  // Transparent pixels would read as black, and a code on them would vanish.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
