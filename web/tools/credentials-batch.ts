/**
 * JSON lines on standard input to JSON lines on standard output, for comparing the two languages.
 *
 *   {"trust": content}                        sets the trust of the lines that follow, no answer
 *   {"text": …, "now_ms": …, "leeway_ms": …}  → Evidence
 *   {"plate": …}                              → Plate
 */

import { createInterface } from "node:readline";
import { NO_TRUST, normalisePlate, parseTrust, read } from "../shared/credentials/index.ts";

interface Line {
  trust?: unknown;
  plate?: string;
  text?: string;
  now_ms?: number;
  leeway_ms?: number;
}

let trust = NO_TRUST;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { trust: content, plate, text = "", now_ms = 0, leeway_ms = 0 } = JSON.parse(line) as Line;
  if (content !== undefined) {
    trust = await parseTrust(content);
    continue;
  }
  const answer =
    plate === undefined ? await read(text, trust, now_ms, leeway_ms) : normalisePlate(plate);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
