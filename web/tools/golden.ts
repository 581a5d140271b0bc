/**
 * Makes the database that a tablet of this version leaves on disk: `node … tools/golden.ts FILE`.
 *
 * A released file is never made again. The people in it are made up; the device's key cannot be dumped.
 */

import "fake-indexeddb/auto";
import { existsSync, writeFileSync } from "node:fs";
import { createCore } from "../tablet/core/core.ts";
import { dumpOf } from "../tablet/core/test/dump.ts";
import { CODE, FakeServer, OFFICER, PIN } from "../tablet/core/test/fake_server.ts";
import { draftOf, person, testEnvironment } from "../tablet/core/test/tablet.ts";

const SAVED = 3;
const UNSENT = 2;

const file = process.argv[2];
if (file === undefined || existsSync(file)) {
  console.error("usage: tools/golden.ts FILE (which must not be there yet)");
  process.exit(2);
}
const server = await FakeServer.make();
const environment = testEnvironment(server, "golden");
const core = createCore(environment);
await core.start();
await core.enrol(`https://chot.test/tablet/#enrol=${CODE}`);
const badge = await server.badge(OFFICER);
await core.openShift(badge, PIN);
for (let at = 0; at < SAVED + UNSENT; at += 1) {
  if (at === SAVED) {
    await core.syncNow();
    server.mischief = () => "drop_request";
  }
  environment.clock_ms += 1000;
  await core.save(draftOf(person(`Người ${at}`)));
}
const dump = await dumpOf("golden");
writeFileSync(file, `${JSON.stringify({ clock_ms: environment.clock_ms, saved: SAVED + UNSENT, unsent: UNSENT, badge, pin: PIN, ...dump }, null, 1)}\n`);
process.exit(0);
