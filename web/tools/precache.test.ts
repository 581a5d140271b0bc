import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { precacheOf } from "./precache.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "precache-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<p>");
  writeFileSync(join(folder, "sw.js"), "worker");
  writeFileSync(join(folder, "assets", "a-1.js"), "1");
  writeFileSync(join(folder, "assets", "a-1.js.map"), "map");
});

afterEach(() => rmSync(folder, { recursive: true }));

test("lists every file except the worker itself and source maps", () => {
  expect(precacheOf(folder, "sw.js").files).toEqual(["assets/a-1.js", "index.html"]);
});

test("a changed byte in a file whose name stays makes another revision", () => {
  const before = precacheOf(folder, "sw.js").revision;
  expect(precacheOf(folder, "sw.js").revision).toBe(before);
  writeFileSync(join(folder, "index.html"), "<p>.");
  expect(precacheOf(folder, "sw.js").revision).not.toBe(before);
});
