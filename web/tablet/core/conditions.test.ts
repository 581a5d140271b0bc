/** An old code on a tablet whose clock was set back, and keys that nobody has confirmed for long. */

import { expect, test } from "vitest";
import { core, enrolAndOpen, environment, restart, saveMany, server, settle } from "./test/started.ts";
import { OFFICER } from "./test/fake_server.ts";

const DAY_MS = 86_400_000;

async function warningsOf(): Promise<readonly string[]> {
  return (await core.readCode(await server.badge(OFFICER))).warnings;
}

test("a clock set back is noticed by the last contact, also after a restart", async () => {
  await enrolAndOpen();
  expect(await warningsOf()).toEqual([]);
  environment.clock_ms -= DAY_MS;
  expect(await warningsOf()).toEqual(["clock_behind"]);
  server.mischief = () => "drop_request";
  await restart();
  expect(await warningsOf()).toEqual(["clock_behind"]);
});

test("a record made since then counts too, until the server has told the time", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  environment.clock_ms += 2 * DAY_MS;
  await saveMany(1);
  environment.clock_ms -= DAY_MS;
  expect(await warningsOf()).toEqual(["clock_behind", "trust_aging"]);
  server.mischief = () => null;
  await settle();
  expect(await warningsOf()).toEqual([]);
});

test("keys that nobody confirmed for a day, then a week, are said to be old and still count", async () => {
  await enrolAndOpen();
  const badge = await server.badge(OFFICER);
  server.mischief = () => "drop_request";
  for (const [days, warning] of [[1, "trust_aging"], [7, "trust_old"]] as const) {
    environment.clock_ms = server.clock_ms + days * DAY_MS;
    expect((await core.readCode(badge)).warnings).toEqual([warning]);
  }
});
