/** What the events of one shift come to, as this tablet has them. */

import policies from "../../../docs/policy.json" with { type: "json" };
import { isObject } from "../../shared/sync/events.ts";
import { apply, pathPolicy, type PolicyTable, type RecordState, shown, surviving } from "../../shared/sync/registers.ts";
import { type Entry, type History, personOf } from "./entries.ts";
import type { Action } from "./vocabulary.ts";

export type Duty = "lead" | "scan" | "health" | "traffic";
export type ConsultSubject = "papers" | "identity" | "health" | "goods" | "emergency" | "level" | "other";
export type Consulted = "lead" | "duty" | "hotline";

export interface ShiftMember {
  item: string;
  /** Officer id; null for who has no badge. */
  officer: string | null;
  /** Of who has no badge; "" where it does not open. */
  name: string;
  duty: Duty;
}

/** A decision asked for, and the one given; `decision` null: nobody has answered. */
export interface Consultation {
  shift: string;
  item: string;
  about: ConsultSubject;
  of: Consulted;
  lane: string | null;
  asked_by: string;
  asked_ms: number;
  plate: string | null;
  question: string;
  decision: Action | null;
  /** Officer id of the lead who decided; null where the answer came by telephone. */
  decided_by: string | null;
  decided_ms: number | null;
  answer: string;
  answered_by: string;
}

/** Times by the server's clock, as the tablet that wrote them knew it. */
export interface ShiftState {
  record: string;
  lane: string | null;
  opened_ms: number;
  due_ms: number | null;
  closed_ms: number | null;
  /** Officer ids. */
  lead: string | null;
  opened_by: string;
  handed_to: string | null;
  roster: readonly ShiftMember[];
  checked: readonly string[];
  checked_out: readonly string[];
  consults: readonly Consultation[];
  counts: Readonly<Record<string, number>> | null;
  note: string;
  /** By path, the writes that nobody has superseded: what an amendment stands above. */
  seen: Readonly<Record<string, readonly string[]>>;
}

const POLICIES = (policies as unknown as Record<string, PolicyTable>)["shift/1"] ?? {};

/** Merges the events of one record; words and names only where `history` opens them. */
export async function stateOf(entries: readonly Entry[], history: History | null): Promise<ShiftState> {
  const state: RecordState = new Map();
  for (const entry of entries) {
    const { author, seq, order, body, authority } = entry;
    apply(state, author, seq, order, body, authority);
    const part = await personOf(entry, history);
    if (part !== null) apply(state, author, seq, order, { ...part, over: {} }, authority);
  }
  const first = entries.reduce((one, two) => (two.order < one.order ? two : one));
  const value = (path: string): unknown => {
    const register = state.get(path);
    return register === undefined ? null : shown(register, pathPolicy(POLICIES, path));
  };
  const { record } = first.body;
  const counts = value("counts");
  return {
    record,
    lane: text(value("lane")),
    opened_ms: number(value("opened")) ?? first.body.time_ms,
    due_ms: number(value("due")),
    closed_ms: number(value("closed")),
    lead: text(value("lead")),
    opened_by: first.body.officer ?? "",
    handed_to: text(value("handed_to")),
    roster: itemsOf(state, "roster").flatMap((item) => {
      const at = (name: string): unknown => value(`roster/${item}/${name}`);
      if (at("removed") === true) return [];
      return [{ item, officer: text(at("officer")), name: text(at("name")) ?? "", duty: (text(at("duty")) ?? "scan") as Duty }];
    }),
    checked: texts(value("checked")),
    checked_out: texts(value("checked_out")),
    consults: itemsOf(state, "consults")
      .map((item) => consultation(record, item, (name) => value(`consults/${item}/${name}`)))
      .sort((one, two) => one.asked_ms - two.asked_ms),
    counts: isObject(counts) ? (counts as Record<string, number>) : null,
    note: text(value("note")) ?? "",
    seen: Object.fromEntries([...state].map(([path, register]) => [path, surviving(register).map((one) => one.ref)])),
  };
}

function consultation(shift: string, item: string, at: (name: string) => unknown): Consultation {
  return {
    shift,
    item,
    about: (text(at("about")) ?? "other") as ConsultSubject,
    of: (text(at("of")) ?? "lead") as Consulted,
    lane: text(at("lane")),
    asked_by: text(at("asked_by")) ?? "",
    asked_ms: number(at("asked")) ?? 0,
    plate: text(at("plate")),
    question: text(at("question")) ?? "",
    decision: text(at("decision")) as Action | null,
    decided_by: text(at("decided_by")),
    decided_ms: number(at("decided")),
    answer: text(at("answer")) ?? "",
    answered_by: text(at("answered_by")) ?? "",
  };
}

/** The names of a group's items, in the order they are first seen. */
function itemsOf(state: RecordState, group: string): string[] {
  const found = new Set<string>();
  for (const path of state.keys()) {
    const [one, item, name] = path.split("/");
    if (one === group && item !== undefined && name !== undefined) found.add(item);
  }
  return [...found];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
