/** A reading of the store that failed once: what was read by halves is read again, nothing is left out for the rest of the shift. */

import { afterEach, expect, test, vi } from "vitest";
import { failOnce } from "./test/failing_read.ts";
import { LEAD, OFFICER, PIN } from "./test/fake_content.ts";
import { core, enrolAndOpen, restart, saveMany, server, settle } from "./test/started.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("who came in while a reading failed is inside all the same", async () => {
  await enrolAndOpen();
  await saveMany(2);
  await settle();
  failOnce(IDBIndex.prototype, "getAll", "state");
  await expect(core.gate.inside(null, 0)).rejects.toThrow();
  expect((await core.gate.inside(null, 0)).came_in).toBe(2);
});

test("what one opening wrote is read again after its key could not be read once", async () => {
  await enrolAndOpen();
  await saveMany(2);
  await restart();
  failOnce(IDBObjectStore.prototype, "get", "openings");
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(await core.recent(5)).toHaveLength(2);
});

test("a wave that could not be read when the shift was opened is read with the next one", async () => {
  await enrolAndOpen();
  const lead = { badge_text: await server.badge(LEAD), pin: PIN };
  await core.waving.start("in", "queue", lead);
  await core.waving.tap("car");
  await restart();
  failOnce(IDBObjectStore.prototype, "get", "meta", "wave");
  await core.openShift(await server.badge(OFFICER), PIN);
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(core.state().wave).toMatchObject({ total: 1 });
});
