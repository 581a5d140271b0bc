/**
 * JSON lines of drafts to JSON lines of the texts a tablet would keep, for Python's check of them.
 *
 *   {"draft": CrossingDraft, "decision": Decision, "header": Header, "now_ms": …} → {"body", "person"} or {"error"}
 */

import { createInterface } from "node:readline";
import { bodyToText } from "../shared/sync/events.ts";
import { stampOf } from "../shared/sync/clock.ts";
import { personText } from "../tablet/core/append.ts";
import { checkDraft, crossingEvent, type Header } from "../tablet/core/save.ts";
import { CoreError, type CrossingDraft, type Decision } from "../tablet/core/types.ts";

interface Line {
  draft: CrossingDraft;
  decision: Decision;
  header: Header;
  now_ms: number;
}

function answerTo({ draft, decision, header, now_ms }: Line): object {
  const environment = { now: () => now_ms, random: (count: number) => new Uint8Array(count) };
  try {
    checkDraft(draft, decision);
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return { error: error.code };
  }
  const event = crossingEvent(environment, draft, decision, header);
  const body = bodyToText({ ...event.draft, stamp: stampOf(now_ms) });
  return { body, person: personText(event.person, environment.random(16)) };
}

for await (const text of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(answerTo(JSON.parse(text) as Line))}\n`);
}
