/** What the home server found out about crossings of this checkpoint reaches the people there. */

import { expect, test } from "vitest";
import { core, enrolAndOpen, restart, saveMany, server, settle } from "./test/started.ts";

function alert(id: string, crossings: readonly string[], state = "new"): object {
  return { alert: id, code: "decision.stale", crossings, occurred_ms: server.clock_ms, state };
}

async function publish(version: number, ...alerts: object[]): Promise<void> {
  await server.publish("alerts", version, { alerts, more: 0 }, "checkpoint:hd-ql6");
  await settle();
}

test("W10 an alert is counted until somebody has read it, and stands beside its crossing", async () => {
  await enrolAndOpen();
  const [saved] = await saveMany(1);
  await publish(1, alert("a1", [saved?.record ?? "", "not-held-here"]), alert("a2", [], "taken"));
  expect(core.state().told).toBe(2);
  expect(core.state().alerts).toEqual([]);
  const [first, second] = await core.told.list();
  expect(first).toMatchObject({ alert: "a1", code: "decision.stale", taken: false, seen: false });
  expect(first?.crossings.map(({ record, plate }) => [record, plate?.normal])).toEqual([[saved?.record, "29A12345"]]);
  expect(second).toMatchObject({ alert: "a2", taken: true, crossings: [] });
  await core.told.markRead(["a1", "a2"]);
  expect(core.state().told).toBe(0);
  expect((await core.told.list()).map(({ seen }) => seen)).toEqual([true, true]);
  // Another act on it is not news; another alert is.
  await publish(2, alert("a1", [], "taken"), alert("a3", []));
  expect(core.state().told).toBe(1);
});

test("W10 what is only told is no pack that an event was decided by", async () => {
  await enrolAndOpen();
  await publish(1, alert("a1", []));
  await saveMany(1);
  await settle();
  expect(Object.keys((JSON.parse(server.log()[0]?.body ?? "") as { packs: object }).packs).sort()).toEqual(["roster", "rules", "trust"]);
});

test("W10 what somebody has read stays read over a restart, and what is closed is gone", async () => {
  await enrolAndOpen();
  await publish(1, alert("a1", []));
  await core.told.markRead(["a1"]);
  await restart();
  expect(core.state().told).toBe(0);
  expect(core.state().packs["alerts"]).toMatchObject({ version: 1 });
});

test("W10 a pack of a form that this version does not know names nothing and breaks nothing", async () => {
  await enrolAndOpen();
  await publish(1, { alert: 7, code: "x" }, { code: "late.rules" });
  expect(core.state().told).toBe(0);
  expect(await core.told.list()).toEqual([]);
  await server.publish("alerts", 2, { alerts: "many" }, "checkpoint:hd-ql6");
  await settle();
  expect(await core.told.list()).toEqual([]);
});

test("W10 the checkpoint's own pack alone is taken", async () => {
  await enrolAndOpen();
  await server.publish("alerts", 1, { alerts: [alert("a1", [])] }, "checkpoint:elsewhere");
  await settle();
  expect(core.state().told).toBe(0);
  expect(core.state().alerts).toContain("pack.scope");
});
