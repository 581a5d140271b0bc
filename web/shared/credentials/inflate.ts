/**
 * Bounded inflate: zlib (RFC 1950) and raw deflate (RFC 1951). Twin of credentials/inflate.py.
 *
 * Our own, because DecompressionStream knows raw deflate only since Chromium 103, does not tell a
 * cut stream from a broken one, and costs a microtask a chunk. It refuses what zlib refuses.
 */

import type { Bytes } from "./jws.ts";

export const MAX_BYTES = 65_536;

const MAX_BITS = 15;
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** Lengths from symbol 257 on and distances, each with how many bits follow. */
const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

/** Broken, over MAX_BYTES or followed by other bytes; `partial`: only the end is missing. */
export class InflateError extends Error {
  readonly partial: boolean;

  constructor(reason: string, partial = false) {
    super(reason);
    this.name = "InflateError";
    this.partial = partial;
  }
}

/** At most MAX_BYTES of output. Throws InflateError. */
export function inflate(data: Bytes, form: "zlib" | "raw"): Bytes {
  const bits = new Bits(data);
  if (form === "zlib") readHeader(bits);
  const output = new Output();
  for (let last = 0; last === 0; ) {
    last = bits.take(1);
    readBlock(bits, bits.take(2), output);
  }
  bits.align();
  const found = output.bytes();
  if (form === "zlib" && checksumIn(bits) !== adler32(found)) throw new InflateError("checksum");
  if (!bits.atEnd()) throw new InflateError("bytes after the end");
  return found;
}

/** Bits from the least significant one of each byte on. */
class Bits {
  readonly #data: Bytes;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(data: Bytes) {
    this.#data = data;
  }

  take(count: number): number {
    while (this.#count < count) {
      this.#held |= this.byte() << this.#count;
      this.#count += 8;
    }
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  /** Whole bytes only, after align(). */
  byte(): number {
    const byte = this.#data[this.#at];
    if (byte === undefined) throw new InflateError("cut", true);
    this.#at += 1;
    return byte;
  }

  align(): void {
    this.#held = 0;
    this.#count = 0;
  }

  atEnd(): boolean {
    return this.#at === this.#data.length;
  }
}

class Output {
  readonly #bytes = new Uint8Array(MAX_BYTES);
  #size = 0;

  add(byte: number): void {
    if (this.#size === MAX_BYTES) throw new InflateError("too large");
    this.#bytes[this.#size] = byte;
    this.#size += 1;
  }

  copy(distance: number, length: number): void {
    if (distance > this.#size) throw new InflateError("distance too far back");
    for (let i = 0; i < length; i += 1) this.add(this.#bytes[this.#size - distance] ?? 0);
  }

  bytes(): Bytes {
    return this.#bytes.slice(0, this.#size);
  }
}

/** A canonical Huffman code: how many codes each length has, and their symbols in order. */
interface Code {
  counts: Uint16Array;
  symbols: number[];
  longest: number;
}

const FIXED_LENGTHS = codeOf([
  ...Array<number>(144).fill(8),
  ...Array<number>(112).fill(9),
  ...Array<number>(24).fill(7),
  ...Array<number>(8).fill(8),
]);
const FIXED_DISTANCES = codeOf(Array<number>(32).fill(5));

function readHeader(bits: Bits): void {
  const method = bits.byte();
  const flags = bits.byte();
  if ((method * 256 + flags) % 31 !== 0) throw new InflateError("header");
  if ((method & 15) !== 8 || method >> 4 > 7) throw new InflateError("method");
  if ((flags & 0x20) === 0) return;
  checksumIn(bits);
  throw new InflateError("needs a dictionary");
}

function readBlock(bits: Bits, type: number, output: Output): void {
  if (type === 0) readStored(bits, output);
  else if (type === 1) readCodes(bits, FIXED_LENGTHS, FIXED_DISTANCES, output);
  else if (type === 2) readCodes(bits, ...readTables(bits), output);
  else throw new InflateError("block type");
}

function readStored(bits: Bits, output: Output): void {
  bits.align();
  const size = bits.byte() + 256 * bits.byte();
  const complement = bits.byte() + 256 * bits.byte();
  if (size + complement !== 0xffff) throw new InflateError("stored size");
  for (let i = 0; i < size; i += 1) output.add(bits.byte());
}

function readTables(bits: Bits): [Code, Code] {
  const lengthCount = bits.take(5) + 257;
  const distanceCount = bits.take(5) + 1;
  const orderCount = bits.take(4) + 4;
  if (lengthCount > 286 || distanceCount > 30) throw new InflateError("too many symbols");
  const order = Array<number>(ORDER.length).fill(0);
  for (const symbol of ORDER.slice(0, orderCount)) order[symbol] = bits.take(3);
  const code = codeOf(order, false);
  const sizes: number[] = [];
  while (sizes.length < lengthCount + distanceCount) {
    // zlib reads on through a code without symbols: cut in there, a stream is cut and not broken.
    const symbol = code.symbols.length === 0 ? 0 * bits.take(1) : symbolIn(bits, code);
    if (symbol < 16) {
      sizes.push(symbol);
      continue;
    }
    const before = sizes[sizes.length - 1];
    const repeat =
      symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7);
    if (symbol === 16 && before === undefined) throw new InflateError("nothing to repeat");
    for (let i = 0; i < repeat; i += 1) sizes.push(symbol === 16 ? (before ?? 0) : 0);
  }
  if (sizes.length > lengthCount + distanceCount) throw new InflateError("repeat too long");
  if (sizes[256] === 0) throw new InflateError("no end of block");
  return [codeOf(sizes.slice(0, lengthCount)), codeOf(sizes.slice(lengthCount))];
}

function readCodes(bits: Bits, lengths: Code, distances: Code, output: Output): void {
  for (;;) {
    const symbol = symbolIn(bits, lengths);
    if (symbol < 256) {
      output.add(symbol);
      continue;
    }
    if (symbol === 256) return;
    const length = LENGTHS[symbol - 257];
    if (length === undefined) throw new InflateError("length symbol");
    const whole = length + bits.take(LENGTH_BITS[symbol - 257] ?? 0);
    const place = symbolIn(bits, distances);
    const distance = DISTANCES[place];
    if (distance === undefined) throw new InflateError("distance symbol");
    output.copy(distance + bits.take(DISTANCE_BITS[place] ?? 0), whole);
  }
}

/** Refuses what zlib refuses: codes that overlap, and gaps except of one code of one bit. */
function codeOf(sizes: number[], mayHaveGaps = true): Code {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const size of sizes) counts[size] = (counts[size] ?? 0) + 1;
  counts[0] = 0;
  let longest = 1;
  let left = 1;
  for (let size = 1; size <= MAX_BITS; size += 1) {
    const count = counts[size] ?? 0;
    if (count > 0) longest = size;
    left = 2 * left - count;
    if (left < 0) throw new InflateError("overlapping codes");
  }
  const symbols: number[] = [];
  for (let size = 1; size <= MAX_BITS; size += 1) {
    sizes.forEach((one, symbol) => {
      if (one === size) symbols.push(symbol);
    });
  }
  if (symbols.length > 0 && left > 0 && !(mayHaveGaps && longest === 1)) {
    throw new InflateError("codes with gaps");
  }
  return { counts, symbols, longest };
}

function symbolIn(bits: Bits, { counts, symbols, longest }: Code): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let size = 1; size <= longest; size += 1) {
    code |= bits.take(1);
    const count = counts[size] ?? 0;
    if (code - first < count) return symbols[index + code - first] ?? 0;
    index += count;
    first = 2 * (first + count);
    code *= 2;
  }
  throw new InflateError("code");
}

function checksumIn(bits: Bits): number {
  return [0, 1, 2, 3].reduce((sum) => sum * 256 + bits.byte(), 0);
}

function adler32(bytes: Bytes): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}
