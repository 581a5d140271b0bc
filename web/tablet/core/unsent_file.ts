/** The last resort: what no network took, as a file for `chot import-events`. SPEC X1–X4. */

import { type Database, type Enrolment, readMeta } from "./db.ts";
import { ownAfter } from "./lookups.ts";
import { drainedOf } from "./standing.ts";
import { batchOf } from "./sync.ts";
import { CoreError } from "./core_error.ts";

export interface UnsentFile {
  name: string;
  /** Each ends with a line break. */
  lines: readonly string[];
  events: number;
}

/** A line of a file stays far below what one may have (SPEC X1). */
const LINE_EVENTS = 200;
const LINE_CHARACTERS = 512 * 1024;
const VIETNAM_MS = 7 * 3_600_000;

/** Everything after the last believed receipt. A file may get lost, so all texts are in it sealed (SPEC X2). */
export async function unsentFile(db: Database, enrolment: Enrolment, nowMs: number): Promise<UnsentFile> {
  const acked = drainedOf(0, Object.values((await readMeta(db, "standings")) ?? {})).relay;
  const batches: string[] = [];
  let through = acked;
  for (;;) {
    const events = await ownAfter(db, through, LINE_EVENTS, LINE_CHARACTERS);
    const last = events[events.length - 1];
    if (last === undefined) break;
    batches.push(lineOf(await batchOf({ db, enrolment, history: null }, "home", through, events)));
    through = last.seq;
  }
  if (batches.length === 0) throw new CoreError("export.empty");
  const { device, checkpoint } = enrolment;
  const header = lineOf({ format: "chot-events/1", device, first: acked + 1, last: through, written_ms: nowMs });
  const minute = new Date(nowMs + VIETNAM_MS).toISOString().slice(0, 16).replace(/[-:]/g, "").replace("T", "-");
  const name = `chot-${checkpoint.id}-${checkpoint.lane}-${minute}.jsonl`;
  return { name, lines: [header, ...batches], events: through - acked };
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
