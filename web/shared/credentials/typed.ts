/** A number that an officer typed: 9 digits (CMND) or 12 (CCCD). Twin of credentials/typed.py. */

import { type Evidence, evidenceOf, type Family, identityOf } from "./evidence.ts";
import { idNumberWarnings } from "./id_number.ts";

/** `cmnd` for 9 digits, `cccd` for 12, null for anything else. */
export function familyOfTyped(text: string): Family | null {
  const digits = digitsOf(text);
  if (!/^[0-9]{9}(?:[0-9]{3})?$/.test(digits)) return null;
  return digits.length === 9 ? "cmnd" : "cccd";
}

/** The name is empty: a number alone names nobody. */
export function readTyped(text: string): Evidence {
  const digits = digitsOf(text);
  return evidenceOf(digits.length === 9 ? "cmnd" : "cccd", "claim", "unsigned", {
    identity: identityOf("", { id_number: digits }),
    warnings: idNumberWarnings(digits, null, null),
  });
}

function digitsOf(text: string): string {
  return text.replace(/[ .-]/g, "");
}
