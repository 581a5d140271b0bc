/**
 * What would change the answer: the rules in force are asked again with papers that the travellers do not show.
 *
 * Nothing is written down per rule, so it holds for every pack, also one that came in an hour ago. A
 * fact that was told (symptoms, contact with the sick) is never asked away.
 */

import type { CrossingDraft, Decision, DraftPerson, Evidence, NamedPlace, Outcome } from "../core/types.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Ages of a test that texts name, longest first. */
const TEST_HOURS = [168, 120, 96, 72, 48, 24, 12, 6, 0] as const;
/** Days since the last dose that texts name, shortest first. */
const DOSE_DAYS = [0, 7, 14, 21, 28] as const;
const LONG_AGO_DAYS = 90;
const RECOVERED_DAYS = 60;
/** Vehicles that a green-lane pass is given to. */
const LADEN: readonly CrossingDraft["vehicle_class"][] = ["truck", "tractor_trailer", "van"];
/** More is not read by anybody in the rain. */
const MOST_WAYS = 3;

/** One thing to have. `hours`: a test no older than this; `days`: since the last dose at least these. */
export type Need =
  | { what: "declaration" | "recovered" | "green_card" | "origin" | "pass" | "permit" }
  | { what: "negative_test" | "negative_pcr"; hours: number }
  | { what: "one_dose" | "all_doses"; days: number };

/** All of its needs together lead to `outcome`. */
export interface Way {
  needs: readonly Need[];
  outcome: Outcome;
}

type Decide = (draft: CrossingDraft) => Pick<Decision, "verdict">;
type Change = (draft: CrossingDraft) => CrossingDraft;

interface Try {
  need: Need;
  change: Change;
}

type Degrees = readonly [Try, ...Try[]];

const SEVERITY: Record<Outcome, number> = { pass: 0, refer: 1, turn_back: 2 };

/** The shortest ways to a milder answer: single papers first, else two together; passing before being looked at. None where nothing helps. */
export function waysOut(draft: CrossingDraft, decide: Decide, server_ms: number, places: readonly NamedPlace[]): readonly Way[] {
  const before = SEVERITY[decide(draft).verdict.outcome];
  if (before === 0) return [];
  const outcomeOf = (...tries: readonly Try[]): Outcome => decide(tries.reduce((one, { change }) => change(one), draft)).verdict.outcome;
  const tries = triesFor(draft, server_ms, places).map((degrees) => ({ degrees, alone: SEVERITY[outcomeOf(degrees[0])] }));
  const helping = tries.filter(({ alone }) => alone < before);
  const singles = helping.map(({ degrees, alone }): Way => {
    const one = easiest(degrees, alone, (degree) => outcomeOf(degree));
    return { needs: [one.need], outcome: outcomeOf(one) };
  });
  const passing = singles.filter(({ outcome }) => outcome === "pass");
  if (passing.length > 0) return passing.filter(({ needs: [one] }) => !passing.some(({ needs: [other] }) => implies(one, other))).slice(0, MOST_WAYS);
  const found = tries.flatMap((one, at) => tries.slice(at + 1).map((two) => ({ one, two, severity: SEVERITY[outcomeOf(one.degrees[0], two.degrees[0])] })));
  const better = found.filter(({ one, two, severity }) => severity < Math.min(before, one.alone, two.alone));
  better.sort((left, right) => left.severity - right.severity);
  const pairs = better.slice(0, MOST_WAYS).map(({ one, two, severity }): Way => {
    const second = easiest(two.degrees, severity, (degree) => outcomeOf(one.degrees[0], degree));
    const first = easiest(one.degrees, severity, (degree) => outcomeOf(degree, second));
    return { needs: [first.need, second.need], outcome: outcomeOf(first, second) };
  });
  const together = pairs.filter(({ outcome }) => outcome === "pass");
  return (together.length > 0 ? together : [...singles, ...pairs]).slice(0, MOST_WAYS);
}

/** Whether who has `one` has `other` as well: it need not be said. */
function implies(one: Need | undefined, other: Need | undefined): boolean {
  if (one?.what === "all_doses" && other?.what === "one_dose") return one.days >= other.days;
  if (one?.what === "negative_pcr" && other?.what === "negative_test") return one.hours <= other.hours;
  return false;
}

/** The easiest of several degrees, hardest first, that does as much as the hardest. */
function easiest(degrees: Degrees, severity: number, outcomeOf: (one: Try) => Outcome): Try {
  return [...degrees].reverse().find((one) => one === degrees[0] || SEVERITY[outcomeOf(one)] <= severity) ?? degrees[0];
}

/** What could be shown, each from the degree that asks for most to the one that asks for least. */
function triesFor(draft: CrossingDraft, server_ms: number, places: readonly NamedPlace[]): Degrees[] {
  const everybody = (change: (person: DraftPerson) => DraftPerson): Change => (one) => ({ ...one, people: shown(one).map(change) });
  const facts = (patch: (evidence: Evidence) => Partial<Evidence["facts"]>): Change =>
    everybody((person) => {
      const evidence = proof(person.evidence, server_ms);
      return { ...person, evidence: { ...evidence, facts: { ...evidence.facts, ...patch(evidence) } } };
    });
  const iso = (ago_ms: number): string => new Date(server_ms - ago_ms).toISOString();
  const day = (days: number): string => iso(days * DAY_MS - 7 * HOUR_MS).slice(0, 10);
  const test = (what: "negative_test" | "negative_pcr", type: "rapid" | "pcr") => (hours: number): Try => {
    // A minute inside the limit: the test is not that old for a moment longer.
    const at = iso(Math.max(0, hours * HOUR_MS - 60_000));
    const one = { type, result: "negative" as const, sampled_at: at, resulted_at: at };
    return { need: { what, hours }, change: facts(({ facts: { tests } }) => ({ tests: [...tests, one] })) };
  };
  const doses = (what: "one_dose" | "all_doses") => (days: number): Try => {
    const first = { number: 1, of: 2, product: "EU/1/20/1528", date: day(what === "one_dose" ? days : LONG_AGO_DAYS) };
    const all = what === "one_dose" ? [first] : [first, { ...first, number: 2, date: day(days) }];
    return { need: { what, days }, change: facts(() => ({ doses: all })) };
  };
  const told = draft.people.some(({ evidence }) => evidence?.status === "verified" && evidence.facts.declaration !== null);
  const declaring: Degrees = [{ need: { what: "declaration" }, change: facts(() => ({ declaration: declared(draft) })) }];
  const laden = LADEN.includes(draft.vehicle_class);
  const passing: Degrees = [{ need: { what: "pass" }, change: (one) => ({ ...everybody((person) => ({ ...person, evidence: paper(person.evidence, "pass", server_ms) }))(one), mode: "green_lane" }) }];
  const first: Degrees[] = [...(told ? [] : [declaring]), ...(laden ? [passing] : []), ...(draft.origin === null && places.length > 0 ? [[originTry(places)] as const] : [])];
  return [
    ...first,
    [{ need: { what: "green_card" }, change: everybody((person) => ({ ...person, card: { colour: "green", basis: "seen" } })) }],
    degreesOf(TEST_HOURS, test("negative_test", "rapid")),
    degreesOf(TEST_HOURS, test("negative_pcr", "pcr")),
    degreesOf(DOSE_DAYS, doses("one_dose")),
    degreesOf(DOSE_DAYS, doses("all_doses")),
    [{ need: { what: "recovered" }, change: facts(() => ({ recoveries: [{ recovered_at: day(RECOVERED_DAYS), valid_until: null }] })) }],
    [{ need: { what: "permit" }, change: everybody((person) => ({ ...person, evidence: paper(person.evidence, "permit", server_ms) })) }],
  ];
}

function degreesOf<T extends number>(values: readonly T[], make: (value: T) => Try): Degrees {
  return [...values].reverse().map(make) as unknown as Degrees;
}

/** Whoever shows nothing yet counts as one person. */
function shown({ people }: CrossingDraft): readonly DraftPerson[] {
  return people.length > 0 ? people : [{ role: "driver", evidence: null, card: null }];
}

/** What was verified stays; what proves nothing gives way to a paper that does. */
function proof(evidence: Evidence | null, server_ms: number): Evidence {
  if (evidence?.status === "verified") return evidence;
  return signed(evidence, { type: "declaration" }, server_ms);
}

function paper(evidence: Evidence | null, type: "permit" | "pass", server_ms: number): Evidence {
  return signed(evidence, { type, id: "what-if" }, server_ms);
}

function signed(evidence: Evidence | null, subject: { type: string; id?: string }, server_ms: number): Evidence {
  return {
    family: "own",
    status: "verified",
    code: "ok",
    identity: evidence?.identity ?? null,
    facts: evidence?.status === "verified" ? evidence.facts : { doses: [], tests: [], recoveries: [], declaration: null },
    issuer: null,
    key_id: null,
    issued_at: new Date(server_ms - HOUR_MS).toISOString(),
    expires_at: new Date(server_ms + DAY_MS).toISOString(),
    fingerprints: [],
    subject,
    warnings: [],
  };
}

function declared({ origin, destination, plate }: CrossingDraft): Evidence["facts"]["declaration"] {
  return { symptoms: [], exposure: false, origin, destination, plate: plate?.normal ?? null };
}

/** The mildest level there is: to say where from helps, if it helps at all, whoever comes from there. */
function originTry(places: readonly NamedPlace[]): Try {
  const mildest = places.reduce((best, one) => ((one.level ?? 9) < (best.level ?? 9) ? one : best));
  return { need: { what: "origin" }, change: (draft) => ({ ...draft, origin: mildest.place }) };
}
