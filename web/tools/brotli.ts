/**
 * Writes `file.br` beside each built file that gets smaller by it: browsers ask for Brotli over HTTPS, and on a slow
 * network a fifth less is seconds. The decoder takes a while to compress, so results are kept by content.
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "vite";
import { filesBelow } from "./files.ts";

const WORTH = /\.(?:js|css|html|wasm|txt|webmanifest)$/;
const FROM_BYTES = 1000;

function compressed(data: Buffer, kept: string): Buffer {
  const path = join(kept, `${createHash("sha256").update(data).digest("hex")}.br`);
  if (existsSync(path)) return readFileSync(path);
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: data.length, [constants.BROTLI_PARAM_LGWIN]: 22 };
  const found = brotliCompressSync(data, { params });
  mkdirSync(kept, { recursive: true });
  // Whole or not at all: two builds may run at once.
  const part = `${path}.${process.pid}`;
  writeFileSync(part, found);
  renameSync(part, path);
  return found;
}

/** `kept`: a folder for results of earlier builds. Runs on what is on disk, after the list of the service worker is written. */
export function brotli(kept: string): Plugin {
  return {
    name: "chot-brotli",
    closeBundle: {
      order: "post",
      sequential: true,
      handler() {
        const folder = this.environment.config.build.outDir;
        for (const path of filesBelow(folder)) {
          if (!WORTH.test(path)) continue;
          const data = readFileSync(join(folder, path));
          if (data.length < FROM_BYTES) continue;
          const found = compressed(data, kept);
          if (found.length < data.length) writeFileSync(join(folder, `${path}.br`), found);
        }
      },
    },
  };
}
