/** Dated, signed rules as data: CertLogic, epidemic levels, packs, one verdict. Twin of `rules/`. */

export { evaluate, isTrue, toPlain } from "./certlogic.ts";
export type { Value } from "./certlogic.ts";
export { parseInstant, toIso } from "./dates.ts";
export { combine, decide, severity } from "./decide.ts";
export type { External, Verdict } from "./decide.ts";
export { RuleError } from "./errors.ts";
export { departuresThatMatter, externalLevels, levelBook, NO_LEVELS, parseLevelBook } from "./grace.ts";
export type { LevelBook } from "./grace.ts";
export { levelAt, levelOf, levelsAt, parseLevels, placeKey, upcoming } from "./levels.ts";
export type { LevelChange, LevelWindow, Levels } from "./levels.ts";
export { isStale, parsePackContent, parseRulePack, reasonsOf } from "./pack.ts";
export type { Basis, Outcome, PackContent, Reason, Rule, RulePack, Scope } from "./pack.ts";
export { validate } from "./validation.ts";
export type { Issue } from "./validation.ts";
export type { Json } from "./values.ts";
export { holds, parseWatchlist, watchHit, watchNumbers } from "./watchlist.ts";
export type { WatchFilter } from "./watchlist.ts";
