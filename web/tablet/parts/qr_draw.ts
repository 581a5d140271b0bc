/** A QR code of a short text, as rows of modules (ISO/IEC 18004): byte mode, level M, versions 1–6, up to 106 bytes. */

/** Data codewords of a block, blocks, correction codewords of a block, for versions 1, 2, …: those with blocks of one size. */
const VERSIONS = [
  [16, 1, 10],
  [28, 1, 16],
  [44, 1, 26],
  [32, 2, 18],
  [43, 2, 24],
  [27, 4, 16],
] as const;
/** What stands before the bytes: mode and count, 12 bits. */
const HEAD_BYTES = 2;
const FIELD = 0x11d;
const FORMAT_GENERATOR = 0x537;
const FORMAT_MASK = 0x5412;

type Grid = { readonly size: number; readonly dark: boolean[][]; readonly fixed: boolean[][] };

/** true is dark; without the quiet zone. Throws RangeError for more than 106 bytes. */
export function qrModules(text: string): boolean[][] {
  const bytes = new TextEncoder().encode(text);
  const at = VERSIONS.findIndex(([data, blocks]) => data * blocks - HEAD_BYTES >= bytes.length);
  const version = VERSIONS[at];
  if (version === undefined) throw new RangeError("qrModules: too long");
  const grid = frame(at + 1);
  const bits = interleaved(codewords(bytes, version[0] * version[1]), version[1], version[2]);
  const path = freePath(grid);
  const drawn = Array.from({ length: 8 }, (_, mask) => masked(grid, path, bits, mask));
  return drawn.reduce((best, one) => (unevenness(one) < unevenness(best) ? one : best));
}

function codewords(bytes: Uint8Array, length: number): number[] {
  const bits = [...binary(4, 4), ...binary(bytes.length, 8), ...Array.from(bytes).flatMap((one) => binary(one, 8)), 0, 0, 0, 0];
  const words: number[] = [];
  for (let at = 0; at + 8 <= bits.length; at += 8) words.push(Number.parseInt(bits.slice(at, at + 8).join(""), 2));
  for (let pad = 0xec; words.length < length; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

function binary(value: number, length: number): number[] {
  return Array.from({ length }, (_, at) => (value >> (length - 1 - at)) & 1);
}

/** Blocks side by side, data first, as bits. */
function interleaved(data: readonly number[], blocks: number, correction: number): number[] {
  const size = data.length / blocks;
  const parts = Array.from({ length: blocks }, (_, at) => data.slice(at * size, (at + 1) * size));
  const checks = parts.map((part) => remainder(part, correction));
  const turned = (rows: readonly (readonly number[])[]): number[] => (rows[0] ?? []).flatMap((_, at) => rows.map((row) => row[at] as number));
  return [...turned(parts), ...turned(checks)].flatMap((one) => binary(one, 8));
}

/** Reed–Solomon over GF(256): the remainder of the data by the generator of this degree. */
function remainder(data: readonly number[], degree: number): number[] {
  let generator = [1];
  for (let at = 0, root = 1; at < degree; at += 1, root = times(root, 2)) {
    const shifted = [...generator, 0];
    generator = shifted.map((one, index) => one ^ times(index === 0 ? 0 : (generator[index - 1] as number), root));
  }
  const left = [...data, ...new Array<number>(degree).fill(0)];
  for (let at = 0; at < data.length; at += 1) {
    const factor = left[at] as number;
    generator.forEach((one, index) => (left[at + index] = (left[at + index] as number) ^ times(one, factor)));
  }
  return left.slice(data.length);
}

function times(one: number, two: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ (product & 0x80 ? FIELD : 0);
    if ((two >> bit) & 1) product ^= one;
  }
  return product & 0xff;
}

/** What every code of a version has: finders, timing, alignment, room for the format. */
function frame(version: number): Grid {
  const size = 17 + 4 * version;
  const rows = (): boolean[][] => Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
  const grid: Grid = { size, dark: rows(), fixed: rows() };
  const put = (y: number, x: number, dark: boolean): void => {
    if (y < 0 || x < 0 || y >= size || x >= size) return;
    (grid.dark[y] as boolean[])[x] = dark;
    (grid.fixed[y] as boolean[])[x] = true;
  };
  const square = (y: number, x: number, reach: number, light: readonly number[]): void => {
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) put(y + dy, x + dx, !light.includes(Math.max(Math.abs(dy), Math.abs(dx))));
    }
  };
  for (let at = 0; at < size; at += 1) {
    put(6, at, at % 2 === 0);
    put(at, 6, at % 2 === 0);
  }
  for (const [y, x] of [[3, 3], [3, size - 4], [size - 4, 3]] as const) square(y, x, 4, [2, 4]);
  if (version > 1) square(size - 7, size - 7, 2, [1]);
  for (let at = 0; at < 9; at += 1) {
    for (const [y, x] of [[8, at], [at, 8], [8, size - 1 - at], [size - 1 - at, 8]] as const) {
      if (at < 8 || (y < 9 && x < 9)) (grid.fixed[y] as boolean[])[x] = true;
    }
  }
  put(size - 8, 8, true);
  return grid;
}

/** The free modules in the order in which bits are written: two columns at a time, up and down, from the right. */
function freePath({ size, fixed }: Grid): [number, number][] {
  const path: [number, number][] = [];
  let upward = true;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    for (let step = 0; step < size; step += 1) {
      const y = upward ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (fixed[y]?.[x] === false) path.push([y, x]);
    }
    upward = !upward;
  }
  return path;
}

function masked({ size, dark }: Grid, path: readonly (readonly [number, number])[], bits: readonly number[], mask: number): boolean[][] {
  const rows = dark.map((row) => [...row]);
  path.forEach(([y, x], at) => ((rows[y] as boolean[])[x] = (bits[at] === 1) !== flips(mask, y, x)));
  const format = binary(formatBits(mask), 15).map((bit) => bit === 1);
  const set = (y: number, x: number, at: number): void => {
    (rows[y] as boolean[])[x] = format[at] as boolean;
  };
  for (let at = 0; at < 15; at += 1) {
    // Around the upper left finder, passing over the timing lines; then split over the other two.
    if (at < 8) set(8, at < 6 ? at : at + 1, at);
    else set(at === 8 ? 7 : 14 - at, 8, at);
    if (at < 7) set(size - 1 - at, 8, at);
    else set(8, size - 15 + at, at);
  }
  return rows;
}

function formatBits(mask: number): number {
  // Level M is 00, so the mask is all of the data.
  let left = mask << 10;
  for (let bit = 14; bit >= 10; bit -= 1) if ((left >> bit) & 1) left ^= FORMAT_GENERATOR << (bit - 10);
  return ((mask << 10) | left) ^ FORMAT_MASK;
}

function flips(mask: number, y: number, x: number): boolean {
  switch (mask) {
    case 0:
      return (y + x) % 2 === 0;
    case 1:
      return y % 2 === 0;
    case 2:
      return x % 3 === 0;
    case 3:
      return (y + x) % 3 === 0;
    case 4:
      return (Math.floor(y / 2) + Math.floor(x / 3)) % 2 === 0;
    case 5:
      return ((y * x) % 2) + ((y * x) % 3) === 0;
    case 6:
      return (((y * x) % 2) + ((y * x) % 3)) % 2 === 0;
    default:
      return (((y + x) % 2) + ((y * x) % 3)) % 2 === 0;
  }
}

/** Long runs and blocks of one colour: what the standard's first two penalties count. */
function unevenness(rows: readonly (readonly boolean[])[]): number {
  const columns = rows.map((_, x) => rows.map((row) => row[x] as boolean));
  let sum = 0;
  for (const line of [...rows, ...columns]) {
    let run = 0;
    line.forEach((one, at) => {
      run = at > 0 && line[at - 1] === one ? run + 1 : 1;
      if (run === 5) sum += 3;
      else if (run > 5) sum += 1;
    });
  }
  rows.forEach((row, y) =>
    row.forEach((one, x) => {
      if (y > 0 && x > 0 && row[x - 1] === one && rows[y - 1]?.[x] === one && rows[y - 1]?.[x - 1] === one) sum += 3;
    }),
  );
  return sum;
}
