/** What packs say for a shift, offline: who may be on duty, whom to call (pack `hotlines`), the procedure (pack `procedures`). */

import { isObject } from "../../shared/sync/events.ts";
import type { InForce } from "./in_force.ts";
import type { Packs } from "./packs.ts";
import type { Duty, Placed } from "./shifts.ts";
import type { OfficerOnDuty } from "./vocabulary.ts";

export type HotlineKind = "command" | "health" | "police" | "rescue" | "other";

export interface Hotline {
  kind: HotlineKind;
  name: string;
  number: string;
  /** May be shown to travellers. */
  public: boolean;
}

/** A leader on duty from one moment to another. */
export interface DutyLeader {
  name: string;
  title: string;
  number: string;
  from_ms: number;
  until_ms: number;
}

export interface PhoneBook {
  /** Those of this checkpoint, as the pack orders them. */
  hotlines: readonly Hotline[];
  /** Who is on duty now; mostly one. */
  on_duty: readonly DutyLeader[];
  /** Who comes next, of those the pack knows. */
  next: DutyLeader | null;
}

const DUTIES: readonly unknown[] = ["lead", "scan", "health", "traffic"];
/** A shift is taken a little before it begins: whose time ends by then is going home. */
const SOON_MS = 30 * 60_000;
const KINDS: readonly unknown[] = ["command", "health", "police", "rescue", "other"];

/** Read anew at each call: they are short. */
export class ShiftPacks {
  readonly #force: Pick<InForce, "packs">;
  readonly #checkpoint: () => string;
  readonly #server_ms: () => number;

  constructor(force: Pick<InForce, "packs">, checkpoint: () => string, server_ms: () => number) {
    this.#force = force;
    this.#checkpoint = checkpoint;
    this.#server_ms = server_ms;
  }

  /** The roster: everybody whose badge opens this tablet. */
  officers(): readonly OfficerOnDuty[] {
    return this.#force.packs.roster?.officers.map(({ id, name, role }) => ({ id, name, role })) ?? [];
  }

  /** Who is to stand here half an hour from now, as planned (the roster's `plan`). */
  planned(): readonly Placed[] {
    return plannedOf(this.#force.packs, this.#server_ms());
  }

  phones(): PhoneBook {
    return phoneBook(this.#force.packs, this.#checkpoint(), this.#server_ms());
  }

  /** On whose word a violation is punished, by its word: what counsel has checked (pack `offences`). */
  legal(): ReadonlyMap<string, { document: string; clause: string }> {
    const content = this.#force.packs.all.get("offences")?.content;
    const lines: unknown[] = isObject(content) && Array.isArray(content["legal"]) ? content["legal"] : [];
    return new Map(
      lines.flatMap((one) => {
        if (!isObject(one)) return [];
        const { what, document, clause } = one;
        return typeof what === "string" && typeof document === "string" && typeof clause === "string" ? [[what, { document, clause }] as const] : [];
      }),
    );
  }

  /** Steps of the procedure when a shift begins and when it is handed over. */
  steps(at: Step["at"]): readonly Step[] {
    return stepsOf(this.#force.packs).filter((one) => one.at === at);
  }
}

/** What the pack says to this checkpoint; a line it cannot read is left out. */
function phoneBook(packs: Packs, checkpoint: string, serverMs: number): PhoneBook {
  const content = packs.all.get("hotlines")?.content;
  const list = (name: string): Record<string, unknown>[] => {
    const value = isObject(content) ? content[name] : undefined;
    const lines: unknown[] = Array.isArray(value) ? value : [];
    return lines.filter(isObject).filter(({ checkpoints }) => !Array.isArray(checkpoints) || checkpoints.includes(checkpoint));
  };
  const own = list("hotlines").filter((one) => one["checkpoint"] === checkpoint);
  const hotlines = [
    ...own.map((one) => ({ kind: "command", name: one["name"], number: one["number"], public: true })),
    ...list("book"),
  ].flatMap(({ kind, name, number, public: shown }) => {
    if (typeof name !== "string" || typeof number !== "string" || number === "") return [];
    return [{ kind: (KINDS.includes(kind) ? kind : "other") as HotlineKind, name, number, public: shown === true }];
  });
  const leaders = list("duty").flatMap(({ name, title, number, from, until }) => {
    const [from_ms, until_ms] = [Date.parse(String(from)), Date.parse(String(until))];
    if (typeof name !== "string" || typeof number !== "string" || !(until_ms > serverMs) || Number.isNaN(from_ms)) return [];
    return [{ name, title: typeof title === "string" ? title : "", number, from_ms, until_ms }];
  });
  leaders.sort((one, two) => one.from_ms - two.from_ms);
  return {
    hotlines,
    on_duty: leaders.filter(({ from_ms }) => from_ms <= serverMs),
    next: leaders.find(({ from_ms }) => from_ms > serverMs) ?? null,
  };
}

/** A plan it cannot read is none: officers tap who is there. */
function plannedOf(packs: Packs, serverMs: number): readonly Placed[] {
  const content = packs.all.get("roster")?.content;
  const plan: unknown[] = isObject(content) && Array.isArray(content["plan"]) ? content["plan"] : [];
  const known = new Set(packs.roster?.officers.map(({ id }) => id));
  const found = new Map<string, Placed>();
  for (const one of plan) {
    if (!isObject(one)) continue;
    const { officer, duty, from, until } = one;
    const is_now = typeof from === "number" && typeof until === "number" && from <= serverMs + SOON_MS && until > serverMs + SOON_MS;
    if (!is_now || typeof officer !== "string" || !known.has(officer) || !DUTIES.includes(duty)) continue;
    found.set(officer, { officer, name: "", duty: duty as Duty });
  }
  return [...found.values()];
}

/** A step of the procedure when a shift begins or is handed over. Pack `procedures`. */
export interface Step {
  id: string;
  at: "open" | "close";
  vi: string;
  en: string;
}

function stepsOf(packs: Packs): readonly Step[] {
  const content = packs.all.get("procedures")?.content;
  const steps: unknown[] = isObject(content) && Array.isArray(content["steps"]) ? content["steps"] : [];
  return steps.flatMap((one) => {
    if (!isObject(one) || typeof one["id"] !== "string" || typeof one["vi"] !== "string") return [];
    const { id, at, vi, en } = one;
    return [{ id, at: at === "close" ? ("close" as const) : ("open" as const), vi, en: typeof en === "string" && en !== "" ? en : vi }];
  });
}
