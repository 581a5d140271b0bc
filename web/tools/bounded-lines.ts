/**
 * JSON lines of which none ends the batch: what cannot be answered is {id, error}. Twin of
 * `answer_every_line` in cli/lines.py, with the same bounds and codes.
 */

export type Line = { readonly [member: string]: unknown };

const MAX_LINE_BYTES = 4 * 1024 * 1024;
const MAX_LINE_DEPTH = 64;
const NEWLINE = 0x0a;

/** A line that cannot be answered; `code` is stable. */
export class LineError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Answers standard input line by line, as it comes, and waits for whoever reads slowly. */
export async function answerEveryLine(answer: (line: Line) => object): Promise<void> {
  for await (const raw of lines(process.stdin)) {
    let id: unknown = null;
    let said: object;
    try {
      const line = objectOf(raw);
      id = identifier(line["id"]);
      said = { id, ...answer(line) };
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      said = { id, error: error.code };
    }
    if (!process.stdout.write(`${JSON.stringify(said)}\n`)) {
      await new Promise((resume) => process.stdout.once("drain", resume));
    }
  }
}

/** Lines that are not blank; null stands for one of too many bytes, of which nothing is kept. */
async function* lines(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer | null> {
  let parts: Buffer[] = [];
  let length = 0;
  function* ended(): Generator<Buffer | null> {
    const line = length > MAX_LINE_BYTES ? null : Buffer.concat(parts);
    parts = [];
    length = 0;
    if (line === null || !line.every(isBlank)) yield line;
  }
  for await (const chunk of source) {
    let from = 0;
    while (from < chunk.length) {
      const at = chunk.indexOf(NEWLINE, from);
      const to = at < 0 ? chunk.length : at + 1;
      length += to - from;
      if (length > MAX_LINE_BYTES) parts = [];
      else parts.push(chunk.subarray(from, to));
      if (at >= 0) yield* ended();
      from = to;
    }
  }
  if (length > 0) yield* ended();
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function objectOf(raw: Buffer | null): Line {
  if (raw === null) throw new LineError("line.limit");
  let line: unknown = null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
    if (depthOf(text) > MAX_LINE_DEPTH) throw new LineError("line.limit");
    line = JSON.parse(text);
  } catch (error) {
    if (error instanceof LineError) throw error;
  }
  if (typeof line !== "object" || line === null || Array.isArray(line)) throw new LineError("line.json");
  return line as Line;
}

/** How deep brackets stand in each other, outside of texts. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index];
    if (quoted && letter === "\\") index += 1;
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && (letter === "[" || letter === "{")) deepest = Math.max(deepest, (depth += 1));
    else if (!quoted && (letter === "]" || letter === "}")) depth -= 1;
  }
  return deepest;
}

/** Text, a finite number, true, false or null goes back as it came; anything else as null. */
function identifier(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}
