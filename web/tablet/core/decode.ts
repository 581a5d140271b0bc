/** QR codes out of pictures; the work is done in decode_worker.ts. */

import type { DecodeAnswer, DecodeRequest, View } from "./decode_messages.ts";

/** A photo of 12 MP costs 48 MB of pixels and finds no more than this. */
const LONGEST_SIDE = 2048;
/** A photo of a sheet may hold several. */
const MOST_IN_PICTURE = 8;

interface Waiting {
  resolve(texts: string[]): void;
  reject(reason: Error): void;
}

let worker: Worker | null = null;
let asked = 0;
let refused_here = false;
const waiting = new Map<number, Waiting>();

/** Fetches and compiles the decoder, 1 MB, before the first code is shown. A failure shows with that code. */
export async function warmUp(): Promise<void> {
  await ask(null, 0).catch(() => undefined);
}

/** Whether a picture failed because this browser will never compile the decoder. */
export function isRefused(): boolean {
  return refused_here;
}

/** The texts of all QR codes in a picture, damaged ones left out; empty when there is none. Rejects what is no picture. */
export async function decodeImage(picture: Blob): Promise<string[]> {
  const bitmap = await createImageBitmap(picture);
  try {
    return await decodePixels(pixelsOf(bitmap), MOST_IN_PICTURE);
  } finally {
    bitmap.close();
  }
}

/** As `decodeImage`, for pixels. They are given away: they are empty afterwards. */
export async function decodePixels(pixels: ImageData, most = 1): Promise<string[]> {
  return await ask(pixels, most);
}

/** As `decodeImage`, for one frame of the camera, which is given away; its pixels are fetched in the worker. */
export async function decodeFrame(frame: VideoFrame, view: View): Promise<string[]> {
  return await ask({ frame, view }, 1);
}

function ask(picture: DecodeRequest["picture"], most: number): Promise<string[]> {
  asked += 1;
  const request: DecodeRequest = { id: asked, picture, most };
  const given = picture === null ? [] : "frame" in picture ? [picture.frame] : [picture.data.buffer];
  return new Promise((resolve, reject) => {
    waiting.set(request.id, { resolve, reject });
    (worker ?? started()).postMessage(request, given);
  });
}

function started(): Worker {
  const fresh = new Worker(new URL("./decode_worker.ts", import.meta.url), { type: "module" });
  fresh.addEventListener("message", ({ data: { id, texts, refused } }: MessageEvent<DecodeAnswer>) => {
    if (refused) refused_here = true;
    const one = waiting.get(id);
    waiting.delete(id);
    if (texts === null) one?.reject(new Error("the decoder failed"));
    else one?.resolve(texts);
  });
  fresh.addEventListener("error", () => {
    // It could not be loaded, or ran out of memory: the next picture gets a new one.
    fresh.terminate();
    if (worker === fresh) worker = null;
    for (const one of waiting.values()) one.reject(new Error("the decoder stopped"));
    waiting.clear();
  });
  worker = fresh;
  return fresh;
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
