/** JSON values, bounded and made alike in Python and JavaScript, before anything looks at them. */

import { RuleError } from "./errors.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export const MAX_DEPTH = 32;
export const MAX_NODES = 20_000;

/**
 * A copy of `value`, safe to evaluate; properties that are undefined are left out, as in JSON.
 *
 * Throws RuleError: "<name>.limit" past `maxNodes` or `maxDepth`, "<name>.type" for what is not
 * JSON: a function, a number that is not finite, an object that is not plain.
 */
export function checked(
  value: unknown,
  name: string,
  { maxNodes = MAX_NODES, maxDepth = MAX_DEPTH }: { maxNodes?: number; maxDepth?: number } = {},
): Json {
  let left = maxNodes;

  function copy(item: unknown, depth: number): Json {
    left -= 1;
    if (left < 0 || depth > maxDepth) throw new RuleError(`${name}.limit`);
    if (item === null || typeof item === "boolean" || typeof item === "string") return item;
    // `+ 0` turns -0 into 0, which Python's integers do not have.
    if (typeof item === "number" && Number.isFinite(item)) return item + 0;
    if (Array.isArray(item)) return Array.from(item, (inner: unknown) => copy(inner, depth + 1));
    if (typeof item === "object" && isPlain(item)) {
      const object: { [key: string]: Json } = Object.create(null);
      for (const [key, inner] of Object.entries(item)) {
        if (inner !== undefined) object[key] = copy(inner, depth + 1);
      }
      return object;
    }
    throw new RuleError(`${name}.type`);
  }

  return copy(value, 0);
}

/** An integer that both languages hold exactly. */
export function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isPlain(item: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(item);
  return prototype === null || prototype === Object.prototype;
}
