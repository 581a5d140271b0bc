/**
 * Reads texts and tells what they cost. Twin of tests/credentials/bounds_run.py, for a Node with a small heap:
 * reading that needed more than the heap would end the process.
 *
 * A line is {text} or {head, unit, count}; the first one is {trust, now_ms, idle}. With `idle` the texts are made
 * and not read: what they take themselves. The summary is {read, slowest_ms, peak_bytes} of the whole process.
 */

import { createInterface } from "node:readline";
import { openBadge, parseTrust, read, recognise, type Trust } from "../shared/credentials/index.ts";

interface Line {
  trust?: unknown;
  now_ms?: number;
  idle?: boolean;
  text?: string;
  head?: string;
  unit?: string;
  count?: number;
}

/** One flat string: what `repeat` makes is a tree that only becomes memory when somebody looks. */
function textOf({ text, head = "", unit = "", count = 0 }: Line): string {
  return text ?? Buffer.from(head + unit.repeat(count)).toString();
}

let trust: Trust | null = null;
let now_ms = 0;
let idle = false;
const summary = { read: 0, slowest_ms: 0, peak_bytes: 0 };
for await (const raw of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const line = JSON.parse(raw) as Line;
  if (trust === null) {
    trust = await parseTrust(line.trust);
    now_ms = line.now_ms ?? 0;
    idle = line.idle === true;
    continue;
  }
  const text = textOf(line);
  const began = cpuMs();
  if (!idle) {
    recognise(text);
    await read(text, trust, now_ms);
    await openBadge(text, trust, now_ms);
  }
  summary.slowest_ms = Math.max(summary.slowest_ms, cpuMs() - began);
  summary.read += 1;
}
summary.peak_bytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify(summary)}\n`);

/** Of this process: a machine that is busy with other work makes no text slow. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
