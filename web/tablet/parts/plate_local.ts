/** What a plate most likely begins with at a checkpoint, and which one of those seen lately it may be. */

/** Province code of 2021 → its plate codes, the commonest first. */
const CODES: Readonly<Record<string, string>> = {
  "01": "29 30 33 31 32 40", "02": "23", "04": "11", "06": "97", "08": "22", "10": "24", "11": "27", "12": "25",
  "14": "26", "15": "21", "17": "28", "19": "20", "20": "12", "22": "14", "24": "98", "25": "19", "26": "88",
  "27": "99", "30": "34", "31": "15 16", "33": "89", "34": "17", "35": "90", "36": "18", "37": "35", "38": "36",
  "40": "37", "42": "38", "44": "73", "45": "74", "46": "75", "48": "43", "49": "92", "51": "76", "52": "77",
  "54": "78", "56": "79", "58": "85", "60": "86", "62": "82", "64": "81", "66": "47", "67": "48", "68": "49",
  "70": "93", "72": "70", "74": "61", "75": "60 39", "77": "72", "79": "59 51 50 41", "80": "62", "82": "63",
  "83": "71", "84": "84", "86": "64", "87": "66", "89": "67", "91": "68", "92": "65", "93": "95", "94": "83",
  "95": "94", "96": "69",
};

const LOCAL = 3;
/** Fewer characters fit too many plates. */
const SHORTEST_PART = 3;

/** The local province's codes first, then those of plates seen lately, without repeats. */
export function likelyCodes(province: string | null, seen: readonly string[], limit: number): string[] {
  const local = (CODES[province ?? ""] ?? "").split(" ").filter((code) => code !== "").slice(0, LOCAL);
  const lately = seen.map((plate) => plate.slice(0, 2)).filter((code) => /^[0-9]{2}$/.test(code));
  return [...new Set([...local, ...lately])].slice(0, limit);
}

/**
 * What one tap may begin a plate with: the local codes, and between them the series seen more than once lately
 * ("85C"), which save a tap more; the commonest series first.
 */
export function likelyStarts(province: string | null, seen: readonly string[], limit: number): string[] {
  const counts = new Map<string, number>();
  for (const plate of seen) {
    const [series] = /^[0-9]{2}[A-ZĐ]/.exec(plate) ?? [];
    if (series !== undefined) counts.set(series, (counts.get(series) ?? 0) + 1);
  }
  const series = [...counts].filter(([, count]) => count > 1).sort(([, one], [, two]) => two - one);
  const codes = likelyCodes(province, seen, limit);
  const first = codes.slice(0, 1);
  return [...new Set([...first, ...series.map(([name]) => name).slice(0, 2), ...codes])].slice(0, limit);
}

/** Plates seen lately that what is typed begins, or is a part of, newest first. */
export function likelyPlates(typed: string, seen: readonly string[], limit: number): string[] {
  if (typed === "") return [];
  const begun = seen.filter((plate) => plate.startsWith(typed));
  const parts = typed.length < SHORTEST_PART ? [] : seen.filter((plate) => plate.includes(typed));
  const fit = [...new Set([...begun, ...parts])].filter((plate) => plate !== typed);
  // Two digits of the local province fit nearly all of them: that is no suggestion.
  return typed.length < SHORTEST_PART && fit.length > limit ? [] : fit.slice(0, limit);
}
