// One build per mode: `tablet` is the offline PWA below /tablet/, `console` the script of the console's pages.

import { resolve } from "node:path";
import { defineConfig, type UserConfig } from "vite";
import { brotli } from "./tools/brotli.ts";
import { budget } from "./tools/budget.ts";
import { privateNames } from "./tools/private-names.ts";
import { precache } from "./tools/precache.ts";
import { together } from "./tools/together.ts";
import { strictPolicy } from "./tools/strict-policy.ts";
import { apiFloor } from "./tools/api-floor.ts";
import { syntaxFloor } from "./tools/syntax-floor.ts";

/** The oldest browser served: Chromium 84 (ES2020, `gap` between flexible boxes); tests/e2e/test_oldest.py runs it. */
const FLOOR = { chromium: 84, target: "chrome84", ecmaVersion: 2020 } as const;

const here = import.meta.dirname;
const shared: UserConfig["build"] = {
  target: FLOOR.target,
  // A data: URL would need a hole in the content security policy.
  assetsInlineLimit: 0,
  emptyOutDir: true,
  reportCompressedSize: false,
  // The page names at once what its first script imports; every browser that we serve understands that.
  modulePreload: { polyfill: false },
};

const tablet: UserConfig = {
  root: resolve(here, "tablet"),
  base: "/tablet/",
  build: {
    ...shared,
    outDir: resolve(here, "dist/tablet"),
    rollupOptions: {
      checks: { bundlerTimings: false },
      input: { index: resolve(here, "tablet/index.html"), sw: resolve(here, "tablet/sw.ts") },
      output: {
        // A service worker keeps its address for ever; everything else is named by its content.
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
        // Each file of its own costs a round trip and a kilobyte of headers: rare screens come together.
        codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: together() }] },
      },
    },
  },
  // Chromium has started workers of modules since version 80.
  worker: { format: "es", plugins: () => [privateNames(), syntaxFloor(FLOOR.ecmaVersion), apiFloor(FLOOR.chromium)], rollupOptions: { output: { entryFileNames: "assets/[name]-[hash].js" } } },
  plugins: [privateNames(), precache("sw.js"), syntaxFloor(FLOOR.ecmaVersion), apiFloor(FLOOR.chromium), strictPolicy(), budget("tablet", { page: "index", start_gzip_kb: 120 }), brotli(resolve(here, "node_modules/.cache/chot-brotli"))],
};

const console_: UserConfig = {
  root: resolve(here, "console"),
  base: "/console/assets/",
  build: {
    ...shared,
    outDir: resolve(here, "dist/console"),
    rollupOptions: {
      input: { main: resolve(here, "console/main.ts") },
      // Templates name main.js and main.css.
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: (asset) => (asset.names.some((n) => n.endsWith(".css")) ? "main.css" : "[name]-[hash][extname]"),
      },
    },
  },
  plugins: [syntaxFloor(FLOOR.ecmaVersion), budget("console", { page: "main", start_gzip_kb: 60 })],
};

/** What `bench/` measures the core with; nothing that is served. */
const week: UserConfig = {
  root: resolve(here, "tablet"),
  base: "/week/",
  build: {
    ...shared,
    outDir: resolve(here, "../build/week"),
    emptyOutDir: true,
    rollupOptions: { input: { week: resolve(here, "tablet/dev/week.ts") }, output: { entryFileNames: "week.js" } },
  },
  plugins: [privateNames()],
};

export default defineConfig(({ mode }) => {
  if (mode === "tablet") return { ...tablet, logLevel: "warn" };
  if (mode === "console") return { ...console_, logLevel: "warn" };
  if (mode === "week") return { ...week, logLevel: "warn" };
  throw new Error(`vite build --mode tablet or --mode console, not ${mode}`);
});
