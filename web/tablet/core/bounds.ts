/**
 * What the schemas allow in one value, so that no single field costs a crossing.
 *
 * A code may hold anything: a text longer than its field, half of a surrogate pair, control characters.
 * The server refuses an event for any of them (SPEC E1, schemas/records.py), and then a crossing that
 * happened is not on record. Losing the tail of a text is better.
 */

/** Longest lists and texts inside `facts`; far more than any document says. */
const FACTS = { list: 8, names: 16, name: 32, text: 64, depth: 3 };
/** Iterating a text gives half a pair only where its other half is missing. */
const HALF_A_PAIR = /^[\uD800-\uDFFF]$/;
/** Invisible, and six characters each in JSON: a page of them would fill an event. */
const CONTROL = /[\u0000-\u001F\u007F]+/g;

/** Text that has bytes: U+FFFD stands for half a surrogate pair (String.toWellFormed is younger than our floor). */
export function wellFormed(text: string): string {
  return [...text].map((one) => (HALF_A_PAIR.test(one) ? "\uFFFD" : one)).join("");
}

/** At most `longest` characters (code points, as the server counts), trimmed; null where nothing is left. */
export function cut(text: string | null | undefined, longest: number): string | null {
  const line = (text ?? "").replace(CONTROL, " ").trim();
  const kept = [...line].slice(0, longest).join("").trim();
  return kept === "" ? null : wellFormed(kept);
}

/** The same for a list of texts; empty ones are left out. */
export function cutAll(texts: readonly string[] | null | undefined, count: number, longest: number): string[] {
  return (texts ?? []).flatMap((one) => cut(one, longest) ?? []).slice(0, count);
}

/** A value of `facts` with every text, list and depth bounded; what no JSON holds becomes null. */
export function boundedFact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return cut(value, FACTS.text) ?? "";
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null || depth >= FACTS.depth) return null;
  if (Array.isArray(value)) return value.slice(0, FACTS.list).map((one) => boundedFact(one, depth + 1));
  const entries = Object.entries(value).slice(0, FACTS.names);
  return Object.fromEntries(entries.map(([name, one]) => [cut(name, FACTS.name) ?? "_", boundedFact(one, depth + 1)]));
}
