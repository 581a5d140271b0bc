/**
 * Records as registers: per field, the set of writes that nobody has superseded. SPEC R1–R9.
 *
 * Twin of sync/registers.py: merging is a union of writes and of supersessions. What is shown and who
 * closes a conflict is decided by a policy table that is passed in.
 */

import { type Body, type Fields, isObject, ref } from "./events.ts";

/** How one field is shown while several writes survive, and who closes the conflict. */
export interface Policy {
  shows: "latest" | "first" | "most_restrictive" | "union" | "authority";
  closes: "auto" | "ask";
  /** The values of a `most_restrictive` field, mildest first. */
  ranks?: readonly string[];
}

export type PolicyTable = Readonly<Record<string, Policy>>;

/** One value written by event `ref` at order stamp `order`, by somebody of `authority` rank. */
export interface Write {
  ref: string;
  order: bigint;
  value: unknown;
  authority: number;
}

/** All writes to one field and all references they say they have seen. */
export interface Register {
  writes: Map<string, Write>;
  superseded: Set<string>;
}

/** Path → register. Paths are "field", or "group/item/field" (SPEC R3). */
export type RecordState = Map<string, Register>;

const LATEST: Policy = { shows: "latest", closes: "auto" };

/** The writes nobody has superseded, in write order (SPEC R1, R4). */
export function surviving(register: Register): Write[] {
  return [...register.writes.values()].filter((one) => !register.superseded.has(one.ref)).sort(byOrder);
}

/** The values an event writes, by register path (SPEC R3). */
export function writesOf(body: Pick<Body, "fields" | "items">): Fields {
  const writes: Fields = { ...body.fields };
  for (const [group, members] of Object.entries(body.items)) {
    for (const [item, fields] of Object.entries(members)) {
      for (const [name, value] of Object.entries(fields)) writes[`${group}/${item}/${name}`] = value;
    }
  }
  return writes;
}

/** Merge one event into `state`, in place; again or in another order gives the same (R5). */
export function apply(
  state: RecordState,
  device: string,
  seq: number,
  order: bigint,
  body: Pick<Body, "fields" | "items" | "over">,
  authority = 0,
): void {
  const name = ref(device, seq);
  for (const [path, value] of Object.entries(writesOf(body))) {
    registerAt(state, path).writes.set(name, { ref: name, order, value, authority });
  }
  for (const [path, seen] of Object.entries(body.over)) {
    const { superseded } = registerAt(state, path);
    for (const one of seen) superseded.add(one);
  }
}

/** The union of two states of one record (SPEC R5). */
export function merge(left: RecordState, right: RecordState): RecordState {
  const merged: RecordState = new Map();
  for (const state of [left, right]) {
    for (const [path, register] of state) {
      const into = registerAt(merged, path);
      for (const [name, write] of register.writes) into.writes.set(name, write);
      for (const name of register.superseded) into.superseded.add(name);
    }
  }
  return merged;
}

/** The surviving writes when they disagree, else nothing: equal values are no conflict (R6). */
export function differing(register: Register): Write[] {
  const alive = surviving(register);
  return new Set(alive.map((one) => canonical(one.value))).size > 1 ? alive : [];
}

/** The value a reader sees now (SPEC R7); null where nothing survives. */
export function shown(register: Register, policy: Policy): unknown {
  const alive = surviving(register);
  const first = alive[0];
  const last = alive[alive.length - 1];
  if (first === undefined || last === undefined) return null;
  if (policy.shows === "latest") return last.value;
  if (policy.shows === "first") return first.value;
  if (policy.shows === "union") return union(alive);
  if (policy.shows === "authority") return highest(alive, (one) => one.authority).value;
  const ranks = policy.ranks ?? [];
  return highest(alive, (one) => rank(ranks, one.value)).value;
}

/** The policy of a path: items are declared as "group/field". Unknown fields: latest, auto (R8). */
export function pathPolicy(table: PolicyTable, path: string): Policy {
  const parts = path.split("/");
  const name = parts.length === 1 ? path : `${parts[0]}/${parts[parts.length - 1]}`;
  return (Object.prototype.hasOwnProperty.call(table, name) ? table[name] : undefined) ?? LATEST;
}

/** The paths that a person has to decide, sorted (SPEC R9). */
export function openConflicts(state: RecordState, table: PolicyTable): string[] {
  return [...state]
    .filter(([path, register]) => pathPolicy(table, path).closes === "ask" && differing(register).length > 0)
    .map(([path]) => path)
    .sort(byCodePoint);
}

function registerAt(state: RecordState, path: string): Register {
  let register = state.get(path);
  if (register === undefined) {
    register = { writes: new Map(), superseded: new Set() };
    state.set(path, register);
  }
  return register;
}

function byOrder(one: Write, two: Write): number {
  if (one.order !== two.order) return one.order < two.order ? -1 : 1;
  return byCodePoint(one.ref, two.ref);
}

/** `alive` is in write order, so of equal measures the later write wins. */
function highest(alive: readonly Write[], measure: (one: Write) => number): Write {
  return alive.reduce((best, one) => (measure(one) >= measure(best) ? one : best));
}

/** A value no rank list knows counts as the most restrictive. */
function rank(ranks: readonly string[], value: unknown): number {
  const name = isObject(value) ? value.outcome : value;
  const at = typeof name === "string" ? ranks.indexOf(name) : -1;
  return at === -1 ? ranks.length : at;
}

function union(alive: readonly Write[]): unknown[] {
  const seen = new Map<string, unknown>();
  for (const one of alive) {
    for (const member of Array.isArray(one.value) ? (one.value as unknown[]) : [one.value]) {
      const key = canonical(member);
      if (!seen.has(key)) seen.set(key, member);
    }
  }
  return [...seen].sort(([one], [two]) => byCodePoint(one, two)).map(([, member]) => member);
}

/** One text per JSON value: names sorted, a number by the bits of its double (SPEC R6). Twin of Python's _same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (isObject(value)) {
    const names = Object.keys(value).sort(byCodePoint);
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  if (typeof value === "number") return doubleBits(value);
  return JSON.stringify(value) ?? "null";
}

/** 1, 1.0 and 1e0 are one number, -0 is 0, and Python writes doubles otherwise than JavaScript does. */
function doubleBits(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value + 0);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}

/** Python orders texts by code point, JavaScript by UTF-16 unit; they differ beyond the BMP. */
function byCodePoint(one: string, two: string): number {
  const left = [...one];
  const right = [...two];
  for (let index = 0; index < left.length && index < right.length; index += 1) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
