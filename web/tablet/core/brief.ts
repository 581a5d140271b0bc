/**
 * A crossing in a few words: vehicle and action, as an officer saw it, and no rule was asked.
 *
 * In a rush, at a market's gate, and for what stands in a paper log: when it happened and when it was entered are
 * kept apart then.
 */

import { uuid7 } from "../../shared/sync/encoding.ts";
import { ref, type Fields } from "../../shared/sync/events.ts";
import type { Draft, PersonPart } from "./append.ts";
import { cut } from "./bounds.ts";
import { CoreError } from "./core_error.ts";
import type { StoredOwn } from "./db.ts";
import type { Environment } from "./environment.ts";
import { type Header, headerOf } from "./save.ts";
import type { Action, Direction, Plate, SavedCrossing, VehicleClass } from "./vocabulary.ts";

const LONGEST = { paper_no: 32, name: 200, id_number: 32, phone: 20, note: 500 };

export interface BriefCrossing {
  direction: Direction;
  vehicle_class: VehicleClass;
  plate: Plate | null;
  headcount: number;
  action: Action;
  /** From a paper log: its line, and when it says that it happened (Unix ms). */
  paper?: { no: string; occurred_ms: number };
  /** Who, as far as the paper says. */
  identity?: { name?: string; id_number?: string; phone?: string };
  note?: string;
}

interface Desk {
  environment: Pick<Environment, "now" | "random">;
  device(): string;
  server_ms(): number;
  /** Throws CoreError("shift.closed"). */
  header(): Header;
  append(draft: Draft, person: PersonPart | null): Promise<StoredOwn>;
}

export class Brief {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Resolves when it is on disk. Throws CoreError("shift.closed" | "draft.time" | "draft.headcount" | "storage.…"). */
  async save(crossing: BriefCrossing): Promise<SavedCrossing> {
    const { environment, header: headerNow, append, device, server_ms } = this.#desk;
    const header = headerNow();
    const { headcount, paper } = crossing;
    if (!Number.isInteger(headcount) || headcount < 1 || headcount > 500) throw new CoreError("draft.headcount", "headcount");
    if (paper !== undefined && !(paper.occurred_ms > 0 && paper.occurred_ms <= server_ms())) throw new CoreError("draft.time", "occurred");
    const now = environment.now();
    const record = uuid7(now, environment.random(10));
    const draft = { ...headerOf(header, now), record, fields: fieldsOf(crossing, header.lane), items: itemsOf(crossing), over: {} };
    const { seq, time_ms } = await append(draft, personOf(crossing));
    return { record, ref: ref(device(), seq), seq, time_ms };
  }
}

function fieldsOf({ direction, vehicle_class, plate, headcount, action, paper }: BriefCrossing, lane: string): Fields {
  const known = plate === null ? {} : { plate: { read: plate.read, normal: plate.normal, candidates: [...plate.candidates] } };
  const no = cut(paper?.no.trim(), LONGEST.paper_no) ?? "";
  const written = paper === undefined ? {} : { source: "paper", occurred: paper.occurred_ms, ...(no === "" ? {} : { paper_no: no }) };
  return { lane, direction, mode: "checked", vehicle_class, ...known, headcount, action, brief: true, ...written };
}

/** Somebody of whom the paper says who it was: a claim, like whoever shows no code. */
function itemsOf({ identity, vehicle_class }: BriefCrossing): Draft["items"] {
  if (identity === undefined || Object.values(identity).every((one) => one === "")) return {};
  const role = vehicle_class === "on_foot" ? "walker" : "driver";
  return { people: { 1: { role, evidence: { family: "none", status: "claim", code: "unsigned" } } } };
}

function personOf(crossing: BriefCrossing): PersonPart | null {
  const { identity = {}, note } = crossing;
  const known = Object.entries({
    name: cut(identity.name?.trim(), LONGEST.name),
    id_number: cut(identity.id_number, LONGEST.id_number),
    phone: cut(identity.phone, LONGEST.phone),
  }).filter(([, value]) => value !== null && value !== "");
  const words = cut(note?.trim(), LONGEST.note) ?? "";
  if (known.length === 0 && words === "") return null;
  return { fields: words === "" ? {} : { note: words }, items: known.length === 0 ? {} : { people: { 1: Object.fromEntries(known) } } };
}
