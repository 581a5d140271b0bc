/**
 * A rule pack's content as typed values: who may pass, since when, on whose word.
 *
 * A pack that does not parse is no pack: the tablet keeps the one it has, or says "rules_missing". A
 * rule without a legal basis is refused, so that an officer can always say why.
 */

import { HOUR_MS, parseDate, parseInstant } from "./dates.ts";
import { RuleError } from "./errors.ts";
import { Shape } from "./shape.ts";
import { ASKING, type Asking } from "./signs.ts";
import { type Issue, validate } from "./validation.ts";
import { type Json, checked, isInteger } from "./values.ts";

export type Outcome = "pass" | "refer" | "turn_back";

/** Mildest first: cho qua, kiểm tra thêm, quay đầu. */
export const OUTCOMES: readonly Outcome[] = ["pass", "refer", "turn_back"];
/** Which overrides a lead approves: those milder than the verdict, any, or none. */
export type Approval = "milder" | "any" | "none";
export const APPROVALS: readonly Approval[] = ["milder", "any", "none"];
export const CHECKPOINT_CLASSES = ["city", "ward", "border", "market", "ring", "mobile"];
export const DIRECTIONS = ["in", "out"];
export const MAX_RULES = 500;
/** How often what holds where no rule fires may change in one pack. */
export const MAX_CAPACITIES = 500;
const MAX_PEOPLE_INSIDE = 1_000_000;
const MAX_AHEAD = 10;
export const MAX_PACK_NODES = 500_000;
export const MAX_PACK_DEPTH = 48;
/** One line at 22 sp on a small tablet. */
export const MAX_REASON_CHARS = 90;
export const DEFAULT_STALE_STOP_HOURS = 168;

const ID = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const CODE = /^[a-z][a-z0-9_]{0,47}$/;
const PROVINCE = /^[0-9]{2}$/;

/** A stable code and the one line an officer reads, Vietnamese first. */
export type Reason = { readonly code: string; readonly vi: string; readonly en: string };

export const RULES_ERROR: Reason = {
  code: "rules_error",
  vi: "Quy định lỗi: hỏi chốt trưởng",
  en: "Rules failed: ask the lead officer",
};
export const RULES_MISSING: Reason = {
  code: "rules_missing",
  vi: "Máy chưa có quy định: hỏi chốt trưởng",
  en: "No rules here yet: ask the lead",
};
export const RULES_STALE: Reason = {
  code: "rules_stale",
  vi: "Quy định đã cũ: đồng bộ hoặc hỏi chốt trưởng",
  en: "Rules too old: sync or ask",
};
export const LIST_CHECK: Reason = {
  code: "list_check",
  vi: "Cần kiểm tra thêm: hỏi chốt trưởng",
  en: "Needs a further check: ask the lead",
};
/** What decide() says of itself; no pack may use these codes. */
export const BUILT_IN_REASONS: readonly Reason[] = [RULES_ERROR, RULES_MISSING, RULES_STALE, LIST_CHECK];

/** The text a rule rests on. `date` may be partial; `unconfirmed` is shown to who publishes. */
export type Basis = {
  readonly document: string;
  readonly date: string;
  readonly issuer: string;
  readonly clause: string;
  readonly unconfirmed: boolean;
};

/** Where a rule holds; an empty list is everywhere. */
export type Scope = {
  readonly provinces: readonly string[];
  readonly checkpoint_classes: readonly string[];
  readonly directions: readonly string[];
};

/** One condition, one outcome, one reason; in force from its start until before its end. */
export type Rule = {
  readonly id: string;
  readonly scope: Scope;
  readonly effective_from_ms: number;
  readonly effective_to_ms: number | null;
  readonly condition: Json;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly basis: Basis;
  readonly priority: number;
  readonly exempts: boolean;
};

export type Otherwise = { readonly outcome: Outcome; readonly reason: Reason };

/**
 * All rules of one pack, by falling priority and then id; `otherwise` holds where none fires, and
 * before it each of `otherwise_before` until its moment (Unix ms), soonest first.
 */
export type PackContent = {
  readonly rules: readonly Rule[];
  readonly otherwise: Otherwise;
  readonly stale_stop_hours: number;
  /** Whether people are asked for signs of illness: temperature and symptoms. */
  readonly signs: Asking;
  readonly otherwise_before: readonly (Otherwise & { readonly until_ms: number })[];
  /** How many of a thousand green-lane vehicles that would pass are looked at all the same. */
  readonly sampling_per_mille: number;
  readonly override_approval: Approval;
  /** How many people may be inside a market or a closed area, by the checkpoint at its gate. */
  readonly most_inside: readonly { readonly checkpoint: string; readonly people: number }[];
};

/** A published pack. `confirmed_at_ms`: when a server last said that it is still the one. */
export type RulePack = {
  readonly name: string;
  readonly version: number;
  readonly issued_at_ms: number;
  readonly content: PackContent;
  readonly confirmed_at_ms: number | null;
};

/** Whether a crossing there, that way, is within the scope. */
export function isInScope(
  scope: Scope,
  province: string,
  checkpointClass: string,
  direction: string,
): boolean {
  return (
    (scope.provinces.length === 0 || scope.provinces.includes(province)) &&
    (scope.checkpoint_classes.length === 0 || scope.checkpoint_classes.includes(checkpointClass)) &&
    (scope.directions.length === 0 || scope.directions.includes(direction))
  );
}

/** From its first millisecond until just before its end. */
export function isRuleInForce(rule: Rule, nowMs: number): boolean {
  return rule.effective_from_ms <= nowMs && (rule.effective_to_ms === null || nowMs < rule.effective_to_ms);
}

/** What holds at a moment where no rule fires: a pack may be published ahead of its time. */
export function otherwiseAt(content: PackContent, nowMs: number): Otherwise {
  return content.otherwise_before.find(({ until_ms }) => nowMs < until_ms) ?? content.otherwise;
}

/** Past the configured stop since the pack was issued or last confirmed. */
export function isStale(pack: RulePack, nowMs: number): boolean {
  const freshMs = Math.max(pack.issued_at_ms, pack.confirmed_at_ms ?? pack.issued_at_ms);
  return nowMs - freshMs > pack.content.stale_stop_hours * HOUR_MS;
}

/** Every reason a verdict under this pack may carry, by code; null where there is no pack. */
export function reasonsOf(content: PackContent | null): ReadonlyMap<string, Reason> {
  const own = content === null ? [] : content.rules.map((rule) => rule.reason);
  const rest = content === null ? [] : [content.otherwise, ...content.otherwise_before].map(({ reason }) => reason);
  return new Map([...BUILT_IN_REASONS, ...own, ...rest].map((reason) => [reason.code, reason]));
}

/**
 * A pack's verified payload as typed values; `issuedAt` ISO 8601 with offset.
 *
 * Throws RuleError: "pack.field" and "pack.basis" with the place, "pack.limit", "pack.type",
 * "pack.condition" (place inside the expression), "pack.reason" (one code, two texts).
 */
export function parseRulePack(name: string, version: number, issuedAt: string, content: unknown): RulePack {
  if (name === "" || !isInteger(version) || version < 0) throw new RuleError("pack.field", "/version");
  return {
    name,
    version,
    issued_at_ms: parseInstant(issuedAt),
    content: parsePackContent(content),
    confirmed_at_ms: null,
  };
}

/** The `content` of a rule pack; errors as `parseRulePack`. */
export function parsePackContent(content: unknown): PackContent {
  const bounds = { maxNodes: MAX_PACK_NODES, maxDepth: MAX_PACK_DEPTH };
  const shape = new Shape(checked(content, "pack", bounds), "");
  const rules = shape
    .items("rules", MAX_RULES)
    .map((item, index) => ruleOf(new Shape(item, `/rules/${index}`)));
  const rest = shape.inner("otherwise");
  const otherwise = { outcome: outcomeOf(rest), reason: reasonOf(rest) };
  const otherwise_before = shape
    .items("otherwise_before", MAX_AHEAD)
    .map((item, index) => otherwiseUntil(new Shape(item, `/otherwise_before/${index}`)));
  const stale_stop_hours = shape.integer("stale_stop_hours", 1, 8760, DEFAULT_STALE_STOP_HOURS);
  checkUnique(rules, [otherwise, ...otherwise_before]);
  rules.sort((left, right) => right.priority - left.priority || (left.id < right.id ? -1 : 1));
  otherwise_before.sort((left, right) => left.until_ms - right.until_ms);
  const sampling_per_mille = shape.integer("sampling_per_mille", 0, 1000, 0);
  const override_approval = approvalOf(shape);
  const most_inside = shape.items("most_inside", MAX_CAPACITIES).map((item, index) => capacityOf(new Shape(item, `/most_inside/${index}`)));
  return { rules, otherwise, stale_stop_hours, signs: signsOf(shape), otherwise_before, sampling_per_mille, override_approval, most_inside };
}

function capacityOf(shape: Shape): PackContent["most_inside"][number] {
  return { checkpoint: shape.text("checkpoint", { mostChars: 64 }), people: shape.integer("people", 1, MAX_PEOPLE_INSIDE) };
}

function signsOf(shape: Shape): Asking {
  if (!shape.has("signs")) return "offer";
  const found = ASKING.find((one) => one === shape.value("signs"));
  if (found === undefined) throw shape.refused("signs");
  return found;
}

function approvalOf(shape: Shape): Approval {
  if (!shape.has("override_approval")) return "milder";
  const approval = APPROVALS.find((known) => known === shape.value("override_approval"));
  if (approval === undefined) throw shape.refused("override_approval");
  return approval;
}

function otherwiseUntil(shape: Shape): Otherwise & { readonly until_ms: number } {
  return { until_ms: shape.instant("until"), outcome: outcomeOf(shape), reason: reasonOf(shape) };
}

function ruleOf(shape: Shape): Rule {
  const rule: Rule = {
    id: shape.text("id", { like: ID }),
    scope: scopeOf(shape),
    effective_from_ms: shape.instant("effective_from"),
    effective_to_ms: shape.instantOrNull("effective_to"),
    condition: conditionOf(shape),
    outcome: outcomeOf(shape),
    reason: reasonOf(shape),
    basis: basisOf(shape),
    priority: shape.integer("priority", -1000, 1000, 0),
    exempts: shape.flag("exempts"),
  };
  if (rule.effective_to_ms !== null && rule.effective_to_ms <= rule.effective_from_ms) {
    throw shape.refused("effective_to");
  }
  return rule;
}

function scopeOf(shape: Shape): Scope {
  const scope = shape.has("scope") ? shape.inner("scope") : new Shape({}, shape.path("scope"));
  return {
    provinces: wordsOf(scope, "provinces", (word) => PROVINCE.test(word)),
    checkpoint_classes: wordsOf(scope, "checkpoint_classes", (word) => CHECKPOINT_CLASSES.includes(word)),
    directions: wordsOf(scope, "directions", (word) => DIRECTIONS.includes(word)),
  };
}

/** A misspelt word would silently match nothing, so it is refused. */
function wordsOf(shape: Shape, name: string, isKnown: (word: string) => boolean): string[] {
  return shape.items(name, 100).map((word) => {
    if (typeof word !== "string" || !isKnown(word)) throw shape.refused(name);
    return word;
  });
}

function conditionOf(shape: Shape): Json {
  const condition = shape.value("condition");
  let issues: Issue[];
  try {
    issues = validate(condition);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    throw new RuleError("pack.condition", shape.path("condition"));
  }
  const [issue] = issues;
  if (issue !== undefined) throw new RuleError("pack.condition", shape.path("condition") + issue.at);
  return condition;
}

function outcomeOf(shape: Shape): Outcome {
  const outcome = OUTCOMES.find((known) => known === shape.value("outcome"));
  if (outcome === undefined) throw shape.refused("outcome");
  return outcome;
}

function reasonOf(shape: Shape): Reason {
  const reason = shape.inner("reason");
  const code = reason.text("code", { like: CODE });
  if (BUILT_IN_REASONS.some((builtIn) => builtIn.code === code)) throw reason.refused("code");
  const vi = reason.text("vi", { mostChars: MAX_REASON_CHARS });
  return { code, vi, en: reason.text("en", { mostChars: MAX_REASON_CHARS }) };
}

function basisOf(shape: Shape): Basis {
  if (!shape.has("basis")) throw new RuleError("pack.basis", shape.path("basis"));
  const basis = shape.inner("basis");
  const date = basis.text("date");
  try {
    parseDate(date);
  } catch (error) {
    throw error instanceof RuleError ? basis.refused("date") : error;
  }
  return {
    document: basis.text("document"),
    date,
    issuer: basis.text("issuer"),
    clause: basis.text("clause"),
    unconfirmed: basis.flag("unconfirmed"),
  };
}

function checkUnique(rules: readonly Rule[], rest: readonly Otherwise[]): void {
  const ids = new Set<string>();
  const reasons = new Map<string, Reason>();
  rest.forEach(({ reason }, index) => {
    const known = reasons.get(reason.code) ?? reason;
    if (known.vi !== reason.vi || known.en !== reason.en) {
      throw new RuleError("pack.reason", `/otherwise_before/${index - 1}/reason`);
    }
    reasons.set(reason.code, known);
  });
  rules.forEach(({ id, reason }, index) => {
    if (ids.has(id)) throw new RuleError("pack.field", `/rules/${index}/id`);
    ids.add(id);
    const known = reasons.get(reason.code) ?? reason;
    if (known.vi !== reason.vi || known.en !== reason.en) {
      throw new RuleError("pack.reason", `/rules/${index}/reason`);
    }
    reasons.set(reason.code, known);
  });
}
