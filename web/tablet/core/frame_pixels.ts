/** The pixels of a camera's frame to look for codes in; the same on the page and in the worker. */

import type { View } from "./decode_messages.ts";

const WIDE_SIDE = 1280;

interface Canvas {
  width: number;
  height: number;
}

interface Context {
  drawImage(image: CanvasImageSource, sx: number, sy: number, sw: number, sh: number, dx: number, dy: number, dw: number, dh: number): void;
  getImageData(x: number, y: number, width: number, height: number): ImageData;
}

/** Draws `image`, of this size, on the canvas as `view` wants it, and gives the pixels. */
export function framePixels(image: CanvasImageSource, width: number, height: number, view: View, canvas: Canvas, context: Context): ImageData {
  const side = Math.min(width, height);
  const [w, h] = view === "middle" ? [side, side] : [width, height];
  const scale = view === "middle" ? 1 : Math.min(1, WIDE_SIDE / Math.max(width, height));
  canvas.width = Math.round(w * scale);
  canvas.height = Math.round(h * scale);
  context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
