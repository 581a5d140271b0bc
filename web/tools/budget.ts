/**
 * Fails the build when what a page loads at its start outgrows what a 3G connection should carry. Told apart are
 * the start, the workers, what comes later, and wasm, which all are on the tablet's disk before they are needed.
 */

import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

interface Chunk {
  isEntry: boolean;
  imports: readonly string[];
  code: string;
}

/** Sizes are bytes as gzip -9 makes them. */
export interface Sizes {
  start: number;
  workers: number;
  later: number;
  later_files: number;
  wasm: number;
}

/** `entry`: the page's own chunk; with it comes all that it imports. Other entries are workers, as are scripts outside of `chunks`. */
export function sizesOf(entry: string, chunks: ReadonlyMap<string, Chunk>, assets: ReadonlyMap<string, Uint8Array>): Sizes {
  const start = new Set<string>();
  const follow = (name: string): void => {
    if (start.has(name)) return;
    start.add(name);
    chunks.get(name)?.imports.forEach(follow);
  };
  follow(entry);
  const sizes: Sizes = { start: 0, workers: 0, later: 0, later_files: 0, wasm: 0 };
  for (const [name, { code, isEntry }] of chunks) {
    const bytes = gzipSync(code, { level: 9 }).length;
    if (start.has(name)) sizes.start += bytes;
    else if (isEntry) sizes.workers += bytes;
    else {
      sizes.later += bytes;
      sizes.later_files += 1;
    }
  }
  for (const [name, data] of assets) {
    if (name.endsWith(".js")) sizes.workers += gzipSync(data, { level: 9 }).length;
    if (name.endsWith(".wasm")) sizes.wasm += gzipSync(data, { level: 9 }).length;
  }
  return sizes;
}

const kb = (bytes: number): string => (bytes / 1000).toFixed(1);

export function budget(part: string, { page, start_gzip_kb }: { page: string; start_gzip_kb: number }): Plugin {
  return {
    name: "chot-budget",
    generateBundle(_options, bundle) {
      const chunks = new Map<string, Chunk>();
      const assets = new Map<string, Uint8Array>();
      let entry = "";
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type === "chunk") {
          chunks.set(name, file);
          if (file.isEntry && file.name === page) entry = name;
        } else assets.set(name, Buffer.from(file.source));
      }
      if (entry === "") this.error(`${part}: no page ${page}`);
      const sizes = sizesOf(entry, chunks, assets);
      const rest = [
        sizes.workers > 0 ? `workers ${kb(sizes.workers)}` : "",
        sizes.later > 0 ? `later ${kb(sizes.later)} in ${sizes.later_files} files` : "",
        sizes.wasm > 0 ? `wasm ${kb(sizes.wasm)}` : "",
      ].filter((one) => one !== "");
      const line = `${part}: start ${kb(sizes.start)} kB gzip of ${start_gzip_kb}${rest.map((one) => `, ${one}`).join("")}`;
      if (sizes.start > start_gzip_kb * 1000) this.error(`over budget: ${line}`);
      console.log(line);
    },
  };
}
