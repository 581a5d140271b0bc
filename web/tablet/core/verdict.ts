/** A draft and the packs in force → a verdict with its reasons in words. */

import { combine, decide, type Verdict as RulesVerdict } from "../../shared/rules/decide.ts";
import { RuleError } from "../../shared/rules/errors.ts";
import { type Levels, type LevelWindow, levelsAt, parseLevels } from "../../shared/rules/levels.ts";
import { type Basis, parseRulePack, type Reason, reasonsOf, type RulePack } from "../../shared/rules/pack.ts";
import { parseWatchlist, type WatchFilter, watchHit } from "../../shared/rules/watchlist.ts";
import type { Pack, Packs } from "./packs.ts";
import type { Checkpoint, CrossingDraft, Decision, DraftPerson, NamedPlace, Verdict } from "./vocabulary.ts";

/** The packs that decide, parsed once. A pack that does not parse is no pack: the verdict is then "refer". */
export interface Rulebook {
  rules: RulePack | null;
  reasons: ReadonlyMap<string, Reason>;
  windows: readonly LevelWindow[];
  watchlist: WatchFilter | null;
  /** Names of the packs that do not parse. */
  broken: readonly string[];
}

export const NO_RULES: Rulebook = { rules: null, reasons: reasonsOf(null), windows: [], watchlist: null, broken: [] };

export function rulebookOf(packs: Packs): Rulebook {
  const broken: string[] = [];
  const rules = parsed(packs.all.get("rules"), broken, (pack) => ({
    ...parseRulePack(pack.name, pack.version, pack.issued_at, pack.content),
    confirmed_at_ms: pack.confirmed_ms,
  }));
  const windows = parsed(packs.all.get("levels"), broken, (pack) => parseLevels(pack.content)) ?? [];
  const watchlist = parsed(packs.all.get("watchlist"), broken, (pack) => parseWatchlist(pack.content));
  return { rules, reasons: reasonsOf(rules?.content ?? null), windows, watchlist, broken };
}

/** The same rules, confirmed by the server once more. */
export function confirmed(book: Rulebook, packs: Packs): Rulebook {
  const pack = packs.all.get("rules");
  if (book.rules === null || pack === undefined) return book;
  return { ...book, rules: { ...book.rules, confirmed_at_ms: pack.confirmed_ms } };
}

/** Each person's verdict and the most restrictive of them; a crossing of nobody is judged by its journey alone. */
export function decideDraft(draft: CrossingDraft, book: Rulebook, checkpoint: Checkpoint, serverMs: number): Decision {
  const levels = levelsAt(book.windows, serverMs);
  const one = (person: DraftPerson | null): RulesVerdict => {
    const evidence = person?.evidence ?? null;
    const external = { levels, watch_hit: watchHit(book.watchlist, evidence) };
    return decide(evidence, journeyOf(draft, person, checkpoint), external, serverMs, book.rules);
  };
  const people = draft.people.map(one);
  const verdict = verdictOf(people.length === 0 ? one(null) : combine(people));
  const reasons = verdict.reasons.map((code) => book.reasons.get(code) ?? { code, vi: code, en: code });
  return { verdict, reasons, basis: basisOf(verdict, book.rules), people: people.map(verdictOf) };
}

/** The text behind the first reason; null where that reason is no rule's. */
function basisOf({ reasons, rules }: Verdict, pack: RulePack | null): Basis | null {
  const fired = rules.map((id) => pack?.content.rules.find((rule) => rule.id === id));
  return fired.find((rule) => rule?.reason.code === reasons[0])?.basis ?? null;
}

/** Every place the levels pack names, with its level now. */
export function placesOf(book: Rulebook, serverMs: number): NamedPlace[] {
  const levels: Levels = levelsAt(book.windows, serverMs);
  const places = new Map<string, NamedPlace>();
  for (const { place: key, name } of book.windows) {
    const [dataset, code] = key.split(":");
    if ((dataset !== "2021" && dataset !== "2025") || code === undefined) continue;
    places.set(key, { place: { dataset, code }, name, level: levels[key] ?? null });
  }
  return [...places.values()];
}

/** What rules see of the journey; names of the wire (the shape "Journey"). */
function journeyOf(draft: CrossingDraft, person: DraftPerson | null, checkpoint: Checkpoint): object {
  const { direction, mode, purpose, origin, destination, vehicle_class, plate } = draft;
  const { id, province, class: kind } = checkpoint;
  return {
    direction,
    mode,
    purpose,
    origin,
    destination,
    departed_at: null,
    checkpoint: { id, province, class: kind },
    role: person?.role ?? null,
    card: person?.card ?? null,
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
