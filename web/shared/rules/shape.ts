/** Reading a JSON object strictly, with a place to name when it is refused. */

import { parseInstant } from "./dates.ts";
import { RuleError } from "./errors.ts";
import { type Json, isInteger } from "./values.ts";

export const MAX_TEXT_CHARS = 300;

/**
 * One JSON object at `at`; every reader throws RuleError("pack.field", "<at>/<name>").
 *
 * Names it is not asked for are ignored: packs only ever add.
 */
export class Shape {
  readonly at: string;
  private readonly members: { [key: string]: Json };

  constructor(value: Json, at: string) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) {
      throw new RuleError("pack.field", at);
    }
    this.members = value;
    this.at = at;
  }

  /** Whether the member is there and not null. */
  has(name: string): boolean {
    return this.value(name) !== null;
  }

  /** The member as it is; null when absent. */
  value(name: string): Json {
    return Object.prototype.hasOwnProperty.call(this.members, name)
      ? (this.members[name] ?? null)
      : null;
  }

  /** The object under `name`. */
  inner(name: string): Shape {
    return new Shape(this.value(name), this.path(name));
  }

  /** Text of 1 to `mostChars` code points, matching `like` where given. */
  text(
    name: string,
    { mostChars = MAX_TEXT_CHARS, like }: { mostChars?: number; like?: RegExp } = {},
  ): string {
    const value = this.value(name);
    if (typeof value !== "string") throw this.refused(name);
    const chars = Array.from(value).length;
    if (chars < 1 || chars > mostChars) throw this.refused(name);
    if (like !== undefined && !like.test(value)) throw this.refused(name);
    return value;
  }

  /** An integer within bounds; `fallback` where absent, if there is one. */
  integer(name: string, least: number, most: number, fallback?: number): number {
    const value = this.value(name) ?? fallback;
    if (!isInteger(value) || value < least || value > most) throw this.refused(name);
    return value;
  }

  /** true or false; false where absent. */
  flag(name: string): boolean {
    const value = this.value(name) ?? false;
    if (typeof value !== "boolean") throw this.refused(name);
    return value;
  }

  /** A full date-time with its offset, in Unix milliseconds. */
  instant(name: string): number {
    try {
      return parseInstant(this.value(name));
    } catch (error) {
      throw error instanceof RuleError ? this.refused(name) : error;
    }
  }

  /** As `instant`; null for null or absent. */
  instantOrNull(name: string): number | null {
    return this.has(name) ? this.instant(name) : null;
  }

  /** A list of at most `most` items; empty where absent. */
  items(name: string, most: number): Json[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value) || value.length > most) throw this.refused(name);
    return value;
  }

  /** JSON pointer of a member. */
  path(name: string): string {
    return `${this.at}/${name}`;
  }

  /** The error for a member that is not as it should be. */
  refused(name: string): RuleError {
    return new RuleError("pack.field", this.path(name));
  }
}
