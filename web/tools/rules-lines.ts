/** What `batch -- rules` and `batch -- decide` answer to one line; twin of cli/rules/answers.py. */

import { readFileSync } from "node:fs";

import { decide, evaluate, parseInstant, parseRulePack, RuleError, type RulePack, toIso, toPlain } from "../shared/rules/index.ts";
import { isInteger } from "../shared/rules/values.ts";
import { type Line, LineError } from "./bounded-lines.ts";

const PACKS = new URL("../../rules/packs/", import.meta.url);
const PACK_NAME = /^[a-z0-9_]{1,64}$/;

/** {logic, data} → {result}. */
export function evaluated(line: Line): object {
  if (!Object.hasOwn(line, "logic")) throw new LineError("line.field");
  return told(() => ({ result: toPlain(evaluate(line["logic"], line["data"] ?? null)) }));
}

/** {pack, evidence, journey, external?, now} → {outcome, reasons}. */
export function decided(line: Line): object {
  const evidence = objectOrNull(line["evidence"]);
  const external = objectOrNull(line["external"]) ?? {};
  const journey = objectOrNull(line["journey"]);
  if (journey === null) throw new LineError("line.field");
  return told(() => {
    const nowMs = instant(line["now"]);
    const { outcome, reasons } = decide(evidence, journey, external, nowMs, packOf(line["pack"], nowMs));
    return { outcome, reasons };
  });
}

function told(answer: () => object): object {
  try {
    return answer();
  } catch (error) {
    throw error instanceof RuleError ? new LineError(error.code) : error;
  }
}

/** Milliseconds, or ISO 8601 with an offset; a moment that no calendar has is refused. */
function instant(value: unknown): number {
  const nowMs = isInteger(value) ? value : parseInstant(value);
  toIso(nowMs);
  return nowMs;
}

/**
 * A shipped pack by name, a pack {name, version, issued_at, content}, or only its content.
 *
 * What says no time of issue counts as issued now: no line is stale by accident.
 */
function packOf(value: unknown, nowMs: number): RulePack {
  if (typeof value === "string") return parseRulePack(value, 1, toIso(nowMs), shipped(value));
  const pack = objectOrNull(value);
  if (pack === null) throw new LineError("line.field");
  if (!Object.hasOwn(pack, "content")) return parseRulePack("rules", 1, toIso(nowMs), pack);
  const { name = "rules", version = 1, issued_at, content } = pack;
  if (typeof name !== "string" || !isInteger(version)) throw new RuleError("pack.field", "/version");
  return parseRulePack(name, version, (issued_at ?? toIso(nowMs)) as string, content);
}

function shipped(name: string): unknown {
  try {
    if (PACK_NAME.test(name)) return JSON.parse(readFileSync(new URL(`${name}.json`, PACKS), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  throw new LineError("pack.unknown");
}

/** An object, or null where there is none; anything else is the caller's mistake. */
function objectOrNull(value: unknown): { [member: string]: unknown } | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "object" || Array.isArray(value)) throw new LineError("line.field");
  return value as { [member: string]: unknown };
}
