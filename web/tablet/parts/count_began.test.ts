import { expect, test } from "vitest";
import { beganAt, begin } from "./count_began.ts";

function storageOf(): Pick<Storage, "getItem" | "setItem"> {
  const held = new Map<string, string>();
  return { getItem: (key) => held.get(key) ?? null, setItem: (key, value) => void held.set(key, value) };
}

test("a count goes on after the program was closed, at its own checkpoint", () => {
  const storage = storageOf();
  const began = begin(storage, { checkpoint: "cho-ha-dong", since_ms: 5, people: 120 });
  begin(storage, { checkpoint: "practice", since_ms: 9, people: 1 });
  expect(beganAt(storage, "cho-ha-dong")).toEqual(began);
  expect(beganAt(storage, "hd-ql6")).toBeNull();
});

test("a damaged or forbidden store counts from midnight", () => {
  expect(beganAt({ getItem: () => "{" }, "m")).toBeNull();
  expect(beganAt({ getItem: () => '{"checkpoint":"m","since_ms":"x","people":1}' }, "m")).toBeNull();
  const full = {
    setItem: (): void => {
      throw new Error("full");
    },
  };
  expect(begin(full, { checkpoint: "m", since_ms: 1, people: 2 }).people).toBe(2);
});
