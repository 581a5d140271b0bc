/** What neighbours tell of a refusal: the plate, the place, the time, and nobody. SPEC F11. */

import { expect, test } from "vitest";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { otherBody } from "./test/fake_server.ts";
import { core, enrolAndOpen, server, settle } from "./test/started.ts";

const SHOWN_MS = 24 * 3_600_000;

let records = 0;

/** A refusal at a checkpoint, as the home server tells it. */
async function refused(plate: string, age_ms: number, more: object = {}, record = uuid7(server.clock_ms, new Uint8Array(10).fill((records += 1)))): Promise<string> {
  const body = JSON.parse(otherBody(record, server.clock_ms - age_ms)) as object;
  const set = { subject: record, checkpoint: "hd-dai-lo", district: "268", occurred: server.clock_ms - age_ms, plate, ...more };
  await server.addOther(JSON.stringify({ ...body, kind: "turn_back", home: "hd-dai-lo", officer: null, set }), null);
  return record;
}

test("F11 a plate that was turned back nearby within a day is known, with where and when", async () => {
  await server.publish("hotlines", 1, { hotlines: [{ checkpoint: "hd-dai-lo", name: "Chốt Đại lộ", number: "113" }] });
  await enrolAndOpen();
  await refused("29C12345", 7_200_000);
  await refused("29C12345", 3_600_000);
  await refused("30A99999", SHOWN_MS + 1, { checkpoint: "x-1" });
  await refused("31A00001", SHOWN_MS, { checkpoint: "x-1" });
  await settle();
  expect(await core.turnedBack("29C12345")).toEqual({
    plate: "29C12345",
    checkpoint: "hd-dai-lo",
    name: "Chốt Đại lộ",
    time_ms: server.clock_ms - 3_600_000,
  });
  expect(await core.turnedBack("30A99999")).toBeNull();
  expect(await core.turnedBack("31A00001")).toMatchObject({ checkpoint: "x-1", name: null });
  expect(await core.turnedBack("")).toBeNull();
  // It is no crossing of this checkpoint.
  expect(await core.recent(9)).toEqual([]);
});

test("F11 a refusal that was withdrawn is not shown", async () => {
  await enrolAndOpen();
  const record = await refused("29C12345", 60_000);
  await settle();
  expect(await core.turnedBack("29C12345")).not.toBeNull();
  await refused("29C12345", 0, { withdrawn: true }, record);
  await settle();
  expect(await core.turnedBack("29C12345")).toBeNull();
});
