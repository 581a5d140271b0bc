/** Who of a crossing was left to paper and is not entered yet. */

import type { Noted } from "../core/types.ts";

export interface Unentered {
  record: string;
  item: string;
  time_ms: number;
  /** The normal form; null on foot. */
  plate: string | null;
  complaint_code: string | null;
}

const PERSON = /^people\/(.+)\/identified_by$/;
const NAMED = ["name", "id_number", "phone"] as const;

/** Nobody where the person parts do not open: then it is not known who was entered. */
export function unentered({ record, time_ms, values, person }: Noted): readonly Unentered[] {
  if (person === null || values["voided"] != null) return [];
  const plate = values["plate"] as { normal?: string } | null | undefined;
  const code = values["complaint_code"];
  return Object.entries(values).flatMap(([path, how]) => {
    const item = PERSON.exec(path)?.[1];
    if (item === undefined || how !== "paper_later") return [];
    if (NAMED.some((name) => typeof person[`people/${item}/${name}`] === "string")) return [];
    return [{ record, item, time_ms, plate: plate?.normal ?? null, complaint_code: typeof code === "string" ? code : null }];
  });
}
