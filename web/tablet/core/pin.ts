/** Trying a PIN: counted before it is tried, on this tablet, whoever asks. */

import type { Bytes } from "../../shared/sync/encoding.ts";
import type { History } from "./at_rest.ts";
import { type Database, readMeta, writeMeta } from "./db.ts";
import type { Packs, Roster, RosterOfficer } from "./packs.ts";
import { checkPinAllowed, LEAD_FAILURES, type PinFailures, pinWaitMs, readBadge, unwrapHistoryKey } from "./session.ts";
import { CoreError } from "./core_error.ts";
import type { AppState } from "./app_state.ts";
import type { Lead } from "./vocabulary.ts";

const NO_FAILURES: PinFailures = { failures: 0, failed_ms: 0 };

/** What badge and PIN open. Throws CoreError("badge.wait" | "badge.lead" | "badge.pin"). */
export async function tryPin(db: Database, officer: RosterOfficer, secret: Bytes, pin: string, nowMs: number): Promise<Omit<History, "id">> {
  await countTry(db, officer, nowMs);
  const history = await unwrapHistoryKey(officer, secret, pin);
  await writeMeta(db, "pin", NO_FAILURES);
  return history;
}

/** Before it is tried, and in the transaction that looked: neither ending the program nor a second tab buys another guess. */
async function countTry(db: Database, officer: RosterOfficer, nowMs: number): Promise<void> {
  const tx = db.transaction("meta", "readwrite", { durability: "strict" });
  const before = ((await tx.store.get("pin")) as PinFailures | undefined) ?? NO_FAILURES;
  checkPinAllowed(before, officer, nowMs);
  await Promise.all([tx.store.put({ failures: before.failures + 1, failed_ms: nowMs }, "pin"), tx.done]);
}

/** Who answers for it, by id. Throws CoreError("badge.…") unless badge and PIN are a lead's of this checkpoint (SPEC O9). */
export async function approve(
  db: Database,
  lead: Lead,
  trust: Packs["trust"],
  roster: Roster,
  times: { now_ms: number; server_ms: number },
): Promise<string> {
  const { officer, secret } = await readBadge(lead.badge_text, trust, roster, times.server_ms);
  try {
    if (officer.role !== "lead") throw new CoreError("badge.not_lead");
    await tryPin(db, officer, secret, lead.pin, times.now_ms);
    return officer.id;
  } finally {
    secret.fill(0);
  }
}

/** Wrong PINs in a row, as the screens show them. */
export async function pinState(db: Database, nowMs: number): Promise<AppState["pin"]> {
  const pin = (await readMeta(db, "pin")) ?? NO_FAILURES;
  const retry_at_ms = pin.failures === 0 ? 0 : nowMs + pinWaitMs(pin, nowMs);
  return { failures: pin.failures, retry_at_ms, lead_needed: pin.failures >= LEAD_FAILURES };
}
