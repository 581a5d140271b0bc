/** Whether a 12-digit personal number can be right. Twin of credentials/id_number.py. */

import type { Sex, Warning } from "./evidence.ts";

/** 07/2016/TT-BCA, annex: the provinces in which a birth can have been registered. */
const PROVINCES =
  "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 " +
  "026 027 030 031 033 034 035 036 037 038 040 042 044 045 046 048 " +
  "049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 " +
  "077 079 080 082 083 084 086 087 089 091 092 093 094 095 096";

export const TWELVE_DIGITS = /^[0-9]{12}$/;

/** Warnings for 12 open digits against what else the code says; [] for any other number. */
export function idNumberWarnings(
  number: string,
  birthDate: string | null,
  sex: Sex | null,
): Warning[] {
  if (!TWELVE_DIGITS.test(number)) return [];
  const warnings: Warning[] = [];
  const province = number.slice(0, 3);
  if (province < "100" && !PROVINCES.includes(province)) warnings.push("id_province");
  const centurySex = Number(number[3]);
  const year = 1900 + 100 * Math.floor(centurySex / 2) + Number(number.slice(4, 6));
  if (centurySex > 3 || (birthDate !== null && Number(birthDate.slice(0, 4)) !== year)) {
    warnings.push("id_birth_year");
  }
  if (sex !== null && sex !== (centurySex % 2 === 1 ? "F" : "M")) warnings.push("id_sex");
  return warnings;
}
