/** Wave-through: every tap is on disk and counted once, through crashes, slips and long nights offline. */

import { expect, test } from "vitest";
import { LEAD, OFFICER, PIN } from "./test/fake_content.ts";
import { codeOf, core, enrolAndOpen, environment, heldOnce, restart, server, settle } from "./test/started.ts";

const lead = async () => ({ badge_text: await server.badge(LEAD), pin: PIN });

/** What reached the server, by kind. */
function sent(kind: string): { record: string; set: Record<string, unknown>; officer: string }[] {
  return server.log().map(({ body }) => JSON.parse(body) as { kind: string; record: string; set: Record<string, unknown>; officer: string }).filter((one) => one.kind === kind);
}

test("only a lead starts it, and the record says who answered", async () => {
  await enrolAndOpen();
  expect(await codeOf(core.waving.start("in", "queue"))).toBe("wave.lead");
  expect(await codeOf(core.waving.start("in", "queue", { badge_text: await server.badge(OFFICER), pin: PIN }))).toBe("badge.not_lead");
  expect(core.state().wave).toBeNull();
  await core.waving.start("in", "queue", await lead());
  expect(core.state().wave).toMatchObject({ reason: "queue", direction: "in", total: 0, last: null, started_ms: environment.clock_ms });
  expect(await codeOf(core.waving.start("in", "queue", await lead()))).toBe("wave.running");
  await settle();
  expect(sent("wave")).toMatchObject([{ officer: OFFICER, set: { reason: "queue", direction: "in", by: LEAD } }]);
});

test("fast taps offline lose none and are counted once each", async () => {
  await enrolAndOpen();
  await core.waving.start("out", "weather", await lead());
  server.mischief = () => "drop_request";
  const classes = (["car", "truck", "motorbike", "bus"] as const).flatMap((one) => Array.from({ length: 10 }, () => one));
  await Promise.all(classes.map((one) => core.waving.tap(one)));
  expect(core.state().wave).toMatchObject({ counts: { car: 10, truck: 10, motorbike: 10, bus: 10 }, total: 40, last: "bus" });
  server.mischief = () => null;
  await settle();
  const taps = sent("crossing");
  expect(taps).toHaveLength(40);
  expect(new Set(taps.map(({ record }) => record)).size).toBe(40);
  expect(heldOnce()).toEqual(Array.from({ length: 41 }, (_, at) => at + 1));
  const [wave] = sent("wave");
  expect(taps[0]?.set).toEqual({ lane: "1", direction: "out", mode: "waved", vehicle_class: "car", action: "passed", wave: wave?.record });
});

test("a crash keeps the count, the undo and the time", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await core.waving.start("in", "accident", await lead());
  const started_ms = environment.clock_ms;
  for (const one of ["car", "bus", "truck", "truck"] as const) await core.waving.tap(one);
  await core.waving.undo();
  environment.clock_ms += 30 * 60_000;
  await restart();
  // What passed lies closed until somebody is on duty.
  expect(core.state().wave).toBeNull();
  await core.openShift(await server.badge(OFFICER), PIN);
  expect(core.state().wave).toMatchObject({ counts: { car: 1, truck: 1, motorbike: 0, bus: 1 }, total: 3, last: "truck", started_ms, reason: "accident" });
  await core.waving.undo();
  await core.waving.undo();
  expect(core.state().wave).toMatchObject({ total: 1, last: "car" });
  await core.waving.undo();
  await core.waving.undo();
  expect(core.state().wave).toMatchObject({ total: 0, last: null });
});

test("its end is said once, and then nothing is counted", async () => {
  await enrolAndOpen();
  await core.waving.start("in", "queue", await lead());
  await core.waving.tap("car");
  environment.clock_ms += 60_000;
  server.clock_ms += 60_000;
  await core.waving.end();
  expect(core.state().wave).toBeNull();
  expect(await codeOf(core.waving.tap("car"))).toBe("wave.none");
  expect(await codeOf(core.waving.end())).toBe("wave.none");
  await restart();
  expect(core.state().wave).toBeNull();
  await core.openShift(await server.badge(OFFICER), PIN);
  await core.waving.start("in", "queue", await lead());
  expect(core.state().wave).toMatchObject({ total: 0 });
  await settle();
  const [first, ended, again] = sent("wave");
  expect(ended).toMatchObject({ record: first?.record, set: { ended: first === undefined ? 0 : environment.clock_ms } });
  expect(again?.record).not.toBe(first?.record);
});

test("no tap counts while the tablet is locked", async () => {
  await enrolAndOpen();
  await core.waving.start("in", "queue", await lead());
  core.lock();
  expect(await codeOf(core.waving.tap("car"))).toBe("shift.closed");
  await core.reopen(PIN);
  await core.waving.tap("car");
  expect(core.state().wave).toMatchObject({ total: 1 });
});
