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

test("a private field that only says that it is there costs nothing, and others keep their value", () => {
  const code = plain("class A { #of; #n = null; at; static #all; constructor(of) { this.#of = of; } get both() { return [this.#of, this.#n]; } }");
  expect(code.replace(/\s+/g, " ")).toBe("class A { $0 = null; at; static $2; constructor(of) { this.$1 = of; } get both() { return [this.$1, this.$0]; } }");
});

test("a program without any stays as it is", () => {
  expect(plain('const a = "#app";')).toBe('const a = "#app";');
});

test("what asks whether an object has one is refused", () => {
  expect(() => plain("class A { #n; static is(one) { return #n in one; } }")).toThrow(/#n in/);
});
