/** What stands in an event's texts: the header every kind shares, and the writes it makes. Twin of sync/events.py. */

import { stampFromText, stampToText } from "./clock.ts";
import { isUuid7, isWellFormed } from "./encoding.ts";
import { SyncError } from "./errors.ts";

export const MAX_DEPTH = 8;
const MAX_MS = 2 ** 46;
const OFFSET_LIMIT_MS = 100 * 366 * 86_400_000;

const STRINGS = /"(?:[^"\\]|\\[^])*"/g;
const NUMBERS = /-?\d[\d.eE+-]*/g;
/** Python reads no longer integer (sys.int_info.default_max_str_digits). */
const MAX_DIGITS = 4300;
const TOKENS = /"(?:[^"\\]|\\[^])*"(\s*:)?|[[\]{}]/g;
const KIND = /^[a-z][a-z_]{0,31}$/;
const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;
const ITEM = /^(?:[1-9][0-9]{0,3}|[a-z0-9-]{1,64}:[1-9][0-9]{0,15}:[1-9][0-9]{0,3})$/;
const REF = /^[a-z0-9-]{1,64}:[1-9][0-9]{0,15}$/;
const PATH = /^[a-z][a-z0-9_]{0,31}(?:\/[a-z0-9:-]{1,96}\/[a-z][a-z0-9_]{0,31})?$/;

export type Fields = Record<string, unknown>;
/** Group → item → field → value (SPEC E5). */
export type Items = Record<string, Record<string, Fields>>;

/** A body after its header was checked (SPEC E4). */
export interface Body {
  kind: string;
  version: number;
  record: string;
  home: string;
  stamp: bigint;
  /** The device's clock. */
  time_ms: number;
  /** server − device as last known. */
  offset_ms: number | null;
  officer: string | null;
  packs: Record<string, number>;
  fields: Fields;
  items: Items;
  /** Per register path, the writes the officer saw (SPEC R2). */
  over: Record<string, readonly string[]>;
}

/**
 * The JSON object in an event text: bounded depth, no duplicate names, no infinity, no half of a
 * surrogate pair, escaped or not (SPEC E1).
 */
export function parseText(text: string): Fields {
  if (depth(text) > MAX_DEPTH) throw new SyncError("event.depth", "E1");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SyncError("event.json", "E1");
  }
  refuseInfinity(text);
  refuseDuplicateNames(text);
  if (!isWellFormed(text) || (text.includes("\\u") && !hasBytes(value))) throw new SyncError("event.text", "E1");
  if (!isObject(value)) throw new SyncError("event.json", "E1");
  return value;
}

/** The header and writes of a body text. SyncError("event.…", at: field) says what is wrong. */
export function parseBody(text: string): Body {
  const data = parseText(text);
  const items = mapping(data, "items");
  for (const [group, members] of Object.entries(items)) {
    if (!KIND.test(group) || !isObject(members)) throw new SyncError("event.field", "E5", "items");
    for (const [identifier, fields] of Object.entries(members)) {
      if (!ITEM.test(identifier) || !isObject(fields)) throw new SyncError("event.field", "E5", `items/${group}`);
    }
  }
  return {
    kind: word(data, "kind", KIND),
    version: whole(data, "version", 1, 1 << 16),
    record: record(data),
    home: word(data, "home", SLUG),
    stamp: stamp(data),
    time_ms: whole(data, "time", 0, MAX_MS),
    offset_ms: (data.offset ?? null) === null ? null : whole(data, "offset", -OFFSET_LIMIT_MS, OFFSET_LIMIT_MS),
    officer: (data.officer ?? null) === null ? null : word(data, "officer", SLUG),
    packs: packs(data),
    fields: mapping(data, "set"),
    items: items as Items,
    over: over(data),
  };
}

/** A body's text, once, in the order of SPEC E4. Never call it on a text that was received. */
export function bodyToText(body: Body): string {
  return JSON.stringify({
    kind: body.kind,
    version: body.version,
    record: body.record,
    home: body.home,
    stamp: stampToText(body.stamp),
    time: body.time_ms,
    offset: body.offset_ms,
    officer: body.officer,
    packs: body.packs,
    set: body.fields,
    ...(Object.keys(body.items).length > 0 ? { items: body.items } : {}),
    ...(Object.keys(body.over).length > 0 ? { over: body.over } : {}),
  });
}

/** How one event is named by another: "device:seq" (SPEC E6). */
export function ref(device: string, seq: number): string {
  return `${device}:${seq}`;
}

/** Whether `text` may name an item: "n" with its record, "device:seq:n" later (SPEC E5). */
export function isItemId(text: string): boolean {
  return ITEM.test(text);
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function depth(text: string): number {
  let deepest = 0;
  let current = 0;
  for (const [bracket] of text.replace(STRINGS, "").matchAll(/[[\]{}]/g)) {
    current += bracket === "{" || bracket === "[" ? 1 : -1;
    deepest = Math.max(deepest, current);
  }
  return deepest;
}

/** JSON.parse reads 1e400 as infinity, which no JSON can say again. */
function refuseInfinity(text: string): void {
  for (const [number] of text.replace(STRINGS, "").matchAll(NUMBERS)) {
    const whole = !/[.eE]/.test(number);
    if (whole ? number.replace("-", "").length > MAX_DIGITS : !Number.isFinite(Number(number))) {
      throw new SyncError("event.json", "E1");
    }
  }
}

/** Whether every text in the value has bytes; as deep as `depth` allowed. */
function hasBytes(value: unknown): boolean {
  if (typeof value === "string") return isWellFormed(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, one]) => isWellFormed(name) && hasBytes(one));
}

/** JSON.parse keeps the last of two equal names silently; other parsers the first. The text is valid JSON here. */
function refuseDuplicateNames(text: string): void {
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === "{" || token === "[") open.push(new Set());
    else if (token === "}" || token === "]") open.pop();
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, token.length - colon.length)) as string;
      const names = open[open.length - 1];
      if (names === undefined || names.has(name)) throw new SyncError("event.duplicate_name", "E1");
      names.add(name);
    }
  }
}

function word(data: Fields, name: string, pattern: RegExp): string {
  const value = data[name];
  if (typeof value !== "string" || !pattern.test(value)) throw new SyncError("event.field", "E4", name);
  return value;
}

function whole(data: Fields, name: string, low: number, high: number): number {
  const value = data[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < low || value > high) {
    throw new SyncError("event.field", "E4", name);
  }
  return value;
}

function mapping(data: Fields, name: string): Fields {
  const value = data[name] === undefined ? {} : data[name];
  if (!isObject(value)) throw new SyncError("event.field", "E4", name);
  return value;
}

function record(data: Fields): string {
  if (!isUuid7(data.record)) throw new SyncError("event.field", "E4", "record");
  return data.record;
}

function stamp(data: Fields): bigint {
  try {
    return stampFromText(data.stamp);
  } catch {
    throw new SyncError("event.field", "E4", "stamp");
  }
}

function packs(data: Fields): Record<string, number> {
  const found = mapping(data, "packs");
  const entries = Object.entries(found);
  if (entries.length > 32) throw new SyncError("event.field", "E4", "packs");
  for (const [name, version] of entries) {
    if (!KIND.test(name) || !Number.isSafeInteger(version) || (version as number) < 0) {
      throw new SyncError("event.field", "E4", "packs");
    }
  }
  return found as Record<string, number>;
}

function over(data: Fields): Record<string, readonly string[]> {
  const found = mapping(data, "over");
  for (const [path, refs] of Object.entries(found)) {
    const shaped = PATH.test(path) && Array.isArray(refs) && refs.length <= 64;
    if (!shaped || refs.some((one) => typeof one !== "string" || !REF.test(one))) {
      throw new SyncError("event.field", "R2", "over");
    }
  }
  return found as Record<string, readonly string[]>;
}
