/** What somebody typed from a card or was told: an ID number or a phone number. */

export type TypedKind = "cccd" | "cmnd" | "phone";

/** CCCD: 12 digits; CMND: 9. A Vietnamese mobile number has 10 and cannot be either. */
export const LONGEST_NUMBER = 12;

const PHONE = /^0[35789][0-9]{8}$/;

/** Null while it is not yet, or never will be, one of the three. */
export function kindOfNumber(digits: string): TypedKind | null {
  if (digits.length === 12) return "cccd";
  if (digits.length === 9) return "cmnd";
  return PHONE.test(digits) ? "phone" : null;
}
