/** JSON lines in, JSON lines out, for comparing the two languages; the lines: rules-answers.ts. */

import { createInterface } from "node:readline";

import { type Line, answering } from "./rules-answers.ts";

const answerTo = answering();
for await (const text of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(answerTo(JSON.parse(text) as Line))}\n`);
}
