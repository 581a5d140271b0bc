/** A bounded walk through DER (X.690). Twin of credentials/der.py. */

import type { Bytes } from "./jws.ts";

export const SEQUENCE = 0x30;
export const INTEGER = 0x02;
export const OID = 0x06;
const BIT_STRING = 0x03;

const MAX_CHILDREN = 64;

/** A frame does not fit into the one around it, or is not the one asked for. */
export class DerError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "DerError";
  }
}

export interface Der {
  tag: number;
  content: Bytes;
}

/** The one frame that `data` begins with; what follows it is not looked at. Throws DerError. */
export function parseDer(data: Bytes): Der {
  const [frame] = framesOf(data, 1);
  if (frame === undefined) throw new DerError("empty");
  return frame;
}

/** The frames inside one, at most MAX_CHILDREN. Throws DerError. */
export function childrenOf(der: Der): Der[] {
  return framesOf(der.content, MAX_CHILDREN);
}

export function expectTag(der: Der, tag: number): Der {
  if (der.tag !== tag) throw new DerError(`tag ${der.tag} where ${tag} belongs`);
  return der;
}

/** The content of a BIT STRING of whole bytes. Throws DerError. */
export function bitsOf(der: Der): Bytes {
  const { content } = expectTag(der, BIT_STRING);
  if (content[0] !== 0) throw new DerError("not whole bytes");
  return content.slice(1);
}

function framesOf(data: Bytes, limit: number): Der[] {
  const frames: Der[] = [];
  let at = 0;
  while (at < data.length && frames.length < limit) {
    if (at + 2 > data.length) throw new DerError("cut");
    const tag = data[at] ?? 0;
    let size = data[at + 1] ?? 0;
    at += 2;
    if (size >= 0x80) {
      const octets = size & 0x7f;
      if (octets < 1 || octets > 3 || at + octets > data.length) throw new DerError("length");
      size = data.subarray(at, at + octets).reduce((sum, byte) => sum * 256 + byte, 0);
      at += octets;
    }
    if (at + size > data.length) throw new DerError("cut");
    frames.push({ tag, content: data.slice(at, at + size) });
    at += size;
  }
  return frames;
}
