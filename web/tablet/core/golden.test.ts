/** What tablets of earlier versions left on disk opens here, outbox and all. Made by `tools/golden.ts`. */

import "fake-indexeddb/auto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { chainOf, type ClearEvent } from "../../shared/sync/batch.ts";
import { genesis } from "../../shared/sync/chain.ts";
import { sameBytes } from "../../shared/sync/encoding.ts";
import { createCore } from "./core.ts";
import { openDatabase, type StoredOwn } from "./db.ts";
import { type Dump, putBack } from "./test/dump.ts";
import { FakeServer } from "./test/fake_server.ts";
import { testEnvironment } from "./test/tablet.ts";

interface Golden extends Dump {
  clock_ms: number;
  saved: number;
  unsent: number;
  /** What opens it; of version 1 nobody kept it. */
  badge?: string;
  pin?: string;
}

const GOLDEN = new URL("../../../tests/golden/", import.meta.url);
const versions = readdirSync(GOLDEN).filter((name) => existsSync(new URL(`${name}/tablet.json`, GOLDEN)));

test("there is a golden tablet", () => {
  expect(versions).not.toEqual([]);
});

test.each(versions)("%s: the outbox is whole, and says what is unsent", async (version) => {
  const golden = JSON.parse(readFileSync(new URL(`${version}/tablet.json`, GOLDEN), "utf8")) as Golden;
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  await putBack(golden, `golden-${version}`, pair as CryptoKeyPair);
  const db = await openDatabase(`golden-${version}`, () => {});
  const own = await db.getAll("own");
  const { device } = (await db.get("meta", "enrolment")) as { device: string };
  db.close();
  expect(own.map(({ seq }) => seq)).toEqual(Array.from({ length: golden.saved }, (_, at) => at + 1));
  if (golden.badge === undefined) {
    const hashes = await chainOf(await genesis(device), own.map(textsOf));
    expect(own.every(({ hash }, at) => sameBytes(hash, hashes[at] ?? new Uint8Array()))).toBe(true);
  }
  const server = await FakeServer.make();
  server.mischief = () => "drop_request";
  const environment = testEnvironment(server, `golden-${version}`);
  environment.clock_ms = golden.clock_ms + 86_400_000;
  const core = createCore(environment);
  await core.start();
  expect(core.state()).toMatchObject({ phase: "closed", unsent: golden.unsent });
  expect((await core.exportUnsent()).events).toBe(golden.unsent);
  if (golden.badge === undefined || golden.pin === undefined) return;
  environment.clock_ms = golden.clock_ms;
  await core.openShift(golden.badge, golden.pin);
  const people = Array.from({ length: golden.saved }, (_, at) => `Người ${at}`);
  expect((await core.recent(9)).map(({ name }) => name).sort()).toEqual(people);
});

/** What the hash of an event is made of. */
function textsOf({ body, commitment }: StoredOwn): ClearEvent {
  return { body: typeof body === "string" ? body : "", person: null, sealed: null, commitment };
}
