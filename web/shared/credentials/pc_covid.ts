/** The PC-Covid personal code (1405/QĐ-BTTTT): a claim. Twin of credentials/pc_covid.py. */

import { dateOfMasked } from "./dates.ts";
import { type Evidence, evidenceOf, identityOf, type Sex } from "./evidence.ts";
import { idNumberWarnings } from "./id_number.ts";
import { strip } from "./text.ts";

const SEXES: ReadonlyMap<string, Sex> = new Map([
  ["1", "M"],
  ["2", "F"],
]);
const HOLDERS: ReadonlyMap<string, string> = new Map([
  ["0", "self"],
  ["1", "proxy"],
]);

/** Told from a CCCD by `-` or `*` in the third field and 0 or 1 in the fourth. */
export function matchesPcCovid(text: string): boolean {
  const [number = "", , birth = "", holder = ""] = fieldsOf(text);
  return number !== "" && /[-*]/.test(birth) && HOLDERS.has(holder);
}

export function readPcCovid(text: string): Evidence {
  const [number = "", name = "", birth = "", holder = "", qid = "", ...rest] = fieldsOf(text);
  const extension = rest.join("|").split("<").map((part) => strip(part, " "));
  const [proxyQid = "", sexDigit = "", insuranceNumber = "", phone = ""] = extension;
  const birth_date = dateOfMasked(birth);
  const sex = SEXES.get(sexDigit) ?? null;
  const warnings = idNumberWarnings(number, birth_date, sex);
  if (!birth.includes("*") && birth_date === null) warnings.push("birth_date");
  return evidenceOf("pc_covid", "claim", "unsigned", {
    identity: identityOf(name, { birth_date, id_number: number, sex, phone: phone || null }),
    subject: {
      type: "personal_code",
      holder: HOLDERS.get(holder) ?? null,
      qid: qid || null,
      proxy_qid: proxyQid || null,
      insurance_number: insuranceNumber || null,
    },
    warnings,
  });
}

function fieldsOf(text: string): string[] {
  return text.split("|").map((field) => strip(field, " "));
}
