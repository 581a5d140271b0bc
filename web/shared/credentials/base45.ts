/** base45 (RFC 9285). Twin of credentials/base45.py. */

import type { Bytes } from "./jws.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** Not base45; `partial`: only its characters, but the last group is one that only a cut leaves. */
export class Base45Error extends Error {
  readonly partial: boolean;

  constructor(reason: string, partial = false) {
    super(reason);
    this.name = "Base45Error";
    this.partial = partial;
  }
}

/** The bytes of `text`. Throws Base45Error. */
export function base45Decode(text: string): Bytes {
  const values = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const value = ALPHABET.indexOf(text.charAt(at));
    if (value < 0) throw new Base45Error("not base45");
    values[at] = value;
  }
  const groups = Math.floor(values.length / 3);
  const rest = values.length % 3;
  const bytes = new Uint8Array(2 * groups + (rest === 2 ? 1 : 0));
  for (let group = 0; group < groups; group += 1) {
    const [low = 0, middle = 0, high = 0] = values.subarray(3 * group, 3 * group + 3);
    const pair = low + 45 * middle + 2025 * high;
    if (pair > 0xffff) throw new Base45Error("over two bytes");
    bytes[2 * group] = pair >> 8;
    bytes[2 * group + 1] = pair & 0xff;
  }
  if (rest === 1) throw new Base45Error("cut", true);
  if (rest === 2) {
    const [low = 0, high = 0] = values.subarray(3 * groups);
    if (low + 45 * high > 0xff) throw new Base45Error("cut", true);
    bytes[2 * groups] = low + 45 * high;
  }
  return bytes;
}
