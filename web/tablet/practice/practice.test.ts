/** What is practised stays on the tablet and is gone after. */

import { expect, test } from "vitest";
import { draftOf, person } from "../core/test/tablet.ts";
import { CODE } from "../core/test/fake_server.ts";
import { core, enrolAndOpen, environment, saveMany, server, settle } from "../core/test/started.ts";
import { openDatabase } from "../core/db.ts";
import { beginPractice, type Practice, PRACTICE_DATABASE, rulesAwaited } from "./practice.ts";

async function begin(): Promise<Practice> {
  await enrolAndOpen();
  await saveMany(1);
  await settle();
  const { checkpoint } = core.state();
  if (checkpoint === null) throw new Error("not enrolled");
  return await beginPractice(environment, checkpoint, "Người tập");
}

async function databases(): Promise<string[]> {
  return (await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith(PRACTICE_DATABASE) === true ? [name] : []));
}

test("practice writes crossings by the rules in force, and the real tablet and its server hear of nothing", async () => {
  const practice = await begin();
  const [calls, held] = [server.paths.length, server.log().length];
  expect(practice.core.state()).toMatchObject({ phase: "open", checkpoint: { id: "practice" }, officer: { id: "practice", role: "lead" } });
  const yellow = { ...draftOf(person("Người Tập", "yellow")), action: "turned_back" as const };
  expect(practice.core.decide(yellow).verdict).toMatchObject({ outcome: "turn_back", reasons: ["yellow_card"] });
  const saved = await practice.core.save(yellow);
  await practice.core.undo(saved);
  await practice.core.syncNow();
  expect(practice.core.state()).toMatchObject({ unsent: 2, sync: { code: "offline" } });
  await settle();
  // The real tablet spoke to its server, and of its own crossing alone.
  expect(server.paths.slice(calls).every((path) => path === "/sync")).toBe(true);
  expect(server.log()).toHaveLength(held);
  expect(core.state()).toMatchObject({ phase: "open", unsent: 0 });
  expect(await core.recent(10)).toHaveLength(1);
  expect(practice.core.state().device).not.toBe(core.state().device);
  const db = await openDatabase(environment.database, () => undefined);
  expect(await db.getAllKeys("own")).toEqual([1]);
  db.close();
  await practice.end();
});

test("what is begun before the first answer has come waits for the rules", async () => {
  const enrolled = new Promise<void>((done) => core.subscribe(() => core.state().phase === "closed" && done()));
  const enrolling = core.enrol(`https://chot.test/tablet/#enrol=${CODE}`);
  await enrolled;
  expect(core.state().packs["rules"]).toBeUndefined();
  await rulesAwaited(core);
  expect(core.state().packs["rules"]).toBeDefined();
  await enrolling;
  const calls = server.paths.length;
  await rulesAwaited(core);
  expect(server.paths).toHaveLength(calls);
});

test("where no server answers, practice is with what there is", async () => {
  server.mischief = (path) => (path === "/devices/enrol" ? null : "drop_request");
  await core.enrol(`https://chot.test/tablet/#enrol=${CODE}`);
  await rulesAwaited(core);
  expect(core.state()).toMatchObject({ phase: "closed", sync: { code: "offline" } });
  const { checkpoint } = core.state();
  const practice = await beginPractice(environment, checkpoint as NonNullable<typeof checkpoint>, "Người tập");
  expect(practice.core.state().phase).toBe("open");
  await practice.end();
});

test("a file of what was practised is none that the server takes", async () => {
  const practice = await begin();
  await practice.core.save(draftOf(person("Người Tập")));
  const { lines } = await practice.core.exportUnsent();
  const [, batch = "{}"] = lines;
  // Sealed to a key that nobody has, of a device that nobody knows.
  const taken = await server.take(JSON.parse(batch) as Parameters<typeof server.take>[0]).catch(() => false);
  expect([taken, server.log().length]).toEqual([false, 1]);
  await practice.end();
});

test("its codes verify in practice only, and a forged one does not there either", async () => {
  const practice = await begin();
  const { declaration, forged } = practice.codes;
  expect(await practice.core.readCode(declaration)).toMatchObject({ status: "verified", identity: { name: "Nguyễn Văn Tập" } });
  expect(await practice.core.readCode(forged)).toMatchObject({ status: "invalid", code: "signature" });
  expect((await core.readCode(declaration)).status).not.toBe("verified");
  await practice.end();
});

test("its database is deleted at the end, and one that was cut off at the next beginning", async () => {
  const practice = await begin();
  expect(await databases()).toHaveLength(1);
  await practice.end();
  expect(await databases()).toEqual([]);
  const left = await openDatabase(`${PRACTICE_DATABASE}-left`, () => undefined);
  left.close();
  const { checkpoint } = core.state();
  const again = await beginPractice(environment, checkpoint as NonNullable<typeof checkpoint>, "Người tập");
  expect(await databases()).not.toContain(`${PRACTICE_DATABASE}-left`);
  await again.end();
});
