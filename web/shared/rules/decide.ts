/**
 * One person at one checkpoint: the rules that fired become an outcome with its reasons.
 *
 * The most restrictive outcome wins, unless a fired rule that exempts has a higher priority. What
 * cannot be decided is "kiểm tra thêm" and says why; it is never a silent pass or refusal.
 */

import { isTrue, run } from "./certlogic.ts";
import { toIso } from "./dates.ts";
import { RuleError } from "./errors.ts";
import { type Levels, levelOf } from "./levels.ts";
import {
  LIST_CHECK,
  OUTCOMES,
  type Outcome,
  RULES_ERROR,
  RULES_MISSING,
  RULES_STALE,
  type Reason,
  type Rule,
  type RulePack,
  isInScope,
  isRuleInForce,
  isStale,
  otherwiseAt,
} from "./pack.ts";
import { type Json, checked } from "./values.ts";

/** Outcome; reason codes, the deciding ones first; rule ids alike; pack name -> version. */
export type Verdict = {
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
  readonly rules: readonly string[];
  readonly packs: { readonly [name: string]: number };
};

/** `levels` as made by levelsAt; whatever else is there is small and visible to rules. */
export type External = { readonly levels?: Levels; readonly [name: string]: unknown };

/**
 * The verdict on one person; Evidence and Journey in their JSON shape, null = no code shown.
 *
 * Rules see `external.now` (ISO, from `nowMs`), `external.origin_level`,
 * `external.destination_level` and the rest of `external`, but not the table of levels. Where
 * `external.watch_hit` is true nobody passes unasked, whatever the rules say of it.
 */
export function decide(
  evidence: object | null,
  journey: object,
  external: External,
  nowMs: number,
  pack: RulePack | null,
): Verdict {
  const verdict = byRules(evidence, journey, external, nowMs, pack);
  return external["watch_hit"] === true ? askedFurther(verdict) : verdict;
}

function byRules(
  evidence: object | null,
  journey: object,
  external: External,
  nowMs: number,
  pack: RulePack | null,
): Verdict {
  if (pack === null) return refer(RULES_MISSING, [], {});
  const packs = { [pack.name]: pack.version };
  if (isStale(pack, nowMs)) return refer(RULES_STALE, [], packs);
  const data = dataOf(evidence, journey, external, nowMs);
  const where = data === null ? null : whereOf(data);
  if (data === null || where === null) return refer(RULES_ERROR, [], packs);
  const { fired, failed } = fire(pack, data, where, nowMs);
  if (failed.length > 0) return refer(RULES_ERROR, failed, packs);
  const standing = notExempted(fired);
  standing.sort(
    (left, right) =>
      severity(right.outcome) - severity(left.outcome) ||
      right.priority - left.priority ||
      compare(left.id, right.id),
  );
  const [deciding] = standing;
  if (deciding === undefined) {
    const { outcome, reason } = otherwiseAt(pack.content, nowMs);
    return { outcome, reasons: [reason.code], rules: [], packs };
  }
  const reasons = [...new Set(standing.map((rule) => rule.reason.code))];
  return { outcome: deciding.outcome, reasons, rules: standing.map((rule) => rule.id), packs };
}

/**
 * One verdict for a crossing of several people: the most restrictive, with all reasons.
 *
 * The order of the people does not matter. Throws RuleError("verdict.none") when there are none.
 */
export function combine(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) throw new RuleError("verdict.none");
  let outcome: Outcome = "pass";
  const packs: { [name: string]: number } = {};
  for (const verdict of verdicts) {
    if (severity(verdict.outcome) > severity(outcome)) outcome = verdict.outcome;
    for (const [name, version] of Object.entries(verdict.packs)) {
      packs[name] = Math.max(version, packs[name] ?? version);
    }
  }
  return {
    outcome,
    reasons: merged(verdicts.map((verdict) => [verdict.outcome, verdict.reasons])),
    rules: merged(verdicts.map((verdict) => [verdict.outcome, verdict.rules])),
    packs,
  };
}

/** 0 pass, 1 refer, 2 turn_back. */
export function severity(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome);
}

type Where = readonly [province: string, checkpointClass: string, direction: string];

/** At least "refer", and the reason is seen: a yellow card beside it must not hide it. */
function askedFurther(verdict: Verdict): Verdict {
  const { outcome, reasons } = verdict;
  if (outcome === "turn_back") return { ...verdict, reasons: [...reasons, LIST_CHECK.code] };
  return { ...verdict, outcome: "refer", reasons: [LIST_CHECK.code, ...reasons] };
}

function refer(reason: Reason, rules: readonly string[], packs: { [name: string]: number }): Verdict {
  return { outcome: "refer", reasons: [reason.code], rules, packs };
}

/** What conditions see. The table of levels stays out: it is large, and paths are fixed text. */
function dataOf(evidence: object | null, journey: object, external: External, nowMs: number): Json | null {
  const { levels, ...rest } = external;
  const { origin, destination } = journey as { origin?: unknown; destination?: unknown };
  try {
    const now = toIso(nowMs);
    const origin_level = levelOf(origin, levels ?? {});
    const destination_level = levelOf(destination, levels ?? {});
    return checked(
      { evidence, journey, external: { ...rest, now, origin_level, destination_level } },
      "data",
    );
  } catch (error) {
    if (error instanceof RuleError) return null;
    throw error;
  }
}

/** Where and which way; null where they are missing, for then no scope can be judged. */
function whereOf(data: Json): Where | null {
  const journey = member(data, "journey");
  const checkpoint = member(journey, "checkpoint");
  const province = member(checkpoint, "province");
  const checkpointClass = member(checkpoint, "class");
  const direction = member(journey, "direction");
  if (typeof province !== "string" || typeof checkpointClass !== "string") return null;
  return typeof direction === "string" ? [province, checkpointClass, direction] : null;
}

function member(value: Json, name: string): Json {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  return value[name] ?? null;
}

function fire(pack: RulePack, data: Json, where: Where, nowMs: number): { fired: Rule[]; failed: string[] } {
  const fired: Rule[] = [];
  const failed: string[] = [];
  for (const rule of pack.content.rules) {
    if (!isRuleInForce(rule, nowMs) || !isInScope(rule.scope, ...where)) continue;
    try {
      if (isTrue(run(rule.condition, data))) fired.push(rule);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      failed.push(rule.id);
    }
  }
  return { fired, failed };
}

function notExempted(fired: readonly Rule[]): Rule[] {
  const exempting = fired.filter((rule) => rule.exempts).map((rule) => rule.priority);
  const floor = Math.max(-Infinity, ...exempting);
  return fired.filter((rule) => rule.priority >= floor);
}

/** Each word once, by the strictest verdict that has it, then its best position, then itself. */
function merged(lists: readonly (readonly [Outcome, readonly string[]])[]): string[] {
  const best = new Map<string, readonly [number, number]>();
  for (const [outcome, words] of lists) {
    words.forEach((word, position) => {
      const [strictest, first] = best.get(word) ?? [-1, 0];
      const strictness = severity(outcome);
      if (strictness > strictest || (strictness === strictest && position < first)) {
        best.set(word, [strictness, position]);
      }
    });
  }
  const ranked = [...best].sort(
    ([word, [strict, position]], [other, [otherStrict, otherPosition]]) =>
      otherStrict - strict || position - otherPosition || compare(word, other),
  );
  return ranked.map(([word]) => word);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
