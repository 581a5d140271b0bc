/** Where somebody says to come from: a short list of likely places, and search without marks. */

import type { NamedPlace, Place } from "../core/types.ts";

export function samePlace(a: Place, b: Place): boolean {
  return a.dataset === b.dataset && a.code === b.code;
}

/** What to offer before anything is typed: places chosen lately, newest first, then the pack's own order. */
export function likelyPlaces(all: readonly NamedPlace[], lately: readonly Place[], limit: number): NamedPlace[] {
  const known = lately.flatMap((place) => all.filter((one) => samePlace(one.place, place)));
  return [...new Set([...known, ...all])].slice(0, limit);
}

/** "Đặng Cường" and "dang cuong" are the same to somebody typing in the rain. */
export function folded(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

/** Places with every typed word at the start of one of theirs; those that begin with the text come first. */
export function searchPlaces(all: readonly NamedPlace[], text: string, limit: number): NamedPlace[] {
  const wanted = folded(text);
  if (wanted === "") return [];
  const words = wanted.split(" ");
  const first: NamedPlace[] = [];
  const rest: NamedPlace[] = [];
  for (const one of all) {
    const name = folded(one.name);
    const parts = name.split(" ");
    if (!words.every((word) => parts.some((part) => part.startsWith(word)))) continue;
    (name.replace(/^(phuong|xa|thi tran|quan|huyen|thanh pho|thi xa|tinh) /, "").startsWith(wanted) ? first : rest).push(one);
    if (first.length >= limit) break;
  }
  return [...first, ...rest].slice(0, limit);
}
