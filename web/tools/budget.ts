/** Fails the build when the scripts outgrow what a 3G connection should carry; wasm is counted apart. */

import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

export function budget(part: string, { js_gzip_kb }: { js_gzip_kb: number }): Plugin {
  return {
    name: "chot-budget",
    generateBundle(_options, bundle) {
      let bytes = 0;
      for (const file of Object.values(bundle)) {
        if (file.type === "chunk") bytes += gzipSync(file.code).length;
      }
      const line = `${part}: scripts ${(bytes / 1000).toFixed(1)} kB gzip of ${js_gzip_kb} kB`;
      if (bytes > js_gzip_kb * 1000) this.error(`over budget: ${line}`);
      console.log(line);
    },
  };
}
