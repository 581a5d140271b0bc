/** The QR of the health-insurance card (BHYT): a claim. Twin of credentials/bhyt.py. */

import { dateOfCompact } from "./dates.ts";
import { type Evidence, evidenceOf, identityOf, type Sex } from "./evidence.ts";
import { strip } from "./text.ts";

const NUMBER = /^(?:[A-Z]{2}[0-9]{3})?[0-9]{10}$/;
const HEX = /^(?:[0-9A-Fa-f]{2})+$/;
const DATE = /^(?:([0-9]{2})\/)?(?:([0-9]{2})\/)?([0-9]{4})$/;
const SEXES: ReadonlyMap<string, Sex> = new Map([
  ["1", "M"],
  ["2", "F"],
]);

export function matchesBhyt(text: string): boolean {
  const fields = fieldsOf(text);
  const [number = "", name = ""] = fields;
  return fields.length >= 3 && NUMBER.test(number) && textOfHex(name) !== null;
}

export function readBhyt(text: string): Evidence {
  const [number = "", name = "", birth = "", sexDigit = "", address = "", hospital = "", from = "", to = ""] =
    fieldsOf(text);
  const birth_date = dateOf(birth);
  return evidenceOf("bhyt", "claim", "unsigned", {
    identity: identityOf(textOfHex(name) ?? "", {
      birth_date,
      id_number: number,
      sex: SEXES.get(sexDigit) ?? null,
      address: textOfHex(address),
    }),
    subject: {
      type: "insurance_card",
      hospital: hospital || null,
      valid_from: dateOf(from),
      valid_to: dateOf(to),
    },
    warnings: birth !== "" && birth_date === null ? ["birth_date"] : [],
  });
}

function fieldsOf(text: string): string[] {
  return text.split("|").map((field) => {
    const stripped = strip(field, " ");
    return stripped === "-" ? "" : stripped;
  });
}

function textOfHex(digits: string): string | null {
  if (!HEX.test(digits)) return null;
  const bytes = Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return strip(decoder.decode(bytes), " ") || null;
  } catch {
    return null;
  }
}

function dateOf(text: string): string | null {
  const match = DATE.exec(text);
  if (match === null) return null;
  // With one of the two, it is the month.
  const [day, month] = match[2] === undefined ? [undefined, match[1]] : [match[1], match[2]];
  return dateOfCompact(`${day ?? "00"}${month ?? "00"}${match[3]}`);
}
