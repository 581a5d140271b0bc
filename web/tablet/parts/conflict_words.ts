/** A conflict's field and values in words; what this version does not know is shown as it stands. */

import type { ConflictWrite } from "../core/types.ts";
import type { Texts } from "../texts/vi.ts";
import { laneName } from "./names.ts";
import { plateText } from "./plate_text.ts";
import { dateText, momentText } from "./time.ts";

/** "people/1/name" is "Người 1 · Họ tên". */
export function fieldWords({ inbox }: Texts, path: string): string {
  const parts = path.split("/");
  const name = parts[parts.length - 1] ?? "";
  const field = inbox.fields[name] ?? name;
  const [group, item] = parts;
  if (item === undefined || parts.length < 3) return field;
  return `${inbox.groups[group ?? ""] ?? group} ${item.split(":").pop()} · ${field}`;
}

/** The value that somebody wrote at `path`. */
export function valueWords(texts: Texts, path: string, value: unknown): string {
  const name = path.split("/").pop() ?? "";
  if (value === null || value === undefined || value === "") return texts.inbox.nothing;
  if (typeof value === "boolean") return value ? texts.inbox.yes : texts.inbox.no;
  if (typeof value === "object") return objectWords(texts, name, value as Record<string, unknown>);
  const word = String(value);
  if (name === "birth_date") return dateText(word);
  const table: Record<string, string> | undefined =
    name === "direction" ? texts.directions : name === "action" ? texts.actions : undefined;
  return table?.[word] ?? word;
}

/** When, on which machine, by whom: what tells two readings apart. */
export function whoWords(texts: Texts, write: ConflictWrite): string {
  const lane = write.lane === null ? [] : [`${texts.shift.lane} ${laneName(texts.lanes, write.lane)}`];
  const officer = write.officer === null ? [] : [write.officer];
  return [texts.inbox.where[write.where], ...lane, momentText(write.time_ms), ...officer].join(" · ");
}

function objectWords(texts: Texts, name: string, value: Record<string, unknown>): string {
  const text = (key: string): string => String(value[key] ?? "");
  const words = (table: Record<string, string>, key: string): string => table[text(key)] ?? text(key);
  if (name === "plate" || name === "trailer_plate") {
    const normal = plateText(text("normal"));
    // Two spellings of one plate would else look alike on their buttons.
    return text("read") === "" || plateText(text("read")) === normal || text("read") === normal ? normal : `${normal} (${text("read")})`;
  }
  if (name === "verdict") return words(texts.outcomes, "outcome");
  if (name === "override") return words(texts.overrides, "reason");
  if (name === "evidence") return `${words(texts.families, "family")}: ${words(texts.proof, "status")}`;
  return JSON.stringify(value);
}
