/** The file of last resort: signed as a push is, nobody in clear, and no less to send afterwards. SPEC X. */

import { expect, test } from "vitest";
import type { SentBatch } from "../../shared/wire/api.ts";
import { fromBase64url } from "../../shared/sync/encoding.ts";
import { DEVICE, PIN } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, heldOnce, saveMany, server, settle } from "./test/started.ts";

async function written(): Promise<{ header: Record<string, unknown>; batches: SentBatch[]; text: string }> {
  const { lines } = await core.exportUnsent();
  expect(lines.every((line) => line.endsWith("\n") && line.indexOf("\n") === line.length - 1)).toBe(true);
  const [header, ...batches] = lines.map((line) => JSON.parse(line) as unknown);
  return { header: header as Record<string, unknown>, batches: batches as SentBatch[], text: lines.join("") };
}

test("X1 X2 X3 the file holds what is unsent in batches that verify, with persons sealed", async () => {
  await enrolAndOpen();
  await saveMany(2);
  await settle();
  server.mischief = () => "drop_request";
  await saveMany(3);
  const { name, events } = await core.exportUnsent();
  expect({ name, events }).toEqual({ name: expect.stringMatching(/^chot-hd-ql6-1-\d{8}-\d{4}\.jsonl$/), events: 3 });
  const { header, batches, text } = await written();
  expect(header).toEqual({ format: "chot-events/1", device: DEVICE, first: 3, last: 5, written_ms: expect.any(Number) });
  expect(text).not.toContain("Người");
  // The fake server refuses a batch whose signature is not this tablet's.
  for (const batch of batches) expect(await server.take(batch)).toBe(true);
  expect(heldOnce()).toEqual([1, 2, 3, 4, 5]);
  const [event] = batches.flatMap((batch) => batch.events);
  const opened = await server.open(event?.sealed ?? "", fromBase64url(event?.commitment));
  expect(opened).toContain("Người 0");
});

test("X4 what was written to a file is still unsent, and doubled by nothing", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(2);
  const { batches } = await written();
  expect(core.state().unsent).toBe(2);
  for (const batch of batches) await server.take(batch);
  server.mischief = () => null;
  await settle();
  expect(heldOnce()).toEqual([1, 2]);
  expect(core.state().unsent).toBe(0);
});

test("X2 a locked tablet writes the file too, and one with nothing unsent says so", async () => {
  await enrolAndOpen();
  expect(await codeOf(core.exportUnsent())).toBe("export.empty");
  server.mischief = () => "drop_request";
  await saveMany(1);
  core.lock();
  expect((await written()).header).toMatchObject({ first: 1, last: 1 });
  await core.reopen(PIN);
});

test("a long outbox is cut into batches one after another", { timeout: 20_000 }, async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(201);
  const { batches } = await written();
  expect(batches.map(({ first, events }) => [first, events.length])).toEqual([
    [1, 200],
    [201, 1],
  ]);
  for (const batch of batches) expect(await server.take(batch)).toBe(true);
});
