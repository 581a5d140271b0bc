/**
 * Draws the tablet's icons: a raised barrier arm over a road. Run `node tools/icons.ts` after changing it.
 *
 * Written pixel by pixel so that no picture library is needed.
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

type Colour = readonly [number, number, number];

const GROUND: Colour = [17, 21, 22];
const AMBER: Colour = [255, 171, 26];
const RED: Colour = [200, 32, 38];
const WHITE: Colour = [242, 239, 232];
/** Samples a side for each pixel: smooth edges. */
const SAMPLES = 4;

/** The colour at a point of the unit square; `scale` shrinks the drawing inside a maskable icon's safe zone. */
function colourAt(x: number, y: number, scale: number): Colour {
  const u = (x - 0.5) / scale + 0.5;
  const v = (y - 0.5) / scale + 0.5;
  if (u > 0.2 && u < 0.36 && v > 0.52 && v < 0.84) return AMBER; // the post
  if (v > 0.84 && v < 0.89 && u > 0.12 && u < 0.88) return AMBER; // the road
  // The arm: from the post's head up to the right, striped along its length.
  const [from_u, from_v, to_u, to_v] = [0.28, 0.58, 0.84, 0.18];
  const length = Math.hypot(to_u - from_u, to_v - from_v);
  const along = ((u - from_u) * (to_u - from_u) + (v - from_v) * (to_v - from_v)) / length;
  const across = Math.abs((u - from_u) * (to_v - from_v) - (v - from_v) * (to_u - from_u)) / length;
  if (across < 0.06 && along > -0.1 && along < length) return Math.floor((along + 0.1) / 0.13) % 2 === 0 ? RED : WHITE;
  return GROUND;
}

function png(side: number, scale: number): Buffer {
  const rows = Buffer.alloc(side * (1 + side * 3));
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const sum = [0, 0, 0];
      for (let n = 0; n < SAMPLES * SAMPLES; n++) {
        const dx = ((n % SAMPLES) + 0.5) / SAMPLES;
        const dy = (Math.floor(n / SAMPLES) + 0.5) / SAMPLES;
        colourAt((x + dx) / side, (y + dy) / side, scale).forEach((part, at) => (sum[at] = (sum[at] ?? 0) + part));
      }
      sum.forEach((part, at) => rows.writeUInt8(Math.round(part / (SAMPLES * SAMPLES)), y * (1 + side * 3) + 1 + x * 3 + at));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

const folder = join(import.meta.dirname, "../tablet/public");
writeFileSync(join(folder, "icon-192.png"), png(192, 1));
writeFileSync(join(folder, "icon-512.png"), png(512, 1));
writeFileSync(join(folder, "icon-maskable-512.png"), png(512, 0.72));
