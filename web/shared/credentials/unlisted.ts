/** Web addresses and opaque text: host or shape, never the text. Twin of credentials/unlisted.py. */

import { type Evidence, evidenceOf } from "./evidence.ts";
import { asciiLower, codePoints, isLongerThan } from "./text.ts";

export const MAX_CHARACTERS = 4_296;

/** A backslash ends the authority for a browser: with one in the user part the host would be forged. */
const URL_SHAPE =
  /^https?:\/\/(?:[^/?#@\\]*@)?([A-Za-z0-9.-]{1,253})(?::[0-9]{1,5})?(?:[/?#][^\t\r\n ]*)?$/i;
const LENGTHS: readonly (readonly [number, string])[] = [
  [0, "0"],
  [20, "1-20"],
  [80, "21-80"],
  [300, "81-300"],
  [1000, "301-1000"],
];
const CHARSETS: readonly (readonly [string, RegExp])[] = [
  ["digits", /^[0-9]+$/],
  ["qr_alphanumeric", /^[0-9A-Z $%*+./:-]+$/],
  ["base64url", /^[A-Za-z0-9_-]+$/],
  ["ascii", /^[\x00-\x7f]*$/],
];

export function matchesUrl(text: string): boolean {
  return URL_SHAPE.test(text);
}

export function readUrl(text: string): Evidence {
  const host = asciiLower(URL_SHAPE.exec(text)?.[1] ?? "") || null;
  return evidenceOf("url", "unknown", "unrecognised", { subject: { type: "url", host } });
}

/** Length class (characters) and character set of a text; a longer one is not looked at. */
export function readOpaque(text: string): Evidence {
  const [length, charset] = isLongerThan(text, MAX_CHARACTERS)
    ? ["over", "unread"]
    : [lengthClass(text), CHARSETS.find(([, shape]) => shape.test(text))?.[0] ?? "text"];
  const subject = { type: "opaque", length, charset };
  return evidenceOf("opaque", "unknown", "unrecognised", { subject });
}

function lengthClass(text: string): string {
  const length = codePoints(text);
  return LENGTHS.find(([most]) => length <= most)?.[1] ?? "1001-4296";
}
