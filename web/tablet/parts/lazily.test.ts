import { expect, test } from "vitest";
import { apart, loadTheRest } from "./lazily.tsx";

test("is loaded once, however often it is asked for", async () => {
  let loads = 0;
  const one = apart(() => Promise.resolve((loads += 1)));
  expect(one.now()).toBeNull();
  expect(await Promise.all([one.load(), one.load()])).toEqual([1, 1]);
  expect([await one.load(), one.now(), loads]).toEqual([1, 1, 1]);
});

test("a load that failed is tried again, and keeps nothing else from being loaded", async () => {
  let network = false;
  const one = apart(() => (network ? Promise.resolve("there") : Promise.reject(new TypeError("no network"))));
  const other = apart(() => Promise.resolve("other"));
  await expect(one.load()).rejects.toThrow("no network");
  await loadTheRest();
  expect([one.now(), other.now()]).toEqual([null, "other"]);
  network = true;
  await loadTheRest();
  expect(one.now()).toBe("there");
});
