/** Several servers: tried in order, each offered what it lacks, and what is drained how far. SPEC P7–P9. */

import { expect, test } from "vitest";
import { fromBase64url, toBase64url, uuid7 } from "../../shared/sync/encoding.ts";
import { basesIn, RETURN_AFTER_MS } from "./bases.ts";
import { FakeServer, OTHER, otherBody, PIN } from "./test/fake_server.ts";
import { core, enrolAndOpen, environment, restart, saveMany, server, settle } from "./test/started.ts";

const RELAY = "0190a0b0-0000-7000-8000-0000000000e1";
const URLS = { relay: "https://relay.chot.test:8443", home: "https://home.chot.test" };
const KEY = { kty: "EC", crv: "P-256", x: toBase64url(new Uint8Array(32)), y: toBase64url(new Uint8Array(32)) };
let relay: FakeServer;
/** Which of the two answers nobody. */
let down = "";

/** An enrolled tablet of a home server with a relay before it, both named by the signed pack. */
async function enrolled(): Promise<void> {
  down = "";
  await enrolAndOpen();
  relay = await server.relay(RELAY);
  const bases = [relay.base(URLS.relay), server.base(URLS.home)];
  await server.publish("bases", 1, { bases }, "checkpoint:hd-ql6");
  for (const [name, pack] of server.packs) relay.packs.set(name, pack);
  environment.fetch = async (url, init) => {
    const at = url.startsWith(`${URLS.relay}/api/v1/`) ? "relay" : "home";
    if (at === down) throw new TypeError("network");
    return await (at === "relay" ? relay : server).fetch(url, init);
  };
  await settle();
}

function later(ms: number): void {
  for (const clock of [environment, server, relay]) clock.clock_ms += ms;
}

function heldBy(one: FakeServer): number[] {
  return one.log().map(({ seq }) => seq);
}

test("P9 the servers of the pack are tried in order, and who answers stays for a while", async () => {
  await enrolled();
  await saveMany(1);
  await settle();
  expect([heldBy(relay), heldBy(server)]).toEqual([[1], []]);
  down = "relay";
  await saveMany(1);
  await settle();
  expect([heldBy(relay), heldBy(server)]).toEqual([[1], [1, 2]]);
  expect(core.state()).toMatchObject({ unsent: 0, sync: { status: "idle" } });
  down = "";
  const asked = relay.paths.length;
  await settle();
  expect(relay.paths.length).toBe(asked);
  later(RETURN_AFTER_MS);
  await settle();
  expect(heldBy(relay)).toEqual([1, 2]);
});

test("F3 a network that goes while packs are fetched has no feed read anew at another server", async () => {
  await enrolled();
  relay.packs.set("rules", { version: 9, jws: "later" });
  const honest = environment.fetch;
  environment.fetch = async (url, init) => {
    if (url.endsWith("/packs/rules")) throw new TypeError("network");
    return await honest(url, init);
  };
  const asked = server.paths.length;
  await settle();
  expect(server.paths.length).toBe(asked);
  expect(core.state().sync).toMatchObject({ status: "offline", code: "offline" });
});

test("P9 with nobody there all is kept, and the state says offline", async () => {
  await enrolled();
  const honest = environment.fetch;
  environment.fetch = async () => {
    throw new TypeError("network");
  };
  await saveMany(2);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 2, sync: { status: "offline", code: "offline" } });
  environment.fetch = honest;
  await settle();
  expect(core.state().unsent).toBe(0);
});

test("P9 a server whose receipts cannot be believed is passed over and named", async () => {
  await enrolled();
  const honest = environment.fetch;
  environment.fetch = async (url, init) => {
    const response = await honest(url, init);
    if (url !== `${URLS.relay}/api/v1/sync`) return response;
    const answer = (await response.json()) as { receipt: object };
    return Response.json({ ...answer, receipt: { ...answer.receipt, safe_through: 9 } });
  };
  await saveMany(1);
  await settle();
  expect(heldBy(server)).toEqual([1]);
  later(RETURN_AFTER_MS);
  await settle();
  expect(core.state()).toMatchObject({ alerts: ["receipt.signature"], sync: { status: "idle" } });
});

test("P7 P8 what is saved, at a relay, at home and safe is told apart, also after a restart", async () => {
  await enrolled();
  await saveMany(3);
  await settle();
  expect(core.state()).toMatchObject({ unsent: 0, drained: { saved: 3, relay: 3, home: 0, safe: 0 } });
  down = "relay";
  await settle();
  down = "";
  expect(core.state().drained).toEqual({ saved: 3, relay: 3, home: 3, safe: 0 });
  later(RETURN_AFTER_MS);
  await saveMany(1);
  await settle();
  expect(core.state().drained).toEqual({ saved: 4, relay: 4, home: 3, safe: 0 });
  server.safe = 2;
  relay.upstream = await server.receipt(3);
  await restart();
  await settle();
  expect(core.state().drained).toEqual({ saved: 4, relay: 4, home: 3, safe: 2 });
});

test("P7 a server that comes later gets the chain from its first event", async () => {
  await enrolled();
  down = "relay";
  await saveMany(3);
  await settle();
  // Nothing is unsent, and all of it is in a backup: no reason to have less of it.
  server.safe = 3;
  await settle();
  expect(core.state()).toMatchObject({ unsent: 0, drained: { home: 3, safe: 3 } });
  expect(heldBy(relay)).toEqual([]);
  down = "home";
  later(RETURN_AFTER_MS);
  await saveMany(1);
  await settle();
  expect(heldBy(relay)).toEqual([1, 2, 3, 4]);
});

test("P8 a receipt handed on that is not right spoils nothing else", async () => {
  await enrolled();
  await saveMany(1);
  relay.upstream = { ...(await server.receipt(0)), safe_through: 1 };
  await settle();
  expect(core.state()).toMatchObject({ unsent: 0, alerts: ["receipt.signature"], drained: { home: 0 } });
  relay.upstream = { ...(await server.receipt(0)), server: "0190a0b0-0000-7000-8000-0000000000ff" };
  await settle();
  expect(core.state()).toMatchObject({ unsent: 0, alerts: [] });
});

test("F3 a tablet that changes server pulls anew, by the numbers of the new one", async () => {
  await enrolled();
  const body = otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms);
  for (const one of [relay, server]) one.epoch = one === relay ? 4 : 5;
  await relay.addOther(body, null);
  await settle();
  down = "relay";
  await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10).fill(1)), server.clock_ms), null, { device: `${OTHER}x` });
  await server.addOther(body, null);
  await settle();
  expect((await core.recent(9)).length).toBe(2);
  expect(core.state().alerts).toEqual([]);
});

test("P9 only https, or this very machine, is believed to be a server", async () => {
  const good = { url: URLS.relay, server: RELAY, level: "relay", receipt_key: KEY };
  expect(basesIn({ bases: [good, { ...good, url: "http://127.0.0.1:8000" }] })).toEqual([
    { url: `${URLS.relay}/api/v1`, server: RELAY, receipt_key: KEY },
    { url: "http://127.0.0.1:8000/api/v1", server: RELAY, receipt_key: KEY },
  ]);
  const wrong = [
    ...["http://relay.chot.test", "https://a.test/x", "javascript:1", "", 5].map((url) => ({ ...good, url })),
    ...[{ ...good, server: "A b" }, { ...good, receipt_key: null }, { ...good, receipt_key: { kty: "RSA" } }, null],
  ];
  for (const one of wrong) expect(() => basesIn({ bases: [one] })).toThrow("pack.content");
  for (const content of [null, {}, { bases: 5 }, { bases: Array(9).fill(good) }]) expect(() => basesIn(content)).toThrow("pack.content");
});

test("S4 a locked tablet seals bodies to the server it talks to, and persons to the home server", async () => {
  await enrolled();
  // Whoever is on duty next seals to what the relay has named by now.
  core.lock();
  await core.reopen(PIN);
  await settle();
  down = "both";
  environment.fetch = offline(environment.fetch);
  await saveMany(2);
  await settle();
  core.lock();
  down = "";
  await settle();
  expect([heldBy(relay), heldBy(server)]).toEqual([[1, 2], []]);
  const [event] = relay.batches.at(-1)?.events ?? [];
  expect(event).toMatchObject({ sealed_body: expect.any(String), sealed: expect.any(String) });
  expect(event?.body).toBeUndefined();
  expect(await server.open(event?.sealed ?? "", fromBase64url(event?.commitment))).toContain("Người 0");
});

function offline(through: typeof environment.fetch): typeof environment.fetch {
  return async (url, init) => {
    if (down === "both") throw new TypeError("network");
    return await through(url, init);
  };
}
