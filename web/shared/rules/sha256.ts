/** SHA-256 (FIPS 180-4) of one short text, at once: WebCrypto's answers only later. */

/** What fits in one block with its length. */
const MOST_BYTES = 55;
const FIRST_PRIMES = primes(64);
/** FIPS 180-4, 4.2.2 and 5.3.3: the fractions of cube and square roots of primes. */
const ROUND = Uint32Array.from(FIRST_PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Uint32Array.from(FIRST_PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

/** The first 32 bits of SHA-256 of up to 55 ASCII characters, as an unsigned number. */
export function sha256Start(text: string): number {
  if (text.length > MOST_BYTES) throw new RangeError("sha256Start: one block only");
  const block = new DataView(new ArrayBuffer(64));
  for (let at = 0; at < text.length; at += 1) block.setUint8(at, text.charCodeAt(at));
  block.setUint8(text.length, 0x80);
  block.setUint32(60, text.length * 8);
  const words = new Uint32Array(64);
  for (let at = 0; at < 64; at += 1) {
    words[at] = at < 16 ? block.getUint32(4 * at) : expanded(words, at);
  }
  const state = START.slice();
  for (let at = 0; at < 64; at += 1) round(state, (ROUND[at] as number) + (words[at] as number));
  return ((START[0] as number) + (state[0] as number)) >>> 0;
}

function expanded(words: Uint32Array, at: number): number {
  const older = words[at - 15] as number;
  const newer = words[at - 2] as number;
  const low = turned(older, 7) ^ turned(older, 18) ^ (older >>> 3);
  const high = turned(newer, 17) ^ turned(newer, 19) ^ (newer >>> 10);
  return (words[at - 16] as number) + low + (words[at - 7] as number) + high;
}

function round(state: Uint32Array, input: number): void {
  const [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
  const chosen = (e & f) ^ (~e & g);
  const first = h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + chosen + input;
  const majority = (a & b) ^ (a & c) ^ (b & c);
  const second = (turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + majority;
  state.set([first + second, a, b, c, d + first, e, f, g]);
}

function turned(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let number = 2; found.length < count; number += 1) {
    if (found.every((prime) => number % prime !== 0)) found.push(number);
  }
  return found;
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}
