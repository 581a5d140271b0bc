/**
 * A started tablet with its server before each test: `server`, `environment` and `core` are this test's own.
 *
 * They are live bindings: a test reads them after `beforeEach` has set them, and `restart` sets `core` anew.
 */

import "fake-indexeddb/auto";
import { beforeEach } from "vitest";
import { createCore } from "../core.ts";
import { CoreError } from "../core_error.ts";
import type { Core } from "../types.ts";
import type { SavedCrossing } from "../vocabulary.ts";
import { CODE, FakeServer, OFFICER, PIN } from "./fake_server.ts";
import { draftOf, person, type TestEnvironment, testEnvironment } from "./tablet.ts";

export let server: FakeServer;
export let environment: TestEnvironment;
export let core: Core;
let databases = 0;

beforeEach(async () => {
  server = await FakeServer.make();
  environment = testEnvironment(server, `tablet-${(databases += 1)}`);
  await restart();
});

/** The program again on the same store. */
export async function restart(): Promise<void> {
  core = createCore(environment);
  await core.start();
}

export async function enrolAndOpen(): Promise<void> {
  await core.enrol(`https://chot.test/tablet/#enrol=${CODE}`);
  await core.openShift(await server.badge(OFFICER), PIN);
  await settle();
}

/** Twice, because a round that was under way may have begun before what the test did. */
export async function settle(): Promise<void> {
  await core.syncNow();
  await core.syncNow();
}

export async function saveMany(count: number): Promise<SavedCrossing[]> {
  const saved: SavedCrossing[] = [];
  for (let at = 0; at < count; at += 1) {
    environment.clock_ms += 1000;
    saved.push(await core.save(draftOf(person(`Người ${at}`))));
  }
  return saved;
}

/** The numbers the server holds of this tablet; a number twice is an event twice. */
export function heldOnce(): number[] {
  return server.log().map(({ seq }) => seq);
}

/** The code of the CoreError a call ends with; "" when it ends well. */
export function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "",
    (error: unknown) => (error instanceof CoreError ? error.code : String(error)),
  );
}

/** A person text with one name. */
export function namedPerson(name: string): string {
  return JSON.stringify({ salt: "AAAAAAAAAAAAAAAAAAAAAA", set: {}, items: { people: { 1: { name } } } });
}
