/** Enrolment: a link, a code, a clock that is wrong, a key nobody takes along. */

import { openDB } from "idb";
import { expect, test } from "vitest";
import { CODE } from "./test/fake_server.ts";
import { codeOf, core, enrolAndOpen, environment, saveMany, server, settle } from "./test/started.ts";

test("a link enrols, pins the keys and brings the packs", async () => {
  expect(core.state().phase).toBe("not_enrolled");
  await core.enrol(`https://chot.test/tablet/#enrol=${CODE}`);
  const { phase, checkpoint, packs, sync } = core.state();
  expect({ phase, id: checkpoint?.id, sync: sync.status }).toEqual({ phase: "closed", id: "hd-ql6", sync: "idle" });
  expect(Object.keys(packs).sort()).toEqual(["roster", "rules", "trust"]);
  expect(packs["rules"]).toMatchObject({ version: 1, age_state: "fresh" });
});

test("a code with typing slips is read, nonsense is refused without a call", async () => {
  expect(await codeOf(core.enrol("not a code"))).toBe("enrolment.code");
  expect(server.paths).toEqual([]);
  await core.enrol(CODE.toUpperCase().replace(/(.{5})/g, "$1-").replace("0", "O").replace("1", "l"));
  expect(core.state().phase).toBe("closed");
});

test("no network leaves the tablet as it was", async () => {
  server.mischief = () => "drop_request";
  expect(await codeOf(core.enrol(CODE))).toBe("offline");
  expect(core.state().phase).toBe("not_enrolled");
});

test("a lost answer to the enrolment costs no new code", async () => {
  server.mischief = () => "drop_answer";
  expect(await codeOf(core.enrol(CODE))).toBe("offline");
  expect(core.state().phase).toBe("not_enrolled");
  server.mischief = () => null;
  await core.enrol(CODE);
  expect(core.state().phase).toBe("closed");
  expect(server.paths.filter((path) => path === "/devices/enrol").length).toBe(2);
});

test("another enrolment is refused while something is unsent", async () => {
  await enrolAndOpen();
  server.mischief = () => "drop_request";
  await saveMany(1);
  expect(await codeOf(core.enrol(CODE))).toBe("enrolment.unsent");
});

test("the private key cannot be exported", async () => {
  await core.enrol(CODE);
  const db = await openDB(environment.database);
  const { key } = (await db.get("meta", "enrolment")) as { key: CryptoKeyPair };
  expect(key.privateKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey("jwk", key.privateKey)).rejects.toThrow();
  db.close();
});

test("a clock that is hours wrong signs the server's nonce", async () => {
  environment.clock_ms += 7 * 3_600_000;
  await core.enrol(CODE);
  expect(core.state().clock_skew_ms).toBe(-7 * 3_600_000);
  server.clock_ms += 3_600_000;
  server.forgetTokens();
  await settle();
  expect(core.state().sync.status).toBe("idle");
  expect(server.paths.filter((path) => path === "/auth/device-token").length).toBe(3);
});
