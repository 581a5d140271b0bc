import { expect, test } from "vitest";
import { youngerThan } from "./api-floor.ts";

test("what is younger than the floor is found in a script, by name and version", () => {
  const script = `
    const one = structuredClone(two), last = list.at(-1), id = crypto.randomUUID();
    export const all = Object.hasOwn(one, "x") ? text.replaceAll("a", "b") : list.findLast(Boolean);
    frame = new VideoFrame(video);
  `;
  const found = [".at(−n) (Chromium 92)", "Object.hasOwn (Chromium 93)", "VideoFrame (Chromium 94)", "crypto.randomUUID (Chromium 92)"];
  expect(youngerThan(80, script)).toEqual([...found, "findLast (Chromium 97)", "replaceAll (Chromium 85)", "structuredClone (Chromium 98)"]);
  expect(youngerThan(110, script)).toEqual([]);
});

test("our own names are not taken for the browser's", () => {
  expect(youngerThan(80, "held.at(now, make); const { scheduler: own } = desk; export const words = { structuredClone: 1 };")).toEqual([]);
});
