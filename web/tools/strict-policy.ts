/** Fails the build when a page holds what a strict content security policy would refuse to run. */

import type { Plugin } from "vite";

/** What in this HTML breaks `script-src 'self'; style-src 'self'`; empty when nothing does. */
export function inlineParts(html: string): string[] {
  const found: string[] = [];
  for (const match of html.matchAll(/<script\b([^>]*)>/gi)) {
    if (!/\bsrc\s*=/i.test(match[1] ?? "")) found.push(match[0]);
  }
  for (const match of html.matchAll(/<style\b[^>]*>|<[^>]+\s(?:style|on\w+)\s*=[^>]*>|(?:href|src)\s*=\s*["']?(?:javascript|data|https?):[^>]*/gi)) {
    found.push(match[0]);
  }
  return found;
}

export function strictPolicy(): Plugin {
  return {
    name: "chot-strict-policy",
    enforce: "post",
    generateBundle(_options, bundle) {
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type !== "asset" || !name.endsWith(".html")) continue;
        const found = inlineParts(String(file.source));
        if (found.length > 0) this.error(`${name} has inline or foreign parts: ${found.join(" ")}`);
      }
    },
  };
}
