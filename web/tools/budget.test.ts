import { expect, test } from "vitest";
import { sizesOf } from "./budget.ts";

const noise = (bytes: number): string => Array.from({ length: bytes }, (_, n) => String.fromCharCode(33 + ((n * n * 7919 + n * 104729) % 89))).join("");
const chunk = (imports: string[], isEntry = false) => ({ imports, isEntry, code: noise(1000) });

test("with the page's chunk counts what it imports; workers, later chunks and wasm count apart", () => {
  const chunks = new Map([
    ["index.js", chunk(["shared.js"], true)],
    ["shared.js", chunk(["index.js"])],
    ["sw.js", chunk([], true)],
    ["en.js", chunk(["shared.js"])],
  ]);
  const assets = new Map([
    ["decoder.js", Buffer.from(noise(1000))],
    ["reader.wasm", Buffer.from(noise(1000))],
    ["icon.png", Buffer.from(noise(1000))],
  ]);
  const { start, workers, later, later_files, wasm } = sizesOf("index.js", chunks, assets);
  expect(later).toBeGreaterThan(0);
  expect([start, workers, later_files, wasm]).toEqual([2 * later, 2 * later, 1, later]);
});
