/**
 * What an own permit, green-lane pass or shuttle manifest says of one journey: `external.permit`.
 * Twin of `rules/permits.py`.
 *
 * It says, it does not decide: rules read {type, valid, overspent, plate_ok, hours_ok, places_ok}. A
 * claim that the document does not make restricts nothing; one that cannot be read is not met.
 */

import { isSuspended, isTypeSuspended, PERMIT_TYPES, type PermitLists, quotaOf } from "./permit_lists.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const VIETNAM_OFFSET_MS = 7 * 3_600_000;
const DAY_MINUTES = 24 * 60;
const HOURS = /^([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})$/;

type Members = { readonly [name: string]: unknown };

/** Earlier crossings with one document that were let through: this Vietnamese day, and ever. */
export type Uses = { readonly today: number; readonly total: number };

export const NO_USES: Uses = { today: 0, total: 0 };

/** What rules see of a document. */
export type Permit = {
  readonly type: string;
  readonly valid: boolean;
  readonly overspent: boolean;
  readonly plate_ok: boolean;
  readonly hours_ok: boolean;
  readonly places_ok: boolean;
};

/** What a crossing keeps of a shown document. */
export type PermitSaid = {
  readonly type: string;
  readonly id: string | null;
  readonly plate_ok: boolean;
  readonly hours_ok: boolean;
  readonly places_ok: boolean;
};

/**
 * `external.permit` for an Evidence in its JSON shape; null where it shows no such document.
 *
 * `uses` are those before this journey. `plate_ok` is false while the vehicle's plate is unknown.
 * `places_ok` compares ends of the way that are named alike (data set, kind of unit), both ways
 * round; an end that either side leaves open fits. Which way a checkpoint lies is not known here.
 */
export function permitOf(
  evidence: unknown,
  journey: unknown,
  nowMs: number,
  uses: Uses,
  lists: PermitLists,
): Permit | null {
  const subject = permitSubject(evidence);
  if (subject === null) return null;
  const { type, id, plate_ok, hours_ok, places_ok } = saidOf(subject, journey, nowMs);
  const valid = isMembers(evidence) && evidence["status"] === "verified" && !isTypeSuspended(lists, type, nowMs);
  return { type, valid, overspent: isOverspent(type, id, uses, lists), plate_ok, hours_ok, places_ok };
}

/** What a crossing keeps of a shown document. */
export function saidOf(subject: Members, journey: unknown, nowMs: number): PermitSaid {
  const trip = isMembers(journey) ? journey : {};
  const { type, id } = subject;
  return {
    type: typeof type === "string" ? type : "",
    id: typeof id === "string" ? id : null,
    plate_ok: plateFits(subject["plate"], trip["vehicle"]),
    hours_ok: hoursFit(subject["hours"], nowMs),
    places_ok: placesFit(subject, trip),
  };
}

/** The subject of an own permit, pass or manifest; null for any other Evidence. */
export function permitSubject(evidence: unknown): Members | null {
  if (!isMembers(evidence) || evidence["family"] !== "own") return null;
  const subject = evidence["subject"];
  if (!isMembers(subject)) return null;
  const { type } = subject;
  return typeof type === "string" && PERMIT_TYPES.includes(type) ? subject : null;
}

/** `external.company_suspended`: whether any document shown names a suspended company. */
export function isCompanySuspended(evidences: readonly unknown[], nowMs: number, lists: PermitLists): boolean {
  return evidences.some((one) => {
    const company = permitSubject(one)?.["company"];
    return typeof company === "string" && isSuspended(lists, company, nowMs);
  });
}

/**
 * Why a load goes first: its groups that do, each once, and "perishable" where that alone says.
 *
 * `goods` is the journey's list of {group, perishable}. `external.priority` is whether any do.
 */
export function goodsFirst(goods: unknown, province: string, lists: PermitLists): string[] {
  const listed = lists.priorities.filter(({ provinces }) => provinces.length === 0 || provinces.includes(province));
  const groups = new Set(listed.flatMap((one) => one.goods));
  const spoils = listed.some(({ perishable }) => perishable);
  const found: string[] = [];
  for (const line of Array.isArray(goods) ? (goods as unknown[]) : []) {
    if (!isMembers(line)) continue;
    const { group, perishable } = line;
    if (typeof group === "string" && groups.has(group)) found.push(group);
    else if (spoils && perishable === true) found.push("perishable");
  }
  return [...new Set(found)];
}

/** Whether its uses before this one have reached what a document may be used for. */
export function isOverspent(type: string, id: string | null, uses: Uses, lists: PermitLists): boolean {
  const quota = quotaOf(lists, type, id);
  if (quota === null) return false;
  const { per_day, total } = quota;
  return (per_day !== null && uses.today >= per_day) || (total !== null && uses.total >= total);
}

/** Uses from the times of earlier crossings with one document. */
export function usesOf(timesMs: readonly number[], nowMs: number): Uses {
  const times = timesMs.filter((one) => one <= nowMs);
  const today = vietnameseDay(nowMs);
  return { today: times.filter((one) => vietnameseDay(one) === today).length, total: times.length };
}

/** Days since 1970-01-01 on a Vietnamese wall calendar. */
export function vietnameseDay(timeMs: number): number {
  return Math.floor((timeMs + VIETNAM_OFFSET_MS) / DAY_MS);
}

/** Whether "05:00-20:00" (or several, apart by commas) holds the time of day at +07:00. */
export function hoursFit(hours: unknown, nowMs: number): boolean {
  if (hours === null || hours === undefined) return true;
  if (typeof hours !== "string") return false;
  const ofDay = (((nowMs + VIETNAM_OFFSET_MS) % DAY_MS) + DAY_MS) % DAY_MS;
  const minute = Math.floor(ofDay / MINUTE_MS);
  const spans = hours.split(",").map((one) => spanOf(one.replace(/^ +| +$/g, "")));
  return spans.every((one) => one !== null) && spans.some((one) => one !== null && holds(one, minute));
}

function spanOf(text: string): [number, number] | null {
  const match = HOURS.exec(text);
  if (match === null) return null;
  const [from_h = 0, from_m = 0, to_h = 0, to_m = 0] = match.slice(1).map(Number);
  const start = from_h * 60 + from_m;
  const end = to_h * 60 + to_m;
  const isClock = from_m < 60 && to_m < 60 && start < DAY_MINUTES && end <= DAY_MINUTES;
  return isClock ? [start, end] : null;
}

/** First and last minute included; one that ends before it starts goes past midnight. */
function holds([start, end]: [number, number], minute: number): boolean {
  return start <= end ? start <= minute && minute <= end : minute >= start || minute <= end;
}

function plateFits(plate: unknown, vehicle: unknown): boolean {
  if (plate === null || plate === undefined) return true;
  const seen = isMembers(vehicle) ? vehicle["plate"] : null;
  if (typeof plate !== "string" || typeof seen !== "string") return false;
  return bare(plate) === bare(seen) && bare(plate) !== "";
}

function bare(plate: string): string {
  return plate
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/đ/g, "Đ")
    .replace(/[^A-Z0-9Đ]/g, "");
}

function placesFit(subject: Members, trip: Members): boolean {
  const { origin, destination } = subject;
  const there = isEnd(origin, trip["origin"]) && isEnd(destination, trip["destination"]);
  return there || (isEnd(origin, trip["destination"]) && isEnd(destination, trip["origin"]));
}

/** Whether a place may be the one named: not when both are known, alike, and two. */
function isEnd(named: unknown, given: unknown): boolean {
  if (!isMembers(named) || !isMembers(given) || named["dataset"] !== given["dataset"]) return true;
  const { code: one } = named;
  const { code: two } = given;
  if (typeof one !== "string" || typeof two !== "string" || one.length !== two.length) return true;
  return one === two;
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
