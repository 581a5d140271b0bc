/** The QR of the chip ID card and of its 2024 successor. Twin of credentials/cccd.py. */

import { dateOfCompact } from "./dates.ts";
import { type Evidence, evidenceOf, type Family, identityOf, type Sex } from "./evidence.ts";
import { idNumberWarnings, TWELVE_DIGITS } from "./id_number.ts";
import { strip } from "./text.ts";

const FIELDS = 7;
/** Both spellings of ữ: composed, and the letters with combining marks that some encoders write. */
const SEXES: ReadonlyMap<string, Sex> = new Map([
  ["nam", "M"],
  ["n\u1eef", "F"],
  ["nu\u031b\u0303", "F"],
  ["n\u01b0\u0303", "F"],
  ["nu", "F"],
]);

export function matchesCccd(text: string): boolean {
  const fields = fieldsOf(text);
  return fields.length >= 3 && TWELVE_DIGITS.test(fields[0] ?? "") && fields[2] !== "";
}

export function familyOfCccd(text: string): Family {
  return text.split("|").length > FIELDS ? "can_cuoc" : "cccd";
}

/** A claim: nothing in it is signed. */
export function readCccd(text: string): Evidence {
  const [number = "", oldNumber = "", name = "", birth = "", sexWord = "", address = "", issued = ""] =
    fieldsOf(text);
  const birth_date = dateOfCompact(birth);
  const sex = SEXES.get(sexWord.toLowerCase()) ?? null;
  const warnings = idNumberWarnings(number, birth_date, sex);
  if (birth !== "" && birth_date === null) warnings.push("birth_date");
  // A hand scanner that cannot say "ễ" leaves it out, and no Vietnamese address does without a mark.
  if (address !== "" && /^[\x00-\x7f]*$/.test(text)) warnings.push("letters_lost");
  return evidenceOf(familyOfCccd(text), "claim", "unsigned", {
    identity: identityOf(name, { birth_date, id_number: number, sex, address: address || null }),
    subject: {
      type: "id_card",
      old_id_number: oldNumber || null,
      issued_on: dateOfCompact(issued),
    },
    warnings,
  });
}

function fieldsOf(text: string): string[] {
  return text.split("|").map((field) => strip(field, " "));
}
