/** What a CertLogic expression may look like, before any data is there (specification 1.3.3). */

import { UNITS } from "./dates.ts";
import { type Json, checked, isInteger } from "./values.ts";

export const COMPARISONS: readonly string[] = ["<", ">", "<=", ">="];
export const DATE_COMPARISONS: readonly string[] = ["after", "before", "not-after", "not-before"];

/** Operator -> fewest and most operands. */
const OPERANDS: ReadonlyMap<string, readonly [number, number]> = new Map<string, [number, number]>([
  ["if", [3, 3]],
  ["===", [2, 2]],
  ["in", [2, 2]],
  ["+", [2, 2]],
  ["and", [2, Infinity]],
  ["!", [1, 1]],
  ["plusTime", [3, 3]],
  ["dccDateOfBirth", [1, 1]],
  ["reduce", [3, 3]],
  ["extractFromUVCI", [2, 2]],
  ...[...COMPARISONS, ...DATE_COMPARISONS].map((name): [string, [number, number]] => [name, [2, 3]]),
]);

const PATH = /^(?:[^.]+(?:\.[^.]+)*)?$/;

/** One thing wrong: the sub-expression, where it is (JSON pointer), and what. */
export type Issue = { readonly expr: Json; readonly at: string; readonly message: string };

/**
 * Everything wrong with the form of `expression`; empty when it may be evaluated.
 *
 * Throws RuleError("expression.limit" | "expression.type") for what is too large or not JSON.
 */
export function validate(expression: unknown): Issue[] {
  const issues: Issue[] = [];
  validateAt(checked(expression, "expression"), "", issues);
  return issues;
}

function validateAt(expr: Json, at: string, issues: Issue[]): void {
  if (Array.isArray(expr)) {
    expr.forEach((item, index) => validateAt(item, `${at}/${index}`, issues));
  } else if (expr === null) {
    issues.push({ expr, at, message: "invalid CertLogic expression" });
  } else if (typeof expr === "object") {
    validateOperation(expr, at, issues);
  } else if (typeof expr === "number" && !isInteger(expr)) {
    issues.push({ expr, at, message: `${expr} is a non-integer number` });
  }
}

function validateOperation(expr: { [key: string]: Json }, at: string, issues: Issue[]): void {
  const entries = Object.entries(expr);
  const [entry] = entries;
  if (entry === undefined || entries.length !== 1) {
    const message = `expression object must have exactly one key, but it has ${entries.length}`;
    issues.push({ expr, at, message });
    return;
  }
  const message = wrongForm(...entry);
  if (message !== null) {
    issues.push({ expr, at, message });
    return;
  }
  const [operator, operands] = entry;
  if (!Array.isArray(operands)) return;
  operands.forEach((operand, index) => validateAt(operand, `${at}/${operator}/${index}`, issues));
}

function wrongForm(operator: string, operands: Json): string | null {
  if (operator === "var") {
    if (typeof operands !== "string") return 'not of the form { "var": "<path>" }';
    return PATH.test(operands)
      ? null
      : `data access path doesn't have a valid format: ${operands}`;
  }
  if (!Array.isArray(operands)) {
    return 'operation not of the form { "<operator>": [ <values...> ] }';
  }
  const bounds = OPERANDS.get(operator);
  if (bounds === undefined) return `unrecognised operator: "${operator}"`;
  if (operands.length < bounds[0] || operands.length > bounds[1]) {
    return `wrong number of operands for "${operator}": ${operands.length}`;
  }
  const [, second, third] = operands;
  if (operator === "plusTime" && !(isInteger(second) && isUnit(third))) {
    return "amount must be an integer and unit a known time unit";
  }
  if (operator === "extractFromUVCI" && !isInteger(second)) return "index must be an integer";
  return null;
}

function isUnit(value: Json | undefined): boolean {
  return UNITS.some((unit) => unit === value);
}
