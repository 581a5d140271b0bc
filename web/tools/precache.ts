/**
 * Writes the list of everything the tablet needs into its service worker, once the build is on disk.
 *
 * It runs on the written folder rather than on the bundle, because files from public/ are in no bundle.
 */

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { filesBelow } from "./files.ts";

/** What sw.ts finds in place of `__PRECACHE__`. */
export interface Precache {
  /** Hash over names and contents: any changed byte makes another cache. */
  revision: string;
  /** Paths relative to the worker's own folder. */
  files: string[];
}

export function precacheOf(folder: string, worker: string): Precache {
  const files = filesBelow(folder).filter((path) => path !== worker && !path.endsWith(".map"));
  const hash = createHash("sha256");
  for (const path of files) {
    const content = createHash("sha256").update(readFileSync(join(folder, path))).digest("hex");
    hash.update(`${path}\n${content}\n`);
  }
  return { revision: hash.digest("hex").slice(0, 16), files };
}

/** `worker`: the built service worker's path inside the output folder. */
export function precache(worker: string): Plugin {
  return {
    name: "chot-precache",
    writeBundle(options) {
      const folder = options.dir;
      if (folder === undefined) throw new Error("precache needs an output folder");
      const path = join(folder, worker);
      const source = readFileSync(path, "utf8");
      // A chunk shared with the page would make the worker a module, which old browsers do not start.
      if (/^\s*(import|export)\b/m.test(source)) throw new Error(`${worker} must be self-contained`);
      const parts = source.split("__PRECACHE__");
      if (parts.length !== 2) {
        throw new Error(`${worker} must mention __PRECACHE__ once, found ${parts.length - 1}`);
      }
      writeFileSync(path, parts.join(JSON.stringify(precacheOf(folder, worker))));
    },
  };
}
