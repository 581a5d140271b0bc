/** A bounded decoder for the CBOR of health certificates. Twin of credentials/cbor.py. */

import type { Bytes } from "./jws.ts";

export type Cbor = number | string | boolean | null | Bytes | Cbor[] | CborMap;
export type CborMap = Map<number | string, Cbor>;

export const MAX_BYTES = 65_536;
export const MAX_DEPTH = 16;

const BREAK = 0xff;
const SIMPLE: ReadonlyMap<number, boolean | null> = new Map([
  [20, false],
  [21, true],
  [22, null],
  [23, null],
]);

/** Not one complete CBOR item within the bounds. */
export class CborError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "CborError";
  }
}

/** The one item that `data` holds. Throws CborError. */
export function decodeCbor(data: Bytes): Cbor {
  if (data.length > MAX_BYTES) throw new CborError("too large");
  const reader = new Reader(data);
  const value = reader.item(1);
  if (!reader.atEnd()) throw new CborError("bytes after the end");
  return value;
}

class Reader {
  readonly #data: Bytes;
  readonly #view: DataView;
  #at = 0;

  constructor(data: Bytes) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  atEnd(): boolean {
    return this.#at === this.#data.length;
  }

  item(depth: number): Cbor {
    if (depth > MAX_DEPTH) throw new CborError("too deep");
    const first = this.#byte();
    const major = first >> 5;
    const info = first & 31;
    if (major === 7) return this.#simple(info);
    if (info === 31) return this.#indefinite(major, depth);
    const argument = this.#argument(info);
    switch (major) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return this.#bytes(argument);
      case 3:
        return textOf(this.#bytes(argument));
      case 4:
        // An item takes a byte at least: a huge count is refused before anything is made.
        if (argument > this.#left()) throw new CborError("cut");
        return Array.from({ length: argument }, () => this.item(depth + 1));
      case 5: {
        if (2 * argument > this.#left()) throw new CborError("cut");
        const entries: CborMap = new Map();
        for (let i = 0; i < argument; i += 1) this.#entry(depth + 1, entries);
        return entries;
      }
      default:
        return this.item(depth + 1);
    }
  }

  #indefinite(major: number, depth: number): Cbor {
    switch (major) {
      case 2:
      case 3: {
        const chunks: Cbor[] = [];
        while (!this.#broke()) {
          const next = this.#peek();
          if (next >> 5 !== major || (next & 31) === 31) throw new CborError("chunk of another type");
          chunks.push(this.item(depth + 1));
        }
        return major === 3 ? chunks.join("") : joined(chunks as Bytes[]);
      }
      case 4: {
        const items: Cbor[] = [];
        while (!this.#broke()) items.push(this.item(depth + 1));
        return items;
      }
      case 5: {
        const entries: CborMap = new Map();
        while (!this.#broke()) this.#entry(depth + 1, entries);
        return entries;
      }
      default:
        throw new CborError("no length");
    }
  }

  #entry(depth: number, entries: CborMap): void {
    if (![0, 1, 3].includes(this.#peek() >> 5)) throw new CborError("key that is neither integer nor text");
    const key = this.item(depth) as number | string;
    if (typeof key === "number" && !Number.isSafeInteger(key)) throw new CborError("huge key");
    if (entries.has(key)) throw new CborError("duplicate key");
    entries.set(key, this.item(depth));
  }

  #argument(info: number): number {
    if (info < 24) return info;
    if (info > 27) throw new CborError("reserved length");
    let value = 0;
    // Past 2 ** 53 the one rounding of this sum is that of a float.
    for (let i = 0; i < 1 << (info - 24); i += 4) {
      const size = Math.min(4, 1 << (info - 24));
      let word = 0;
      for (let j = 0; j < size; j += 1) word = word * 256 + this.#byte();
      value = value * 2 ** (8 * size) + word;
    }
    return value;
  }

  #simple(info: number): Cbor {
    const simple = SIMPLE.get(info);
    if (simple !== undefined) return simple;
    if (info < 25 || info > 27) throw new CborError("simple value");
    const at = this.#at;
    this.#bytes(1 << (info - 24));
    if (info === 25) return halfOf(this.#view.getUint16(at));
    return info === 26 ? this.#view.getFloat32(at) : this.#view.getFloat64(at);
  }

  #bytes(size: number): Bytes {
    if (size > this.#left()) throw new CborError("cut");
    this.#at += size;
    return this.#data.slice(this.#at - size, this.#at);
  }

  #left(): number {
    return this.#data.length - this.#at;
  }

  #peek(): number {
    const byte = this.#data[this.#at];
    if (byte === undefined) throw new CborError("cut");
    return byte;
  }

  #byte(): number {
    const byte = this.#peek();
    this.#at += 1;
    return byte;
  }

  #broke(): boolean {
    if (this.#peek() !== BREAK) return false;
    this.#at += 1;
    return true;
  }
}

function textOf(bytes: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CborError("not UTF-8");
  }
}

function joined(chunks: Bytes[]): Bytes {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** An IEEE 754 half, which DataView does not read. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
