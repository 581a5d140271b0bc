/** Own events that the server holds back or refused: still on this tablet, waiting for a person. SPEC A2, A5, A9. */

import { crossingMs } from "../../shared/sync/clock.ts";
import { ref } from "../../shared/sync/events.ts";
import { type History, openOwn } from "./at_rest.ts";
import type { Database, OwnEvent } from "./db.ts";
import { ownEntry, plateOf } from "./entries.ts";
import { eventsOf } from "./lookups.ts";
import type { Plate } from "./vocabulary.ts";

export interface RefusedEvent {
  ref: string;
  record: string;
  state: "held" | "rejected";
  code: string | null;
  time_ms: number;
  plate: Plate | null;
  /** It changes a crossing that has another event. */
  amends: boolean;
}

/** All of them, newest first; none while no shift is open. */
export async function refusedEvents(db: Database, device: string, history: History | null): Promise<RefusedEvent[]> {
  const rejected = await db.getAllFromIndex("own", "state", "rejected");
  const stored = [...rejected, ...(await db.getAllFromIndex("own", "state", "held"))];
  const rows = await openOwn(db, stored, history);
  const { own } = await eventsOf(db, [...new Set(rows.map(({ token }) => token))], history);
  const refused = rows.map((row) => refusedEvent(row, own, device));
  return refused.sort((one, two) => two.time_ms - one.time_ms);
}

function refusedEvent(row: OwnEvent, all: readonly OwnEvent[], device: string): RefusedEvent {
  const of_record = all.filter(({ token }) => token === row.token);
  const plates = of_record.map((one) => plateOf(ownEntry(one, device)?.body.fields["plate"]));
  const body = ownEntry(row, device)?.body;
  return {
    ref: ref(device, row.seq),
    record: body?.record ?? "",
    state: row.state === "held" ? "held" : "rejected",
    code: row.code,
    time_ms: crossingMs(row.time_ms, body?.offset_ms ?? null),
    plate: plates.find((plate) => plate !== null) ?? null,
    amends: of_record.some(({ seq }) => seq < row.seq),
  };
}
