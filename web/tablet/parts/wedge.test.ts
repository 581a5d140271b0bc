import { expect, test } from "vitest";
import { BURST_GAP_MS, usCharacter, Wedge } from "./wedge.ts";

/** As an input method leaves them: the code is right, the key is swallowed. */
function keysOf(text: string): { code: string; shift: boolean }[] {
  return [...text].map((character) => {
    if (/[a-z]/.test(character)) return { code: `Key${character.toUpperCase()}`, shift: false };
    if (/[A-Z]/.test(character)) return { code: `Key${character}`, shift: true };
    if (/[0-9]/.test(character)) return { code: `Digit${character}`, shift: false };
    if (character === "|") return { code: "Backslash", shift: true };
    if (character === ":") return { code: "Semicolon", shift: true };
    throw new Error(character);
  });
}

function type(wedge: Wedge, text: string, gap_ms: number, from_ms = 0): ReturnType<Wedge["key"]>[] {
  return keysOf(text).map((key, n) => wedge.key({ ...key, key: "Process", time_ms: from_ms + n * gap_ms }));
}

const enter = (time_ms: number) => ({ code: "Enter", key: "Enter", shift: false, time_ms });

test("a burst that ends with Enter is a code, letters as on a US keyboard", () => {
  const wedge = new Wedge();
  type(wedge, "CHOT1:ddaw1|x", 8);
  expect(wedge.key(enter(8 * 13))).toEqual({ kind: "code", text: "CHOT1:ddaw1|x" });
});

test("a person typing is no scanner", () => {
  const wedge = new Wedge();
  const answers = type(wedge, "nguyen", BURST_GAP_MS + 1);
  expect(answers.every((answer) => answer === null)).toBe(true);
  expect(wedge.key(enter(6 * (BURST_GAP_MS + 1)))).toBeNull();
});

test("a scanner without a suffix ends by falling quiet", () => {
  const wedge = new Wedge();
  type(wedge, "001190012345", 10);
  expect(wedge.quiet(120)).toBeNull();
  expect(wedge.quiet(120 + 2 * BURST_GAP_MS)).toBe("001190012345");
});

test("two bursts apart are two codes", () => {
  const wedge = new Wedge();
  type(wedge, "abcdefgh", 5);
  type(wedge, "12345678", 5, 1000);
  expect(wedge.key(enter(1040))).toEqual({ kind: "code", text: "12345678" });
});

test("with caps lock the system's own letter counts", () => {
  const wedge = new Wedge();
  [..."abcdef"].forEach((letter, n) => wedge.key({ code: `Key${letter.toUpperCase()}`, key: letter.toUpperCase(), shift: false, time_ms: n }));
  expect(wedge.key(enter(6))).toEqual({ kind: "code", text: "ABCDEF" });
});

test("signs are those of a US layout", () => {
  expect(usCharacter("Digit2", true)).toBe("@");
  expect(usCharacter("Backslash", true)).toBe("|");
  expect(usCharacter("F5", false)).toBeNull();
});
