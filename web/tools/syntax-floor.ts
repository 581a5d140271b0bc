/** Fails the build when any script, dependencies included, needs a newer JavaScript than the floor. */

import { parse } from "acorn";
import type { Plugin } from "vite";

export function syntaxFloor(ecmaVersion: 2019 | 2020 | 2021): Plugin {
  return {
    name: "chot-syntax-floor",
    generateBundle(_options, bundle) {
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type !== "chunk") continue;
        try {
          parse(file.code, { ecmaVersion, sourceType: "module" });
        } catch (error) {
          const at = error instanceof SyntaxError ? (error as SyntaxError & { pos?: number }).pos : undefined;
          const near = at === undefined ? "" : ` near: ${file.code.slice(Math.max(0, at - 60), at + 60)}`;
          this.error(`${name} is not ES${ecmaVersion}: ${String(error)}${near}`);
        }
      }
    },
  };
}
