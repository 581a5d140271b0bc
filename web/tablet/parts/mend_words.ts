/** The fields of a crossing that can be put right, in words. */

import type { Action, Outcome, Place } from "../core/types.ts";
import type { Texts } from "../texts/vi.ts";
import { ADDED } from "../core/append.ts";
import { ACTION_OF, ACTIONS, MOST_LINES } from "./draft.ts";
import { laneName } from "./names.ts";
import { plateText } from "./plate_text.ts";

const FIELDS = ["plate", "trailer_plate", "vehicle_class", "direction", "lane", "mode", "headcount", "purpose", "origin", "destination", "action"] as const;

export interface MendRow {
  /** A register path, or "people/1" and "goods/1" for what is changed as one. */
  path: string;
  personal: boolean;
}

/** Names of the items of a group that were not taken out. */
export function itemsIn(values: Readonly<Record<string, unknown>>, group: string): string[] {
  const names = new Set(Object.keys(values).flatMap((path) => (path.startsWith(`${group}/`) ? [path.split("/")[1] ?? ""] : [])));
  return [...names].filter((name) => values[`${group}/${name}/removed`] !== true).sort();
}

/** The path of one goods line more; `values` as they stand with what is changed. Null where there are enough. */
export function anotherLine(values: Readonly<Record<string, unknown>>): string | null {
  const lines = itemsIn(values, "goods");
  const free = Array.from({ length: MOST_LINES }, (_, n) => `${ADDED}${n + 1}`).find((name) => !lines.includes(name));
  return lines.length >= MOST_LINES || free === undefined ? null : `goods/${free}`;
}

/** How many rows are changed: a goods line is one, whatever of it. */
export function rowsChanged(changes: Readonly<Record<string, unknown>>): number {
  const rows = Object.keys(changes).filter((path) => path !== "override").map((path) => path.split("/").slice(0, 2).join("/"));
  return new Set(rows).size;
}

export function mendRows(values: Readonly<Record<string, unknown>>): MendRow[] {
  return [
    ...FIELDS.map((path) => ({ path, personal: false })),
    ...itemsIn(values, "people").map((item) => ({ path: `people/${item}`, personal: true })),
    ...itemsIn(values, "goods").map((item) => ({ path: `goods/${item}`, personal: false })),
    { path: "note", personal: true },
  ];
}

export function fieldOf({ mend }: Texts, path: string): string {
  const [group = "", item] = path.split("/");
  // What came later counts anew with each event that brought some.
  const name = item === undefined ? "" : ` ${item.includes(":") ? "+" : ""}${item.split(":").pop()}`;
  return `${mend.fields[group] ?? group}${name}`;
}

/** `value` looks up any path: an item's parts stand in several. */
export function mendWords(texts: Texts, path: string, of: unknown, value: (path: string) => unknown, place: (one: Place) => string): string {
  const none = texts.mend.none;
  if (path.startsWith("people/")) {
    const name = value(`${path}/name`);
    const number = value(`${path}/id_number`) ?? value(`${path}/phone`);
    return [name, number].filter((one) => typeof one === "string" && one !== "").join(" · ") || none;
  }
  if (path.startsWith("goods/")) {
    const group = String(value(`${path}/group`) ?? "");
    if (group === "" || value(`${path}/removed`) === true) return none;
    const unit = String(value(`${path}/unit`) ?? "");
    const words = (table: Record<string, string>, key: string): string => table[key] ?? key;
    return `${words(texts.goods_groups, group)} ${String(value(`${path}/quantity`) ?? "")} ${words(texts.units, unit)}`.trim();
  }
  if (of === null || of === undefined || of === "") return none;
  if (path === "origin" || path === "destination") return place(of as Place);
  if (path === "lane") return laneName(texts.lanes, String(of));
  if (path === "plate" || path === "trailer_plate") return plateText((of as { normal: string }).normal);
  const tables: Record<string, Record<string, string>> = {
    vehicle_class: texts.vehicles,
    direction: texts.directions,
    purpose: texts.purposes,
    mode: texts.mend.modes,
    action: texts.actions,
  };
  return tables[path]?.[String(of)] ?? String(of);
}

/** Whether it lets through more than the verdict did: a lead's to decide. */
export function milder(outcome: Outcome | null, action: Action): boolean {
  return outcome !== null && ACTIONS.indexOf(action) < ACTIONS.indexOf(ACTION_OF[outcome]);
}
