/**
 * CertLogic 1.3.3: a small, deterministic subset of JsonLogic with date arithmetic.
 *
 * Where implementations are known to disagree (equality of arrays, dates as guards, numbers that are
 * not integers) this one throws, so that a rule means "kiểm tra thêm" rather than two different
 * things. Specification: ehn-dcc-development/eu-dcc-business-rules, certlogic/specification.
 */

import { DateTime, parseDate, parseDateTime, plus, toIso } from "./dates.ts";
import { RuleError } from "./errors.ts";
import { DATE_COMPARISONS, validate } from "./validation.ts";
import { type Json, MAX_DEPTH, checked, isInteger } from "./values.ts";

export type Value = Json | DateTime | Value[] | { [key: string]: Value };

/** Sub-expressions evaluated plus nodes of values made; nested `reduce` would otherwise explode. */
export const MAX_STEPS = 100_000;

const INDEX = /^(?:0|[1-9][0-9]{0,8})$/;
const ORDER: { readonly [operator: string]: (left: number, right: number) => boolean } = {
  "<": (left, right) => left < right,
  ">": (left, right) => left > right,
  "<=": (left, right) => left <= right,
  ">=": (left, right) => left >= right,
  before: (left, right) => left < right,
  after: (left, right) => left > right,
  "not-after": (left, right) => left <= right,
  "not-before": (left, right) => left >= right,
};

/**
 * The value of `expression` over `data`, both JSON; a date-time comes back as a DateTime.
 *
 * Throws RuleError: "expression.invalid" and "expression.limit" before evaluation, "data.*" for data
 * that is not bounded JSON, "evaluation.type", "evaluation.limit", "date.*" during it.
 */
export function evaluate(expression: unknown, data: unknown): Value {
  const [issue] = validate(expression);
  if (issue !== undefined) throw new RuleError("expression.invalid", issue.at);
  return run(checked(expression, "expression"), checked(data, "data"));
}

/** `evaluate` for an expression that has been validated and values that have been checked. */
export function run(expression: Json, data: Json): Value {
  return new Evaluation().of(expression, data, "");
}

/**
 * True for a truthy value, false for a falsy one; RuleError("evaluation.type") for neither.
 *
 * Neither: date-times and numbers that are not integers.
 */
export function isTrue(value: Value, at = ""): boolean {
  if (typeof value === "boolean") return value;
  if (value === null) return false;
  if (typeof value === "string" || Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && !(value instanceof DateTime)) {
    return Object.keys(value).length > 0;
  }
  if (isInteger(value)) return value !== 0;
  throw new RuleError("evaluation.type", at);
}

/** `value` as JSON, date-times as ISO 8601 text in UTC. */
export function toPlain(value: Value): Json {
  if (value instanceof DateTime) return toIso(value.ms);
  if (Array.isArray(value)) return value.map(toPlain);
  if (value !== null && typeof value === "object") {
    const object: { [key: string]: Json } = Object.create(null);
    for (const [key, item] of Object.entries(value)) object[key] = toPlain(item);
    return object;
  }
  return value;
}

/** One run, holding what is left of its steps. */
class Evaluation {
  private left = MAX_STEPS;

  of(expr: Json, data: Value, at: string): Value {
    this.spend(at);
    if (Array.isArray(expr)) {
      const items = expr.map((item, index) => this.of(item, data, `${at}/${index}`));
      this.measure(items, 0, at);
      return items;
    }
    if (expr === null || typeof expr !== "object") return expr;
    for (const operator in expr) {
      const operands = expr[operator];
      if (typeof operands === "string") return drill(operands, data);
      if (Array.isArray(operands)) return this.operation(operator, operands, data, at);
    }
    throw new RuleError("expression.invalid", at);
  }

  private operation(operator: string, operands: Json[], data: Value, at: string): Value {
    const operand = (index: number): Value =>
      this.of(operands[index] ?? null, data, `${at}/${operator}/${index}`);

    if (operator === "if") return operand(isTrue(operand(0), at) ? 1 : 2);
    if (operator === "and") {
      let value: Value = null;
      for (let index = 0; index < operands.length; index += 1) {
        value = operand(index);
        if (!isTrue(value, at)) break;
      }
      return value;
    }
    if (operator === "reduce") {
      return this.reduce(operands[1] ?? null, operand(0), operand(2), data, at);
    }
    if (operator === "plusTime") return plusTime(operand(0), operands[1], operands[2], at);
    if (operator === "extractFromUVCI") return fragment(operand(0), operands[1], at);
    const values = operands.map((_, index) => operand(index));
    const [first = null, second = null] = values;
    if (operator === "===") return identical(first, second, at);
    if (operator === "in") return member(first, second, at);
    if (operator === "!") return !isTrue(first, at);
    if (operator === "dccDateOfBirth") return dated(parseDate, first, at);
    const numbers = values.map((value) => ordinal(value, operator, at));
    if (operator === "+") {
      const total = numbers.reduce((sum, number) => sum + number);
      if (!isInteger(total)) throw new RuleError("evaluation.type", at);
      return total;
    }
    const inOrder = ORDER[operator];
    if (inOrder === undefined) throw new RuleError("expression.invalid", at);
    return numbers.every((number, index) => index === 0 || inOrder(numbers[index - 1]!, number));
  }

  private reduce(operation: Json, items: Value, initial: Value, data: Value, at: string): Value {
    if (items === null) return initial;
    if (!Array.isArray(items)) throw new RuleError("evaluation.type", at);
    let accumulator = initial;
    for (const item of items) {
      // "data" is the addition the specification announces; a rule about doses needs `now`.
      const scope: { [key: string]: Value } = { current: item, accumulator, data };
      accumulator = this.of(operation, scope, `${at}/reduce/1`);
      this.measure(accumulator, 0, at);
    }
    return accumulator;
  }

  private spend(at: string): void {
    this.left -= 1;
    if (this.left < 0) throw new RuleError("evaluation.limit", at);
  }

  /** Pays for what a made value holds: `[acc, acc]` in a reduce doubles at every step. */
  private measure(value: Value, depth: number, at: string): void {
    if (depth > MAX_DEPTH) throw new RuleError("evaluation.limit", at);
    if (value === null || typeof value !== "object" || value instanceof DateTime) return;
    for (const item of Array.isArray(value) ? value : Object.values(value)) {
      this.spend(at);
      this.measure(item, depth + 1, at);
    }
  }
}

function drill(path: string, data: Value): Value {
  if (path === "") return data;
  let value = data;
  for (const key of path.split(".")) {
    if (value === null || typeof value !== "object" || value instanceof DateTime) return null;
    if (Array.isArray(value)) {
      if (!INDEX.test(key)) return null;
      value = value[Number(key)] ?? null;
    } else {
      // Own keys only: "constructor" is not data.
      value = Object.prototype.hasOwnProperty.call(value, key) ? (value[key] ?? null) : null;
    }
  }
  return value;
}

function member(value: Value, items: Value, at: string): boolean {
  // The specification calls null an error here, its suite expects false: absent data has no members.
  if (items === null) return false;
  if (!Array.isArray(items)) throw new RuleError("evaluation.type", at);
  return items.some((item) => identical(value, item, at));
}

function identical(left: Value, right: Value, at: string): boolean {
  if (left === null || right === null) return left === right;
  if (typeof left !== typeof right) return false;
  if (typeof left === "object") throw new RuleError("evaluation.type", at);
  return left === right;
}

function ordinal(value: Value, operator: string, at: string): number {
  if (DATE_COMPARISONS.includes(operator)) {
    if (value instanceof DateTime) return value.ms;
  } else if (isInteger(value)) {
    return value;
  }
  throw new RuleError("evaluation.type", at);
}

function dated(parse: (text: string) => DateTime, text: Value, at: string): DateTime {
  if (typeof text !== "string") throw new RuleError("evaluation.type", at);
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof RuleError ? new RuleError(error.code, at) : error;
  }
}

function plusTime(
  text: Value,
  amount: Json | undefined,
  unit: Json | undefined,
  at: string,
): DateTime {
  if (!isInteger(amount) || typeof unit !== "string") throw new RuleError("expression.invalid", at);
  return dated((moment) => plus(parseDateTime(moment), amount, unit), text, at);
}

function fragment(text: Value, index: Json | undefined, at: string): string | null {
  if (text === null) return null;
  if (typeof text !== "string") throw new RuleError("evaluation.type", at);
  const fragments = text.split(/[/#:]/);
  const prefixed = fragments[0] === "URN" && fragments[1] === "UVCI";
  return fragments[Number(index) + (prefixed && Number(index) >= 0 ? 2 : 0)] ?? null;
}
