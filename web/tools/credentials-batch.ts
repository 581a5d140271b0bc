/**
 * JSON lines on standard input to JSON lines on standard output, for comparing the two languages.
 *
 *   {"trust": content}                        sets the trust of the lines that follow, no answer
 *   {"text": …, "now_ms": …, "leeway_ms": …, "conditions": …}  → Evidence
 *   {"plate": …}                              → Plate
 *   {"list": …}                               → TrustImport of a published list of signers
 *   {"certificate": base64}                   → TrustImport of one signer, null for no certificate
 */

import { createInterface } from "node:readline";
import { DerError } from "../shared/credentials/der.ts";
import {
  type Conditions, importCertificate, importTrust, NO_TRUST, normalisePlate, parseTrust, read, type TrustImport,
} from "../shared/credentials/index.ts";

interface Line {
  trust?: unknown;
  plate?: string;
  text?: string;
  now_ms?: number;
  leeway_ms?: number;
  conditions?: Conditions;
  list?: unknown;
  certificate?: string;
}

function answer({ plate, text = "", now_ms = 0, leeway_ms = 0, conditions = {}, list, certificate }: Line): unknown {
  if (plate !== undefined) return normalisePlate(plate);
  if (list !== undefined) return importTrust(list);
  if (certificate !== undefined) return imported(certificate);
  return read(text, trust, now_ms, leeway_ms, conditions);
}

function imported(certificate: string): Promise<TrustImport | null> {
  const der = Uint8Array.from(Buffer.from(certificate, "base64"));
  return importCertificate(der).catch((error: unknown) => {
    if (error instanceof DerError) return null;
    throw error;
  });
}

let trust = NO_TRUST;
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const given = JSON.parse(line) as Line;
  if (given.trust !== undefined) trust = await parseTrust(given.trust);
  else process.stdout.write(`${JSON.stringify(await answer(given))}\n`);
}
