import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { vi } from "../texts/vi.ts";

const CORE = join(import.meta.dirname, "../core");
/** Made for a caller inside the core; a screen never gets them. */
const INSIDE: ReadonlySet<string> = new Set(["enrolment.missing"]);

test("every error that the core names has words that say what to do", () => {
  const codes = new Set<string>();
  for (const file of readdirSync(CORE).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))) {
    const source = readFileSync(join(CORE, file), "utf8");
    for (const match of source.matchAll(/CoreError\("([a-z_]+\.[a-z_]+)"/g)) codes.add(match[1] ?? "");
    for (const match of source.matchAll(/"(camera\.[a-z]+)"/g)) codes.add(match[1] ?? "");
  }
  expect(codes.size).toBeGreaterThan(10);
  expect([...codes].filter((code) => vi.errors[code] === undefined && !INSIDE.has(code))).toEqual([]);
});
