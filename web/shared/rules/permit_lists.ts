/**
 * The pack `permits`: how often a document may be used, what is suspended, which goods go first. Twin of `rules/permit_lists.py`.
 *
 * content: {quotas: [{type|id, per_day, total}], suspended: {types: [{type, until, reference}],
 * companies: [{name, tax_code, until, reference}]}, priority: [{provinces, goods, perishable,
 * reference}], turned_back_hours}. Every list may be absent; `until` null is until further notice,
 * no province is all of them. A pack that does not parse is no pack.
 */

import { Shape } from "./shape.ts";
import { checked } from "./values.ts";

/** The documents of our own that are about a journey; names as in Evidence.subject. */
export const PERMIT_TYPES: readonly string[] = ["permit", "pass", "manifest"];

const MAX_QUOTAS = 2_000;
const MAX_SUSPENDED = 2_000;
const MAX_USES = 100_000;
const MAX_PRIORITIES = 200;
const MAX_WORDS = 63;
const MAX_NODES = MAX_QUOTAS * 6 + MAX_SUSPENDED * 12 + MAX_PRIORITIES * 120;
const MAX_NAME_CHARS = 120;
const DEFAULT_TURNED_BACK_HOURS = 24;
/** Tablets hold the refusals of neighbours for three days. */
const MAX_TURNED_BACK_HOURS = 72;
/** Letters and digits of a name's normal form: "A" would be in force against too many. */
const LEAST_NAME_CHARS = 3;

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const GROUP = /^[a-z][a-z_]{0,31}$/;
const PROVINCE = /^[0-9]{2}$/;
const TAX_CODE = /^[0-9]{10}(-?[0-9]{3})?$/;
const WRITTEN_TAX_CODE = /(?<![0-9])([0-9]{10})(?:-?([0-9]{3}))?(?![0-9])/g;
const SHORT = new Map([
  ["CTY", "CONGTY"],
  ["CP", "COPHAN"],
  ["TNHH", "TRACHNHIEMHUUHAN"],
  ["MTV", "MOTTHANHVIEN"],
  ["HTX", "HOPTACXA"],
  ["DNTN", "DOANHNGHIEPTUNHAN"],
]);

/** How often one document (`id`), or each of a type, may be used; null is without limit. */
export type Quota = {
  readonly type: string | null;
  readonly id: string | null;
  readonly per_day: number | null;
  readonly total: number | null;
};

/** Documents of this type do not count before `until_ms` (null: until further notice). */
export type SuspendedType = { readonly type: string; readonly until_ms: number | null; readonly reference: string };

/** Documents that name this company do not count; `normal` as `companyNormal` makes it. */
export type SuspendedCompany = {
  readonly name: string;
  readonly normal: string;
  readonly tax_code: string | null;
  readonly until_ms: number | null;
  readonly reference: string;
};

/** Goods of these groups, or all that spoil, go first in these provinces (none: everywhere). */
export type Priority = {
  readonly provinces: readonly string[];
  readonly goods: readonly string[];
  readonly perishable: boolean;
  readonly reference: string;
};

/** The content of a `permits` pack; a refusal counts for `turned_back_hours`. */
export type PermitLists = {
  readonly quotas: readonly Quota[];
  readonly types: readonly SuspendedType[];
  readonly companies: readonly SuspendedCompany[];
  readonly turned_back_hours: number;
  readonly priorities: readonly Priority[];
};

export const NO_LISTS: PermitLists = {
  quotas: [],
  types: [],
  companies: [],
  turned_back_hours: DEFAULT_TURNED_BACK_HOURS,
  priorities: [],
};

/** What a `permits` pack says. Throws RuleError("pack.field" | "pack.limit" | "pack.type"). */
export function parsePermitLists(content: unknown): PermitLists {
  const shape = new Shape(checked(content, "pack", { maxNodes: MAX_NODES }), "");
  const quotas = shape.items("quotas", MAX_QUOTAS).map((item, index) => quota(new Shape(item, `/quotas/${index}`)));
  if (new Set(quotas.map(({ type, id }) => `${type} ${id}`)).size !== quotas.length) throw shape.refused("quotas");
  const turned_back_hours = shape.integer("turned_back_hours", 1, MAX_TURNED_BACK_HOURS, DEFAULT_TURNED_BACK_HOURS);
  const priorities = shape.items("priority", MAX_PRIORITIES).map((item, index) => priority(new Shape(item, `/priority/${index}`)));
  if (!shape.has("suspended")) return { ...NO_LISTS, quotas, turned_back_hours, priorities };
  const suspended = shape.inner("suspended");
  const types = suspended
    .items("types", MAX_SUSPENDED)
    .map((item, index) => suspendedType(new Shape(item, `/suspended/types/${index}`)));
  const companies = suspended
    .items("companies", MAX_SUSPENDED)
    .map((item, index) => suspendedCompany(new Shape(item, `/suspended/companies/${index}`)));
  return { quotas, types, companies, turned_back_hours, priorities };
}

/** What one document's own quota says, else its type's. */
export function quotaOf(lists: PermitLists, type: string, id: string | null): Quota | null {
  const own = lists.quotas.find((one) => id !== null && one.id === id);
  return own ?? lists.quotas.find((one) => one.id === null && one.type === type) ?? null;
}

/** Whether documents of a type do not count now. */
export function isTypeSuspended(lists: PermitLists, type: string, nowMs: number): boolean {
  return lists.types.some((one) => one.type === type && runs(one.until_ms, nowMs));
}

/** Whether a company, as a document names it, is on the list now. */
export function isSuspended(lists: PermitLists, company: string, nowMs: number): boolean {
  const normal = companyNormal(company);
  const codes = taxCodes(company);
  return lists.companies.some(
    (one) => runs(one.until_ms, nowMs) && (one.normal === normal || hasCode(codes, one.tax_code)),
  );
}

/** A name without marks, case, punctuation and a tax code; usual short words written out. */
export function companyNormal(name: string): string {
  const bare = name.replace(WRITTEN_TAX_CODE, " ").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
  const upper = bare.replace(/[a-z]/g, (letter) => letter.toUpperCase()).replace(/[đĐ]/g, "D");
  const words = upper.match(/[A-Z0-9]+/g) ?? [];
  return words.filter((word) => word !== "MST").map((word) => SHORT.get(word) ?? word).join("");
}

/** Every tax code written in a text: 10 digits, or 13 of a branch. */
export function taxCodes(text: string): string[] {
  return [...text.matchAll(WRITTEN_TAX_CODE)].map(([, main = "", branch = ""]) => main + branch);
}

/** A company's code covers its branches; a branch's covers itself. */
function hasCode(codes: readonly string[], suspended: string | null): boolean {
  return suspended !== null && codes.some((one) => one.startsWith(suspended));
}

function runs(untilMs: number | null, nowMs: number): boolean {
  return untilMs === null || nowMs < untilMs;
}

function quota(shape: Shape): Quota {
  const id = shape.has("id") ? shape.text("id", { like: ID }) : null;
  const type = shape.has("type") ? typeOf(shape) : null;
  const per_day = uses(shape, "per_day");
  const total = uses(shape, "total");
  if ((type === null) === (id === null)) throw shape.refused("type");
  if (per_day === null && total === null) throw shape.refused("per_day");
  return { type, id, per_day, total };
}

function uses(shape: Shape, name: string): number | null {
  return shape.has(name) ? shape.integer(name, 0, MAX_USES) : null;
}

function suspendedType(shape: Shape): SuspendedType {
  return { type: typeOf(shape), until_ms: shape.instantOrNull("until"), reference: shape.text("reference") };
}

function suspendedCompany(shape: Shape): SuspendedCompany {
  const name = shape.text("name", { mostChars: MAX_NAME_CHARS });
  const normal = companyNormal(name);
  if (normal.length < LEAST_NAME_CHARS) throw shape.refused("name");
  const tax_code = shape.has("tax_code") ? shape.text("tax_code", { like: TAX_CODE }).replace("-", "") : null;
  return { name, normal, tax_code, until_ms: shape.instantOrNull("until"), reference: shape.text("reference") };
}

function typeOf(shape: Shape): string {
  const value = shape.value("type");
  if (typeof value !== "string" || !PERMIT_TYPES.includes(value)) throw shape.refused("type");
  return value;
}

function priority(shape: Shape): Priority {
  const goods = words(shape, "goods", GROUP);
  const perishable = shape.flag("perishable");
  if (goods.length === 0 && !perishable) throw shape.refused("goods");
  return { goods, perishable, provinces: words(shape, "provinces", PROVINCE), reference: shape.text("reference") };
}

function words(shape: Shape, name: string, like: RegExp): string[] {
  return shape.items(name, MAX_WORDS).map((one) => {
    if (typeof one !== "string" || !like.test(one)) throw shape.refused(name);
    return one;
  });
}
