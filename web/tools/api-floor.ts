/**
 * Fails the build when a script, dependencies included, calls what the oldest browser served does not have.
 *
 * Syntax is another floor (syntax-floor.ts). The table is by hand, from MDN's compatibility data: names that mean
 * nothing else in our code. What is asked for first (`typeof`, `in`, `?.`) is named in `GUARDED` with where.
 */

import { parse } from "acorn";
import type { Plugin } from "vite";

/** Names by themselves, and the Chromium that brought them. */
const GLOBALS: Readonly<Record<string, number>> = {
  AggregateError: 85, FinalizationRegistry: 84, ImageDecoder: 94, VideoFrame: 94, WeakRef: 84, scheduler: 94, structuredClone: 98,
};
/** "Object.name" as it is written. */
const STATICS: Readonly<Record<string, number>> = {
  "AbortSignal.any": 116, "AbortSignal.timeout": 103, "Array.fromAsync": 121, "CSS.escape": 46, "Intl.Segmenter": 87, "Map.groupBy": 117,
  "Object.groupBy": 117, "Object.hasOwn": 93, "Promise.any": 85, "Promise.try": 128, "Promise.withResolvers": 119, "Response.json": 105,
  "URL.canParse": 120, "crypto.randomUUID": 92,
};
/** Members of any object. */
const MEMBERS: Readonly<Record<string, number>> = {
  checkVisibility: 105, findLast: 97, findLastIndex: 97, getAnimations: 84, inert: 102, isWellFormed: 111, replaceAll: 85, replaceChildren: 86,
  requestVideoFrameCallback: 83, showPicker: 99, startViewTransition: 111, throwIfAborted: 100, toReversed: 110, toSorted: 110, toSpliced: 110,
  toWellFormed: 111, userAgentData: 90,
};
/** Asked for before it is used, or brought along. */
export const GUARDED: ReadonlySet<string> = new Set([
  "VideoFrame", // core/camera.ts: a canvas where there is none
  "FinalizationRegistry", // zxing-wasm's own check
  "Object.hasOwn", // core/floor.ts brings it for zxing-wasm
]);

interface Node {
  type: string;
  name?: string;
  computed?: boolean;
  object?: Node;
  property?: Node;
  callee?: Node;
  arguments?: Node[];
  operator?: string;
}

/** "name (Chromium version)" of everything in a script that is younger than `chromium`. */
export function youngerThan(chromium: number, script: string): string[] {
  const found = new Map<string, number>();
  const note = (name: string, since: number | undefined): void => {
    if (since !== undefined && since > chromium) found.set(name, since);
  };
  const visit = (node: Node): void => {
    if (node.type === "MemberExpression" && node.computed !== true && node.property?.name !== undefined) {
      const { name } = node.property;
      note(name, MEMBERS[name]);
      note(`${node.object?.name}.${name}`, STATICS[`${node.object?.name}.${name}`]);
      if (node.object !== undefined) visit(node.object);
      return;
    }
    if (node.type === "Identifier" && node.name !== undefined) note(node.name, GLOBALS[node.name]);
    // Many a thing of ours has an `at`; only lists are asked for the last one so.
    const [first] = node.arguments ?? [];
    if (node.type === "CallExpression" && node.callee?.property?.name === "at" && first?.type === "UnaryExpression" && first.operator === "-") note(".at(−n)", 92);
    for (const [key, value] of Object.entries(node)) {
      // A name in front of a colon is nobody's global.
      if (key === "key" && node.computed !== true) continue;
      for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) visit(one);
    }
  };
  visit(parse(script, { ecmaVersion: "latest", sourceType: "module" }) as unknown as Node);
  return [...found].map(([name, since]) => `${name} (Chromium ${since})`).sort();
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

export function apiFloor(chromium: number): Plugin {
  return {
    name: "chot-api-floor",
    generateBundle(_options, bundle) {
      for (const [name, file] of Object.entries(bundle)) {
        if (file.type !== "chunk") continue;
        const young = youngerThan(chromium, file.code).filter((one) => !GUARDED.has(one.split(" ")[0] ?? ""));
        if (young.length > 0) this.error(`${name} needs more than Chromium ${chromium}: ${young.join(", ")}`);
      }
    },
  };
}
