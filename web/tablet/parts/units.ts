/**
 * Every commune, district and province of a data set, found by what somebody types in the rain.
 *
 * The lines are those of rules/places/ (ADR 0012): "code name", a province by two digits, below it its
 * districts by three, below those their communes by five.
 */

import type { NamedPlace, Place } from "../core/types.ts";
import { folded, samePlace } from "./places.ts";

/** Words that say what kind of unit it is, not which. */
const KIND = /^(?:tỉnh|thành phố|quận|huyện|thị xã|phường|xã|thị trấn|đặc khu) (?![0-9])/i;

const FOLDED_KIND = /^(?:tinh|thanh pho|quan|huyen|thi xa|phuong|xa|thi tran|dac khu) (?![0-9])/;

/** One unit; `above` from the nearest. What a search needs of its name is made once, when one comes by. */
export interface Unit {
  place: Place;
  own: string;
  above: readonly Unit[];
  province: string;
  folded: Folded | null;
}

interface Folded {
  /** Kind included: "phuong" finds wards. */
  words: readonly string[];
  /** Without its kind, with a space after each word. */
  name: string;
  named: readonly string[];
  initials: string;
}

export interface Units {
  list: readonly Unit[];
  byKey: ReadonlyMap<string, Unit>;
}

export const NO_UNITS: Units = { list: [], byKey: new Map() };

export function parseUnits(files: readonly { dataset: Place["dataset"]; text: string }[]): Units {
  const byKey = new Map<string, Unit>();
  for (const { dataset, text } of files) {
    let above: Unit[] = [];
    for (const line of text.split("\n")) {
      const at = line.indexOf(" ");
      if (at < 2) continue;
      const code = line.slice(0, at);
      while (above.length > 0 && (above[0]?.place.code.length ?? 0) >= code.length) above = above.slice(1);
      const province = above[above.length - 1]?.place.code ?? code;
      const unit: Unit = { place: { dataset, code }, own: line.slice(at + 1), above, province, folded: null };
      byKey.set(keyOf(unit.place), unit);
      if (code.length < 5) above = [unit, ...above];
    }
  }
  return { list: [...byKey.values()], byKey };
}

/** "Xã Cà Ná, Thuận Nam, Ninh Thuận". */
function pathOf(unit: Unit): string {
  return [unit.own, ...unit.above.map((one) => one.own.replace(KIND, ""))].join(", ");
}

/** Its name, as the units or the levels pack have it, or its code. */
export function nameOf(units: Units, levelled: readonly NamedPlace[], place: Place): string {
  const unit = units.byKey.get(keyOf(place));
  if (unit !== undefined) return pathOf(unit);
  return levelled.find((one) => samePlace(one.place, place))?.name ?? place.code;
}

/**
 * Units with every typed word at the start of a word of their own or of what they lie in, where initials
 * count too: "nt ca na" is Cà Ná in Ninh Thuận. Best first: all of the text in its own name, a name that
 * begins with it, one with a level, one in the checkpoint's province, a commune.
 */
export function searchUnits(units: Units, levelled: readonly NamedPlace[], text: string, province: string, limit: number): NamedPlace[] {
  const words = folded(text).split(" ").filter((word) => word !== "");
  if (words.length === 0) return [];
  const levels = new Map(levelled.map((one) => [keyOf(one.place), one.level]));
  const found: { rank: number; unit: Unit; level: number | null }[] = [];
  for (const unit of units.list) {
    let hits = 0;
    const all = words.every((word) => {
      const mine = foldedOf(unit).words.some((one) => one.startsWith(word));
      if (mine) hits += 1;
      return mine || unit.above.some((one) => isMeant(foldedOf(one), word));
    });
    if (!all || hits === 0) continue;
    const level = levels.get(keyOf(unit.place)) ?? null;
    const begins = beginsWith(foldedOf(unit), words);
    const rank = (hits === words.length ? 0 : 16) + (begins ? 0 : 8) + (level === null ? 4 : 0) + (unit.province === province ? 0 : 2) + (unit.place.code.length === 5 ? 0 : 1);
    found.push({ rank, unit, level });
  }
  found.sort((one, two) => one.rank - two.rank);
  return found.slice(0, limit).map(({ unit, level }) => ({ place: unit.place, name: pathOf(unit), level }));
}

function keyOf({ dataset, code }: Place): string {
  return `${dataset}:${code}`;
}

function foldedOf(unit: Unit): Folded {
  if (unit.folded === null) {
    const whole = folded(unit.own);
    const bare = whole.replace(FOLDED_KIND, "");
    const named = bare.split(" ");
    const initials = named.map((one) => one[0]).join("");
    unit.folded = { words: whole.split(" "), name: `${bare} `, named, initials };
  }
  return unit.folded;
}

/** Makes what searches need of some units from `first` on; returns where to go on, null at the end. */
export function prepare({ list }: Units, first: number, count: number): number | null {
  const end = Math.min(list.length, first + count);
  for (const unit of list.slice(first, end)) foldedOf(unit);
  return end < list.length ? end : null;
}

function isMeant({ initials, named }: Folded, word: string): boolean {
  return word === initials || named.some((one) => one.startsWith(word));
}

/** Whether what is typed, without words for what it lies in, begins its name. */
function beginsWith({ name, words }: Folded, typed: readonly string[]): boolean {
  return name.startsWith(typed.filter((word) => words.some((one) => one.startsWith(word))).join(" "));
}
