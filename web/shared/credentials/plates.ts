/** Vehicle plates: normal form and candidate classes. Twin of credentials/plates.py. */

import { PROVINCES } from "./plate_provinces.ts";
import { strip } from "./text.ts";

export type PlateClass =
  | "car"
  | "motorbike"
  | "motorbike_50cc"
  | "trailer"
  | "temporary"
  | "diplomatic"
  | "military"
  | "police"
  | "joint_venture_ld"
  | "other";

/** `normal`: upper-case letters and digits only (Đ kept). `province` as named before 7/2025. */
export interface Plate {
  normal: string;
  candidates: PlateClass[];
  province_code: string | null;
  province: string | null;
}

/** Far above any plate; the rest of a longer text is not looked at. */
const MAX_CHARACTERS = 64;
const LETTERS = "ABCDEFGHKLMNPSTUVXYZ";

/** A car's series letter with a separator after it, a motorbike's series digit with one after it. */
const GAP = "[^A-Z0-9]";
const WRITTEN_CAR = new RegExp(
  `^[0-9]{2}${GAP}*[${LETTERS}]${GAP}+[0-9]{3}${GAP}?[0-9]{2}$`,
  "u",
);
const WRITTEN_MOTORBIKE = new RegExp(
  `^[0-9]{2}${GAP}*[${LETTERS}]${GAP}*[1-9]${GAP}+[0-9]{4}$`,
  "u",
);

/** Order matters: the first form that fits gives the candidates. # is a digit, ~ a series letter. */
const FORMS: readonly (readonly [string, readonly PlateClass[]])[] = [
  ["#####(NG|QT|NN|CV)##", ["diplomatic"]],
  ["##(NG|NN|CV)#####", ["diplomatic", "motorbike", "motorbike_50cc"]],
  ["##QT#####", ["diplomatic"]],
  ["[A-Z][A-Z]####", ["military"]],
  ["T######(#?)[A-Z]?", ["temporary"]],
  ["##RM?####(#?)", ["trailer"]],
  ["##LD####", ["joint_venture_ld"]],
  ["##LD#####", ["joint_venture_ld", "motorbike", "motorbike_50cc"]],
  ["##(DA|HC|KT)####", ["car"]],
  ["##(DA|HC|KT)#####", ["car", "motorbike", "motorbike_50cc"]],
  ["##(MK|CD)####", ["other"]],
  ["##(MK|CD)#####", ["other", "motorbike", "motorbike_50cc"]],
  ["##MĐ(#?)####(#?)", ["motorbike_50cc", "motorbike"]],
  ["80[A-Z]####(#?)", ["car", "police"]],
  ["##T[1-9]####", ["car", "temporary", "motorbike"]],
  ["##T#####", ["car", "temporary"]],
  ["##~[1-9]####", ["car", "motorbike"]],
  ["##~####(#?)", ["car"]],
  ["##~[1-9]#####", ["motorbike"]],
  ["##~~#####", ["motorbike", "motorbike_50cc"]],
];
const COMPILED = FORMS.map(([form, candidates]) => {
  const source = form.replace(/#/g, "[0-9]").replace(/~/g, `[${LETTERS}]`);
  return { form: new RegExp(`^(?:${source})$`), candidates };
});

/** The normal form, candidate classes and province of a plate as read or typed. */
export function normalisePlate(text: string): Plate {
  const head = Array.from(text.slice(0, 2 * MAX_CHARACTERS)).slice(0, MAX_CHARACTERS);
  const upper = strip(head.map(upperOf).join(""), " \t\r\n");
  const normal = upper.replace(/[^A-Z0-9Đ]/g, "");
  const found = COMPILED.find(({ form }) => form.test(normal))?.candidates ?? ["other"];
  const candidates = asWritten(upper, found);
  // A temporary plate may have its letter before the province.
  const code = normal.startsWith("T") ? normal.slice(1, 3) : normal.slice(0, 2);
  if (candidates.includes("military") || !/^[0-9]{2}$/.test(code)) {
    return { normal, candidates, province_code: null, province: null };
  }
  return { normal, candidates, province_code: code, province: PROVINCES.get(code) ?? null };
}

/** Separators that people copied from the plate tell 29B-112.34 from 29-B1 1234. */
function asWritten(upper: string, candidates: readonly PlateClass[]): PlateClass[] {
  if (candidates.includes("car") && candidates.includes("motorbike")) {
    if (WRITTEN_CAR.test(upper)) return candidates.filter((name) => name !== "motorbike");
    if (WRITTEN_MOTORBIKE.test(upper)) return candidates.filter((name) => name === "motorbike");
  }
  return [...candidates];
}

/** Ð and Ɖ are other letters that look like Đ and come from some keyboards. */
function upperOf(character: string): string {
  if (/^[a-z]$/.test(character)) return character.toUpperCase();
  return "đĐðÐɖƉ".includes(character) ? "Đ" : character;
}
