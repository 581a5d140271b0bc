/**
 * JSON lines on standard input to JSON lines on standard output, as `chot … --batch` does it:
 *
 *   npm --prefix web run --silent batch -- verify   {id, payload, certificate?, now?}
 *                                                 → {id, family, status, code, identity}
 *   npm --prefix web run --silent batch -- plate    {id, text} → {id, normal, candidates}
 *   npm --prefix web run --silent batch -- rules    {id, logic, data} → {id, result} or {id, error}
 *   npm --prefix web run --silent batch -- decide   {id, pack, evidence, journey, external?, now}
 *                                                 → {id, outcome, reasons} or {id, error}
 *
 * `certificate` is base64 DER of the one signer to trust for that line, `now` ISO 8601.
 */

import { createInterface } from "node:readline";
import { epochMsOfLoose } from "../shared/credentials/dates.ts";
import { DerError } from "../shared/credentials/der.ts";
import {
  importCertificate, NO_TRUST, normalisePlate, parseTrust, read, type Trust, trustContent,
} from "../shared/credentials/index.ts";
import { answerEveryLine } from "./bounded-lines.ts";
import { decided, evaluated } from "./rules-lines.ts";

interface Line {
  id?: unknown;
  payload?: unknown;
  certificate?: unknown;
  now?: unknown;
  text?: unknown;
}

const COMMANDS: Readonly<Record<string, (line: Line) => Promise<object>>> = {
  verify: async (line) => {
    const trust = (line.certificate ?? null) === null ? NO_TRUST : await trustOne(textOf(line, "certificate"));
    const now = (line.now ?? null) === null ? Date.now() : epochMsOfLoose(textOf(line, "now"));
    if (now === null) throw new Error(`'now' is not ISO 8601 (id ${String(line.id)})`);
    const { family, status, code, identity } = await read(textOf(line, "payload"), trust, now);
    return { id: line.id ?? null, family, status, code, identity };
  },
  plate: async (line) => {
    const { normal, candidates } = normalisePlate(textOf(line, "text"));
    return { id: line.id ?? null, normal, candidates };
  },
};

/** Trust in one signer; a certificate that cannot be read trusts nobody. */
async function trustOne(certificate: string): Promise<Trust> {
  try {
    const found = await importCertificate(Uint8Array.from(Buffer.from(certificate, "base64")));
    return await parseTrust(trustContent(found));
  } catch (error) {
    if (error instanceof DerError) return NO_TRUST;
    throw error;
  }
}

function textOf(line: Line, member: keyof Line): string {
  const value = line[member];
  if (typeof value !== "string") throw new Error(`'${member}' must be text (id ${String(line.id)})`);
  return value;
}

function objectOf(text: string, number: number): Line {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line === "object" && line !== null && !Array.isArray(line)) return line;
  } catch {
    // Told below, with the line's number.
  }
  throw new Error(`line ${number} is not a JSON object`);
}

async function main(name: string): Promise<void> {
  if (name === "rules") return answerEveryLine(evaluated);
  if (name === "decide") return answerEveryLine(decided);
  const command = COMMANDS[name];
  if (command === undefined) throw new Error(`usage: batch -- ${[...Object.keys(COMMANDS), "rules", "decide"].join(" | ")}`);
  let number = 0;
  for await (const text of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    number += 1;
    if (text.trim() !== "") process.stdout.write(`${JSON.stringify(await command(objectOf(text, number)))}\n`);
  }
}

await main(process.argv[2] ?? "").catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
