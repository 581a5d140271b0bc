import { expect, test } from "vitest";
import { BURST_GAP_MS, STALL_MS, usCharacter, Wedge } from "./wedge.ts";

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
  expect(wedge.quiet(110 + STALL_MS - 1)).toBeNull();
  expect(wedge.quiet(110 + STALL_MS)).toEqual({ kind: "code", text: "001190012345" });
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

/** What Unikey types for "HC1:AWE": the second key of "aw" is taken away, and a letter of no key comes. */
const UNIKEY: readonly [code: string, key: string][] = [
  ["KeyH", "H"], ["KeyC", "C"], ["Digit1", "1"], ["Semicolon", ":"], ["KeyA", "A"],
  ["Backspace", "Backspace"], ["", "\u0102"], ["KeyE", "E"], ["Digit6", "6"],
];

test("a burst in which an input method corrected letters is garbled, never a code", () => {
  for (const without of ["none", "Backspace", ""]) {
    const wedge = new Wedge();
    UNIKEY.filter(([code]) => code !== without).forEach(([code, key], n) => wedge.key({ code, key, shift: true, time_ms: 8 * n }));
    expect(wedge.key(enter(8 * UNIKEY.length))).toEqual({ kind: "garbled" });
    type(wedge, "CHOT1:ddaw1", 8, 1000);
    expect(wedge.key(enter(1090))).toEqual({ kind: "code", text: "CHOT1:ddaw1" });
  }
});

test("somebody deleting is no scanner", () => {
  const wedge = new Wedge();
  for (let n = 0; n < 20; n += 1) expect(wedge.key({ code: "Backspace", key: "Backspace", shift: false, time_ms: 30 * n })).toBeNull();
  expect(wedge.quiet(10_000)).toBeNull();
});

test("caps lock pressed by a scanner around its text is no part of it", () => {
  const wedge = new Wedge();
  wedge.key({ code: "CapsLock", key: "CapsLock", shift: false, time_ms: 0 });
  type(wedge, "abcdef", 1, 1);
  expect(wedge.key(enter(8))).toEqual({ kind: "code", text: "abcdef" });
});

test("a wireless scanner that stalls in the middle gives one code; a beginning that stalls gives none", () => {
  const wedge = new Wedge();
  type(wedge, "abcdef", 8);
  type(wedge, "ghi", 8, 40 + STALL_MS);
  expect(wedge.key(enter(56 + STALL_MS))).toEqual({ kind: "code", text: "abcdefghi" });
  type(wedge, "abc", 8, 5000);
  type(wedge, "def", 8, 5016 + STALL_MS);
  expect(wedge.key(enter(5040 + STALL_MS))).toBeNull();
});
