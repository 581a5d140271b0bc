import { parse } from "acorn";
import { expect, test } from "vitest";
import { plainNames } from "./private-names.ts";

const plain = (code: string): string => plainNames(code, parse(code, { ecmaVersion: 2022, sourceType: "module" }));

test("private fields and methods become plain ones that still belong together", () => {
  const code = plain('export class A { #n = 1; static #of = 3; #twice() { return 2 * this.#n; } get all() { return this.#twice() + A.#of + "#n".length; } }');
  expect(code).not.toMatch(/#(?!n")/);
  const A = new Function(`${code.replace("export ", "")} return A;`)() as new () => { all: number };
  expect(new A().all).toBe(7);
});

test("a program without any stays as it is", () => {
  expect(plain('const a = "#app";')).toBe('const a = "#app";');
});

test("what asks whether an object has one is refused", () => {
  expect(() => plain("class A { #n; static is(one) { return #n in one; } }")).toThrow(/#n in/);
});
