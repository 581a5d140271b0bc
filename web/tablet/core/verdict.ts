/** A draft and the packs in force → a verdict with its reasons in words. */

import { toIso } from "../../shared/rules/dates.ts";
import { combine, decide, severity, type Verdict as RulesVerdict } from "../../shared/rules/decide.ts";
import { RuleError } from "../../shared/rules/errors.ts";
import { departuresThatMatter, externalLevels, type LevelBook, NO_LEVELS, parseLevelBook } from "../../shared/rules/grace.ts";
import { type Approval, type Basis, parseRulePack, type Reason, reasonsOf, type RulePack } from "../../shared/rules/pack.ts";
import { goodsFirst } from "../../shared/rules/permits.ts";
import { NO_LISTS, parsePermitLists, type PermitLists } from "../../shared/rules/permit_lists.ts";
import { type Asking, notedHealth } from "../../shared/rules/signs.ts";
import { parseWatchlist, type WatchFilter, watchHit } from "../../shared/rules/watchlist.ts";
import type { Known } from "./earlier.ts";
import { journeyExternal } from "./journey_external.ts";
import type { Pack, Packs } from "./packs.ts";
import type { Action, Checkpoint, CrossingDraft, Decision, DraftPerson, Outcome, Verdict } from "./vocabulary.ts";

/** The packs that decide, parsed once. A pack that does not parse is no pack: the verdict is then "refer". */
export interface Rulebook {
  rules: RulePack | null;
  reasons: ReadonlyMap<string, Reason>;
  levels: LevelBook;
  watchlist: WatchFilter | null;
  permits: PermitLists;
  /** Names of the packs that do not parse. */
  broken: readonly string[];
}

export const NO_RULES: Rulebook = { rules: null, reasons: reasonsOf(null), levels: NO_LEVELS, watchlist: null, permits: NO_LISTS, broken: [] };

export function rulebookOf(packs: Packs): Rulebook {
  const broken: string[] = [];
  const rules = parsed(packs.all.get("rules"), broken, (pack) => ({
    ...parseRulePack(pack.name, pack.version, pack.issued_at, pack.content),
    confirmed_at_ms: pack.confirmed_ms,
  }));
  const levels = parsed(packs.all.get("levels"), broken, (pack) => parseLevelBook(pack.content)) ?? NO_LEVELS;
  const watchlist = parsed(packs.all.get("watchlist"), broken, (pack) => parseWatchlist(pack.content));
  const permits = parsed(packs.all.get("permits"), broken, (pack) => parsePermitLists(pack.content)) ?? NO_LISTS;
  return { rules, reasons: reasonsOf(rules?.content ?? null), levels, watchlist, permits, broken };
}

/** The same rules, confirmed by the server once more. */
export function confirmed(book: Rulebook, packs: Packs): Rulebook {
  const pack = packs.all.get("rules");
  if (book.rules === null || pack === undefined) return book;
  return { ...book, rules: { ...book.rules, confirmed_at_ms: pack.confirmed_ms } };
}

/** Each person's verdict and the most restrictive of them; a crossing of nobody is judged by its journey alone. */
export function decideDraft(draft: CrossingDraft, book: Rulebook, checkpoint: Checkpoint, serverMs: number, known: Known): Decision {
  const trip = tripOf(draft);
  const levels = externalLevels(book.levels, trip, serverMs);
  const one = (person: DraftPerson | null): RulesVerdict => {
    const evidence = person?.evidence ?? null;
    const journey = journeyOf(draft, person, checkpoint);
    const beside = journeyExternal(draft, person, journey, book.permits, known, serverMs, checkpoint.province);
    const external = { ...levels, ...beside, watch_hit: isWatched(person, book.watchlist) };
    return decide(evidence, journey, external, serverMs, book.rules);
  };
  const people = draft.people.map(one);
  const verdict = verdictOf(people.length === 0 ? one(null) : combine(people));
  const reasons = verdict.reasons.map((code) => book.reasons.get(code) ?? { code, vi: code, en: code });
  const asks_departure_ms = departuresThatMatter(book.levels, trip, serverMs);
  const basis = basisOf(verdict, book.rules);
  const priority = goodsFirst(draft.goods, checkpoint.province, book.permits);
  const { sampling_per_mille = 0, override_approval = "milder" } = book.rules?.content ?? {};
  const needs_approval = needsApproval(draft, verdict.outcome, override_approval);
  const asked = { asks_departure_ms, grace: levels.grace, signs: asksSigns(draft, book.rules), needs_approval, sampling_per_mille };
  return { verdict, reasons, basis, people: people.map(verdictOf), ...asked, priority };
}

/** Traffic that nobody stops is asked nothing. */
function asksSigns({ mode, purpose }: CrossingDraft, rules: RulePack | null): Asking {
  return mode === "green_lane" || mode === "waved" || purpose === "emergency" ? "skip" : (rules?.content.signs ?? "offer");
}

/** Whether the lot falls on a vehicle, by two random bytes. */
export function isDrawn([high = 0, low = 0]: Uint8Array, per_mille: number): boolean {
  return ((high << 8) | low) < (per_mille / 1000) * 65_536;
}

const ACTIONS: readonly Action[] = ["passed", "referred", "turned_back"];

/** Whether a lead has yet to agree. An emergency does not wait for one: a reviewer sees it afterwards. */
function needsApproval({ override, action, approved_by = null }: CrossingDraft, outcome: Outcome, approval: Approval): boolean {
  if (approved_by !== null || override === null || override === "emergency" || approval === "none") return false;
  const milder = ACTIONS.indexOf(action) < severity(outcome);
  return approval === "any" ? ACTIONS.indexOf(action) !== severity(outcome) : milder;
}

/** By the code that was read, or by what stands in the draft where there was none. */
function isWatched(person: DraftPerson | null, watchlist: WatchFilter | null): boolean {
  if (person === null) return false;
  return watchHit(watchlist, person.evidence) || watchHit(watchlist, { identity: person.identity });
}

/** The text behind the first reason; null where that reason is no rule's. */
function basisOf({ reasons, rules }: Verdict, pack: RulePack | null): Basis | null {
  const fired = rules.map((id) => pack?.content.rules.find((rule) => rule.id === id));
  return fired.find((rule) => rule?.reason.code === reasons[0])?.basis ?? null;
}

/** Where from and where to, and since when where that was asked. */
function tripOf({ origin, destination, departed_ms = null }: CrossingDraft): object {
  return { origin, destination, departed_at: departed_ms === null ? null : toIso(departed_ms) };
}

/** What rules see of the journey; names of the wire (the shape "Journey"). */
function journeyOf(draft: CrossingDraft, person: DraftPerson | null, checkpoint: Checkpoint): object {
  const { direction, mode, purpose, vehicle_class, plate } = draft;
  const { id, province, class: kind } = checkpoint;
  return {
    direction,
    mode,
    purpose,
    ...tripOf(draft),
    checkpoint: { id, province, class: kind },
    role: person?.role ?? null,
    card: person?.card ?? null,
    health: person === null ? null : notedHealth(person.symptoms ?? null, person.temperature_c ?? null, person.exposure ?? null),
    vehicle: vehicle_class === "on_foot" ? null : { class: vehicle_class, plate: plate?.normal ?? null },
    goods: draft.goods.map(({ group, perishable }) => ({ group, perishable })),
  };
}

function verdictOf({ outcome, reasons, rules, packs }: RulesVerdict): Verdict {
  return { outcome, reasons, rules, packs: { ...packs } };
}

function parsed<T>(pack: Pack | undefined, broken: string[], parse: (pack: Pack) => T): T | null {
  if (pack === undefined) return null;
  try {
    return parse(pack);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    broken.push(pack.name);
    return null;
  }
}
