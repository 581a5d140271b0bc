/** What is drawn for a traveller's phone is read by the decoder that we ship. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { qrModules } from "./qr_draw.ts";

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
prepareZXingModule({ overrides: { wasmBinary: (await readFile(wasm)).buffer as ArrayBuffer }, fireImmediately: false });

const SCALE = 4;
const QUIET = 4;

async function readBack(text: string): Promise<string[]> {
  const modules = qrModules(text);
  const size = (modules.length + 2 * QUIET) * SCALE;
  const data = new Uint8ClampedArray(size * size * 4).fill(255);
  modules.forEach((row, y) =>
    row.forEach((dark, x) => {
      if (!dark) return;
      for (let dy = 0; dy < SCALE; dy += 1) {
        for (let dx = 0; dx < SCALE; dx += 1) data.fill(0, (((y + QUIET) * SCALE + dy) * size + (x + QUIET) * SCALE + dx) * 4, (((y + QUIET) * SCALE + dy) * size + (x + QUIET) * SCALE + dx) * 4 + 3);
      }
    }),
  );
  const found = await readBarcodes({ data, width: size, height: size, colorSpace: "srgb" } as ImageData, { formats: ["QRCode"] });
  return found.map((one) => one.text);
}

test.each(Array.from({ length: 106 }, (_, at) => at + 1))("a text of %i bytes is read back", async (length) => {
  const text = Array.from({ length }, (_, at) => "https://chot.example/khieu-nai#4K7Q-M2XR?".charAt((at * 7 + length) % 41)).join("");
  expect(await readBack(text)).toEqual([text]);
});

test("what does not fit is refused", () => {
  expect(() => qrModules("x".repeat(107))).toThrow(RangeError);
});
