/**
 * One question about rules, one answer, in the shapes that tests and the batch share.
 *
 *   {"logic": …, "data": …}                              → {"result"}
 *   {"validate": expression}                             → {"result": [place, …]}
 *   {"pack": {name, version, issued_at, content}}        → {"result": [rule ids]}, kept for decide
 *   {"journey": …, "evidence": …, "external": …, "now_ms"} → {"result": Verdict}
 *   {"combine": [Verdict, …]}                            → {"result": Verdict}
 *   {"levels": content, "now_ms", "within_hours"}        → {"result": {at, upcoming}}
 *   {"levels": content, "trip": Journey, "now_ms"}       → {"result": {levels, grace, asks}}
 *   {"watchlist": content, "shown": [Evidence, …]}       → {"result": [hit, …]}
 *
 * Every line may answer {"error": code, "at": place} instead.
 */

import {
  type External,
  RuleError,
  type RulePack,
  type Verdict,
  combine,
  decide,
  departuresThatMatter,
  evaluate,
  externalLevels,
  levelsAt,
  parseLevelBook,
  parseLevels,
  parseRulePack,
  parseWatchlist,
  toPlain,
  upcoming,
  validate,
  watchHit,
} from "../shared/rules/index.ts";

export interface Line {
  logic?: unknown;
  data?: unknown;
  validate?: unknown;
  pack?: { name: string; version: number; issued_at: string; content: unknown };
  journey?: object;
  evidence?: object | null;
  external?: External;
  combine?: Verdict[];
  levels?: unknown;
  trip?: object;
  watchlist?: unknown;
  shown?: (object | null)[];
  now_ms?: number;
  within_hours?: number;
}

/** Answers one line after another; a pack line counts for the lines that follow. */
export function answering(): (line: Line) => object {
  let pack: RulePack | null = null;

  function answer(line: Line): unknown {
    const { now_ms = 0, within_hours = 0 } = line;
    if (line.logic !== undefined) return toPlain(evaluate(line.logic, line.data));
    if (line.validate !== undefined) return validate(line.validate).map(({ at }) => at);
    if (line.combine !== undefined) return combine(line.combine);
    if (line.trip !== undefined) {
      const book = parseLevelBook(line.levels);
      return { ...externalLevels(book, line.trip, now_ms), asks: departuresThatMatter(book, line.trip, now_ms) };
    }
    if (line.levels !== undefined) {
      const windows = parseLevels(line.levels);
      return { at: levelsAt(windows, now_ms), upcoming: upcoming(windows, now_ms, within_hours) };
    }
    if (line.watchlist !== undefined) {
      const watchlist = parseWatchlist(line.watchlist);
      return (line.shown ?? []).map((evidence) => watchHit(watchlist, evidence));
    }
    if (line.journey !== undefined) {
      return decide(line.evidence ?? null, line.journey, line.external ?? {}, now_ms, pack);
    }
    pack = null;
    if (line.pack === undefined) throw new RuleError("pack.field");
    pack = parseRulePack(line.pack.name, line.pack.version, line.pack.issued_at, line.pack.content);
    return pack.content.rules.map((rule) => rule.id);
  }

  return (line) => {
    try {
      return { result: answer(line) };
    } catch (error) {
      if (error instanceof RuleError) return { error: error.code, at: error.at };
      throw error;
    }
  };
}
