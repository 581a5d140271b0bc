/** Closing what lies open or under another key, when a shift is opened: rows of a version before 3, and after a change of the history key. */

import { textBytes } from "../../shared/sync/encoding.ts";
import { bodyBinding } from "../../shared/sync/seal.ts";
import { readAnew } from "./answers.ts";
import type { ShiftKeys } from "./append.ts";
import { close, recordToken } from "./at_rest.ts";
import { type Database, type Opening, readMeta, type StoredOwn, writeMeta } from "./db.ts";
import type { Environment } from "./environment.ts";

const CHUNK = 200;

/** A row as versions before 3 wrote it. */
type OldOwn = StoredOwn & { body: string; record: string };

/** Keeps the content key of this opening, on disk when this resolves: what is written next names it. */
export async function keepOpening(db: Database, opening: Opening): Promise<void> {
  const tx = db.transaction("openings", "readwrite", { durability: "strict" });
  await Promise.all([tx.store.put(opening), tx.done]);
}

/** Rows that lie in clear are closed, and what was pulled under a history key that is no more is read anew. */
export async function closeRest(environment: Environment, db: Database, keys: ShiftKeys): Promise<void> {
  const device = (await readMeta(db, "enrolment"))?.device ?? "";
  let last = 0;
  for (;;) {
    const rows = await db.getAll("own", IDBKeyRange.lowerBound(last, true), CHUNK);
    if (rows.length === 0) break;
    last = rows[rows.length - 1]?.seq ?? last;
    const old = rows.filter((row): row is OldOwn => typeof row.body === "string");
    // They were the first that were written: behind a closed one there is none.
    if (old.length === 0) break;
    await replace(db, await Promise.all(old.map((row) => closedRow(environment, device, row, keys))));
  }
  const before = await readMeta(db, "history_key_id");
  if (before !== null && before !== keys.history.id) await readAnew(db);
  if (before !== keys.history.id) await writeMeta(db, "history_key_id", keys.history.id);
}

async function closedRow(environment: Environment, device: string, old: OldOwn, keys: ShiftKeys): Promise<StoredOwn> {
  const { record, ...row } = old;
  return {
    ...row,
    token: await recordToken(keys.history, record),
    body: await close(environment, textBytes(old.body), keys.content, bodyBinding(device, old.seq)),
    opening: keys.opening,
  };
}

/** Only the text: what a server has said of the row meanwhile stays. */
async function replace(db: Database, rows: readonly StoredOwn[]): Promise<void> {
  const tx = db.transaction("own", "readwrite", { durability: "strict" });
  for (const { seq, token, body, opening } of rows) {
    const now = (await tx.store.get(seq)) as OldOwn | undefined;
    if (now === undefined || typeof now.body !== "string") continue;
    const { record: _record, ...row } = now;
    await tx.store.put({ ...row, token, body, opening });
  }
  await tx.done;
}
