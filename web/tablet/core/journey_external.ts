/** What rules see beside a person and a journey: the document shown, suspended companies, earlier refusals. */

import type { Evidence } from "../../shared/credentials/index.ts";
import type { PermitLists } from "../../shared/rules/permit_lists.ts";
import { goodsFirst, isCompanySuspended, permitOf, type Permit, permitSubject, saidOf, usesOf } from "../../shared/rules/permits.ts";
import type { Fields } from "../../shared/sync/events.ts";
import { cut } from "./bounds.ts";
import type { Known } from "./earlier.ts";
import type { CrossingDraft, DraftPerson } from "./vocabulary.ts";

const HOUR_MS = 3_600_000;
const LONGEST = { id: 64, company: 120 };

/** Members of `external` of decide(), by the names that rules know. */
export interface JourneyExternal {
  readonly permit: Permit | null;
  readonly company_suspended: boolean;
  readonly turned_back: boolean;
  readonly priority: boolean;
}

/** `person` null: a crossing of nobody. `journey` in its JSON shape, as rules see it. */
export function journeyExternal(
  draft: CrossingDraft,
  person: DraftPerson | null,
  journey: object,
  lists: PermitLists,
  known: Known,
  serverMs: number,
  province: string,
): JourneyExternal {
  const evidence = documentFor(draft, person);
  const id = permitSubject(evidence)?.["id"];
  const uses = usesOf(typeof id === "string" ? known.usesOf(id) : [], serverMs);
  const plate = draft.plate?.normal ?? "";
  const sinceMs = serverMs - lists.turned_back_hours * HOUR_MS;
  return {
    permit: permitOf(evidence, journey, serverMs, uses, lists),
    company_suspended: isCompanySuspended(draft.people.map((one) => one.evidence), serverMs, lists),
    turned_back: plate !== "" && known.wasRefused(plate, sinceMs),
    priority: goodsFirst(draft.goods, province, lists).length > 0,
  };
}

/** A person's own document; else one of the vehicle, which somebody else in it showed. */
export function documentFor(draft: CrossingDraft, person: DraftPerson | null): Evidence | null {
  if (permitSubject(person?.evidence) !== null) return person?.evidence ?? null;
  const shown = draft.people.map(({ evidence }) => evidence);
  return shown.find((one) => one !== null && isOfVehicle(one)) ?? null;
}

/** A pass or a manifest, or a permit that names nobody. */
function isOfVehicle(evidence: Evidence): boolean {
  const type = permitSubject(evidence)?.["type"];
  return type === "pass" || type === "manifest" || (type === "permit" && evidence.identity === null);
}

/**
 * What a crossing keeps of a document, in the person part (`facts.permit`): the home server counts uses
 * by it, and decides again by it where the code is long gone. null where none was shown.
 */
export function permitFact(draft: CrossingDraft, evidence: Evidence | null, serverMs: number): Fields | null {
  const subject = permitSubject(evidence);
  if (subject === null) return null;
  const { origin, destination, plate } = draft;
  const journey = { origin, destination, vehicle: plate === null ? null : { plate: plate.normal } };
  const { id, ...said } = saidOf(subject, journey, serverMs);
  const company = typeof subject["company"] === "string" ? cut(subject["company"], LONGEST.company) : null;
  return { ...said, id: cut(id, LONGEST.id), ...(company === null ? {} : { company }) };
}
