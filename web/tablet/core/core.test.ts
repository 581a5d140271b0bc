/** The whole core against a server in memory and a network that fails: nothing lost, nothing doubled. */

import "fake-indexeddb/auto";
import { openDB } from "idb";
import { beforeEach, describe, expect, test } from "vitest";
import { commitment } from "../../shared/sync/chain.ts";
import { uuid7 } from "../../shared/sync/encoding.ts";
import { createCore } from "./core.ts";
import { BATCH_EVENTS } from "./sync.ts";
import { CODE, FakeServer, LEAD, OFFICER, otherBody, PIN, rosterContent, rulesContent } from "./test/fake_server.ts";
import { draftOf, person, type TestEnvironment, testEnvironment } from "./test/tablet.ts";
import { type Core, CoreError, type SavedCrossing } from "./types.ts";

let server: FakeServer;
let environment: TestEnvironment;
let core: Core;
let databases = 0;

beforeEach(async () => {
  server = await FakeServer.make();
  environment = testEnvironment(server, `tablet-${(databases += 1)}`);
  core = createCore(environment);
  await core.start();
});

async function enrolAndOpen(): Promise<void> {
  await core.enrol(`https://chot.test/tablet/#enrol=${CODE}`);
  await core.openShift(await server.badge(OFFICER), PIN);
  await settle();
}

async function settle(): Promise<void> {
  await core.syncNow();
  await core.syncNow();
}

async function saveMany(count: number): Promise<SavedCrossing[]> {
  const saved: SavedCrossing[] = [];
  for (let at = 0; at < count; at += 1) {
    environment.clock_ms += 1000;
    saved.push(await core.save(draftOf(person(`Người ${at}`))));
  }
  return saved;
}

/** The numbers and record ids on the server; each once. */
function heldOnce(): number[] {
  return server.log().map(({ seq }) => seq);
}

function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "",
    (error: unknown) => (error instanceof CoreError ? error.code : String(error)),
  );
}

describe("enrolment", () => {
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
});

describe("shift", () => {
  test("badge and PIN open it with no network", async () => {
    await core.enrol(CODE);
    server.mischief = () => "drop_request";
    await core.openShift(await server.badge(OFFICER), PIN);
    expect(core.state()).toMatchObject({ phase: "open", officer: { id: OFFICER, role: "officer" } });
  });

  test("a wrong PIN is counted, delayed, and at last only a lead helps; also after a restart", async () => {
    await core.enrol(CODE);
    const badge = await server.badge(OFFICER);
    const tried: string[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      tried.push(await codeOf(core.openShift(badge, "000000")));
      tried.push(await codeOf(core.openShift(badge, "000000")));
      environment.clock_ms += 60_000;
    }
    expect(tried).toEqual([
      ...["badge.pin", "badge.pin", "badge.pin", "badge.wait", "badge.pin", "badge.wait"],
      ...["badge.pin", "badge.wait", "badge.lead", "badge.lead"],
    ]);
    core = createCore(environment);
    await core.start();
    expect(core.state().pin).toMatchObject({ failures: 5, lead_needed: true });
    expect(await codeOf(core.openShift(badge, PIN))).toBe("badge.lead");
    await core.openShift(await server.badge(LEAD), PIN);
    expect(core.state()).toMatchObject({ phase: "open", pin: { failures: 0, lead_needed: false } });
    core.closeShift();
    await core.openShift(badge, PIN);
    expect(core.state().officer?.id).toBe(OFFICER);
  });

  test("a clock set back does not lengthen the wait", async () => {
    await core.enrol(CODE);
    const badge = await server.badge(OFFICER);
    for (let attempt = 0; attempt < 3; attempt += 1) await codeOf(core.openShift(badge, "000000"));
    environment.clock_ms -= 86_400_000;
    await expect(core.openShift(badge, PIN)).rejects.toMatchObject({ code: "badge.wait", at: 5000 });
  });

  test("a badge that is forged, a stranger's or no badge at all is told apart", async () => {
    await core.enrol(CODE);
    const badge = await server.badge(OFFICER);
    const forged = `${badge.slice(0, -6)}AAAAAA`;
    expect(await codeOf(core.openShift(forged, PIN))).toBe("badge.invalid");
    expect(await codeOf(core.openShift(await server.badge("o-nt-9"), PIN))).toBe("badge.officer");
    expect(await codeOf(core.openShift("https://example.vn", PIN))).toBe("badge.unreadable");
    expect(core.state().pin.failures).toBe(0);
  });

  test("locked: the PIN alone opens it again, after a restart it does not", async () => {
    await enrolAndOpen();
    core.lock();
    expect(core.state().phase).toBe("locked");
    expect(await codeOf(core.save(draftOf(person("A"))))).toBe("shift.closed");
    expect(await codeOf(core.reopen("111111"))).toBe("badge.pin");
    await core.reopen(PIN);
    expect(core.state().phase).toBe("open");
    core = createCore(environment);
    await core.start();
    expect(core.state().phase).toBe("closed");
    expect(await codeOf(core.reopen(PIN))).toBe("shift.closed");
  });

  test("neither badge secret nor PIN nor a name is anywhere in the store in clear", async () => {
    await enrolAndOpen();
    server.mischief = () => "drop_request";
    await core.save(draftOf(person("Đặng Thị Bí Mật")));
    await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms), namedPerson("Lê Văn Kín"));
    server.mischief = () => null;
    await settle();
    const db = await openDB(environment.database);
    const bytes: string[] = [];
    for (const store of ["meta", "own", "pulled", "packs"]) {
      bytes.push(dump(await db.getAll(store)));
    }
    db.close();
    const all = bytes.join("\n");
    expect(all).toContain("crossing");
    for (const secret of ["Bí Mật", "Lê Văn Kín", PIN, "BwcHBwcHBwcHBwcHBwcHBw"]) expect(all).not.toContain(secret);
    expect((await core.recent(5)).map(({ name }) => name).sort()).toEqual(["Lê Văn Kín", "Đặng Thị Bí Mật"]);
  });

  test("an officer struck off the roster is signed off at the next contact", async () => {
    await enrolAndOpen();
    const roster = (await rosterContent()) as { officers: { id: string }[] };
    const officers = roster.officers.filter(({ id }) => id !== OFFICER);
    await server.publish("roster", 2, { ...roster, officers }, "checkpoint:hd-ql6");
    await settle();
    expect(core.state()).toMatchObject({ phase: "closed", officer: null });
  });
});

describe("save", () => {
  test("is there after a restart, once, and arrives exactly once", async () => {
    await enrolAndOpen();
    server.mischief = () => "drop_request";
    const [saved] = await saveMany(1);
    await settle();
    expect(core.state()).toMatchObject({ unsent: 1, sync: { status: "offline" } });
    core = createCore(environment);
    await core.start();
    expect(core.state()).toMatchObject({ unsent: 1, oldest_unsent_ms: saved?.time_ms });
    server.mischief = () => null;
    await settle();
    expect(heldOnce()).toEqual([1]);
    expect(core.state()).toMatchObject({ unsent: 0, oldest_unsent_ms: null, sync: { status: "idle" } });
  });

  test("twenty at once take twenty numbers and one unbroken chain", async () => {
    await enrolAndOpen();
    const other = createCore(environment);
    await other.start();
    await other.openShift(await server.badge(OFFICER), PIN);
    const drafts = Array.from({ length: 10 }, (_, at) => draftOf(person(`Người ${at}`)));
    const saved = await Promise.all([...drafts.map((one) => core.save(one)), ...drafts.map((one) => other.save(one))]);
    expect(saved.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    await settle();
    expect(heldOnce()).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(core.state().unsent).toBe(0);
  });

  test("stamps rise also when the clock jumps back", async () => {
    await enrolAndOpen();
    await core.save(draftOf(person("A")));
    environment.clock_ms -= 3_600_000;
    await core.save(draftOf(person("B")));
    await settle();
    const stamps = server.log().map(({ body }) => (JSON.parse(body) as { stamp: string }).stamp);
    expect(stamps).toEqual([...stamps].sort());
    expect(new Set(stamps).size).toBe(2);
  });

  test("body holds no person; the person part holds name, card and description", async () => {
    await enrolAndOpen();
    await core.save({ ...draftOf(person("Đặng Thị Hòa")), note: "ghi chú" });
    await settle();
    const [event] = server.log();
    const body = JSON.parse(event?.body ?? "") as Record<string, unknown>;
    expect(event?.body).not.toContain("Hòa");
    expect(body).toMatchObject({
      kind: "crossing",
      home: "hd-ql6",
      officer: OFFICER,
      packs: { rules: 1, trust: 1, roster: 1 },
      set: { direction: "in", plate: { normal: "29A12345" }, verdict: { outcome: "pass" }, action: "passed" },
      items: {
        people: { 1: { role: "driver", evidence: { family: "none" } } },
        goods: { 1: { group: "food", quantity: 2.5 } },
      },
    });
    expect(JSON.parse(event?.person ?? "")).toMatchObject({
      set: { note: "ghi chú" },
      items: {
        people: { 1: { name: "Đặng Thị Hòa", card: { colour: "green", basis: "seen" } } },
        goods: { 1: { description: "rau" } },
      },
    });
  });

  test("no raw code is kept, not even of an unknown one", async () => {
    await enrolAndOpen();
    const evidence = await core.readCode("BÍ ẨN 0123 không ai biết");
    expect(evidence).toMatchObject({ family: "opaque", status: "unknown" });
    await core.save(draftOf({ ...person("A"), evidence }));
    await settle();
    const [event] = server.log();
    expect(`${event?.body}${event?.person}`).not.toContain("BÍ ẨN");
    expect(JSON.parse(event?.body ?? "").items.people["1"].evidence).toEqual({
      family: "opaque",
      status: "unknown",
      code: "unrecognised",
    });
  });

  test("a refusal is passed only with a reason for it", async () => {
    await enrolAndOpen();
    const draft = draftOf(person("A", "yellow"));
    const decision = core.decide(draft);
    expect(decision).toMatchObject({ verdict: { outcome: "turn_back" }, reasons: [{ vi: "Thẻ vàng" }] });
    expect(await codeOf(core.save(draft))).toBe("draft.override");
    await core.save({ ...draft, override: "emergency" });
    await core.save({ ...draft, action: "turned_back" });
    await settle();
    expect(JSON.parse(server.log()[0]?.body ?? "").set.override).toEqual({ reason: "emergency", by: OFFICER });
  });

  test.each([
    ["headcount", { headcount: 0 }],
    ["headcount", { headcount: 501 }],
    ["goods", { goods: [{ group: "food", quantity: -1, unit: "kg", perishable: false }] }],
    ["plate", { plate: { read: "", normal: "", candidates: [] } }],
  ] as const)("a draft with a wrong %s writes nothing", async (field, change) => {
    await enrolAndOpen();
    expect(await codeOf(core.save({ ...draftOf(person("A")), ...change }))).toBe(`draft.${field}`);
    expect(core.state().unsent).toBe(0);
  });

  test("a full bus fits into one crossing; what does not fit is refused, not cut", async () => {
    await enrolAndOpen();
    const riders = Array.from({ length: 100 }, (_, at) => person(`Nguyễn Thị Thử Nghiệm ${at}`));
    await core.save(draftOf(...riders.slice(0, 45)));
    expect(await codeOf(core.save(draftOf(...riders)))).toBe("draft.too_large");
    await settle();
    expect(Object.keys(JSON.parse(server.log()[0]?.body ?? "").items.people)).toHaveLength(45);
    expect(core.state().unsent).toBe(0);
  });

  test("undo voids the crossing with an event of its own", async () => {
    await enrolAndOpen();
    const saved = await core.save(draftOf(person("A")));
    await core.undo(saved);
    expect(await core.recent(5)).toMatchObject([{ record: saved.record, voided: true }]);
    await settle();
    expect(heldOnce()).toEqual([1, 2]);
  });
});

describe("sync", () => {
  test("a lost answer means saying it again: nothing lost, nothing doubled", async () => {
    await enrolAndOpen();
    server.mischief = (path) => (path === "/sync" ? "drop_answer" : null);
    await saveMany(3);
    await settle();
    expect(core.state()).toMatchObject({ unsent: 3, sync: { status: "offline" } });
    expect(heldOnce()).toEqual([1, 2, 3]);
    server.mischief = () => null;
    await settle();
    expect(heldOnce()).toEqual([1, 2, 3]);
    expect(core.state().unsent).toBe(0);
  });

  test("500, then 401, then nothing at all, then all is well", async () => {
    await enrolAndOpen();
    server.mischief = (path) => (path === "/sync" ? 500 : null);
    await saveMany(2);
    await settle();
    expect(core.state()).toMatchObject({ unsent: 2, sync: { status: "error", code: "made.500" } });
    server.mischief = (path) => (path === "/sync" ? 401 : null);
    await settle();
    expect(core.state()).toMatchObject({ unsent: 2, sync: { status: "error", code: "made.401" } });
    server.mischief = () => "drop_request";
    await settle();
    expect(core.state()).toMatchObject({ unsent: 2, sync: { status: "offline" } });
    server.mischief = () => null;
    await settle();
    expect(core.state()).toMatchObject({ unsent: 0, sync: { status: "idle" } });
    expect(heldOnce()).toEqual([1, 2]);
  });

  test("an expired token costs one new one and no event", async () => {
    await enrolAndOpen();
    server.forgetTokens();
    await saveMany(1);
    await settle();
    expect(core.state()).toMatchObject({ unsent: 0, sync: { status: "idle" } });
  });

  test("413 halves the batch until it fits", async () => {
    await enrolAndOpen();
    server.mischief = () => "drop_request";
    await saveMany(9);
    server.mischief = () => null;
    server.batchLimit = 2;
    await settle();
    expect(heldOnce()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(Math.max(...server.batches.map(({ events }) => events.length))).toBeLessThanOrEqual(2);
    expect(core.state().unsent).toBe(0);
    expect(BATCH_EVENTS).toBeGreaterThan(9);
  });

  test("failures in a row wait longer each time, with jitter, and never less than Retry-After", async () => {
    await enrolAndOpen();
    server.mischief = () => "drop_request";
    for (let round = 0; round < 12; round += 1) await core.syncNow();
    const waits = environment.delays.filter((ms) => ms !== 30_000).slice(-12);
    waits.forEach((ms, at) => {
      const full = Math.min(300_000, 2000 * 2 ** at);
      expect(ms).toBeGreaterThanOrEqual(full / 2);
      expect(ms).toBeLessThanOrEqual(full);
    });
  });

  test("locked: it drains sealed, in a form only the server opens, and pulls nothing", async () => {
    await enrolAndOpen();
    server.mischief = () => "drop_request";
    await saveMany(2);
    await settle();
    core.lock();
    server.mischief = () => null;
    await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms), null);
    await settle();
    expect(core.state()).toMatchObject({ phase: "locked", unsent: 0 });
    const [event] = server.log();
    expect(event?.person).toBeNull();
    const opened = await server.open(event?.sealed ?? "", event?.commitment ?? new Uint8Array());
    expect(await commitment(opened)).toEqual(event?.commitment);
    expect(opened).toContain("Người 0");
    await core.reopen(PIN);
    await settle();
    expect((await core.recent(9)).map(({ state }) => state).sort()).toEqual(["pulled", "sent", "sent"]);
  });

  test("a rejected and a held event are shown and block nothing", async () => {
    await enrolAndOpen();
    server.state = "rejected";
    await saveMany(1);
    await settle();
    server.state = "held";
    await saveMany(1);
    await settle();
    server.state = "accepted";
    await saveMany(1);
    await settle();
    expect(core.state()).toMatchObject({ unsent: 0, rejected: 1, held: 1 });
    expect((await core.recent(9)).map(({ state }) => state)).toEqual(["sent", "held", "rejected"]);
  });

  test("P1 a receipt that another key signed counts for nothing", async () => {
    await enrolAndOpen();
    const honest = environment.fetch;
    environment.fetch = async (url, init) => {
      const response = await honest(url, init);
      if (!url.endsWith("/sync")) return response;
      const answer = (await response.json()) as { receipt: { through: number } };
      answer.receipt.through += 1;
      return Response.json(answer);
    };
    await saveMany(1);
    await settle();
    expect(core.state()).toMatchObject({ unsent: 1, alerts: ["receipt.signature"], sync: { status: "error" } });
    environment.fetch = honest;
    await settle();
    expect(core.state()).toMatchObject({ unsent: 0, alerts: [] });
  });

  test("P3 a receipt whose head is not our own hash is shown, not believed", async () => {
    await enrolAndOpen();
    await saveMany(1);
    await settle();
    const db = await openDB(environment.database);
    const row = await db.get("own", 1);
    await db.put("own", { ...row, hash: new Uint8Array(32) });
    db.close();
    await settle();
    expect(core.state()).toMatchObject({ alerts: ["receipt.head"], sync: { code: "receipt.head" } });
  });

  test("F4 pages are stored with their cursor: a lost page is asked for again, none is stored twice", async () => {
    await enrolAndOpen();
    for (let at = 0; at < 12; at += 1) {
      const time = server.clock_ms + at * 1000;
      await server.addOther(otherBody(uuid7(time, new Uint8Array(10).fill(at)), time), namedPerson(`Người ${at}`));
    }
    let calls = 0;
    server.mischief = (path) => (path === "/sync" && (calls += 1) === 2 ? "drop_answer" : null);
    await settle();
    await settle();
    const recent = await core.recent(50);
    expect(recent.length).toBe(12);
    expect(recent[0]).toMatchObject({ name: "Người 11", own: false, state: "pulled", lane: "2" });
  });

  test("F5 a server restored from a backup is offered again what it lost", async () => {
    await enrolAndOpen();
    await saveMany(4);
    await settle();
    await server.addOther(otherBody(uuid7(server.clock_ms, new Uint8Array(10)), server.clock_ms), null);
    await settle();
    expect((await core.recent(9)).length).toBe(5);
    server.restore(2);
    await settle();
    expect(heldOnce()).toEqual([1, 2, 3, 4]);
    expect(core.state()).toMatchObject({ unsent: 0, sync: { status: "idle" } });
    expect((await core.recent(9)).map(({ state }) => state)).toEqual(["sent", "sent", "sent", "sent"]);
  });

  test("a long outbox goes out compressed", async () => {
    await enrolAndOpen();
    server.mischief = () => "drop_request";
    await saveMany(20);
    server.mischief = () => null;
    let encoding: string | null = null;
    const honest = environment.fetch;
    environment.fetch = (url, init) => {
      if (url.endsWith("/sync")) encoding ??= new Headers(init.headers).get("Content-Encoding");
      return honest(url, init);
    };
    await settle();
    expect(encoding).toBe("gzip");
    expect(heldOnce().length).toBe(20);
  });
});

describe("packs", () => {
  test("a newer one is in force without a restart, an older one never", async () => {
    await enrolAndOpen();
    await server.publish("rules", 3, { ...rulesContent(), otherwise: refer() });
    await settle();
    expect(core.decide(draftOf(person("A"))).verdict).toMatchObject({ outcome: "refer", packs: { rules: 3 } });
    await server.publish("rules", 2, rulesContent());
    await settle();
    expect(core.state().packs["rules"]?.version).toBe(3);
    expect(core.state().alerts).toEqual(["pack.rollback"]);
  });

  test("an old one under a new number is refused: the number inside counts", async () => {
    await server.publish("rules", 4, rulesContent());
    const old = server.packs.get("rules")?.jws ?? "";
    await server.publish("rules", 5, { ...rulesContent(), otherwise: refer() });
    await enrolAndOpen();
    server.packs.set("rules", { version: 6, jws: old });
    await settle();
    expect(core.state()).toMatchObject({ alerts: ["pack.rollback"], packs: { rules: { version: 5 } } });
    expect(core.decide(draftOf(person("A"))).verdict.outcome).toBe("refer");
  });

  test("one that another key signed, or is made for another checkpoint, leaves the last good in force", async () => {
    await enrolAndOpen();
    await server.publish("rules", 2, { ...rulesContent(), otherwise: refer() }, "all", await server.strangersKey());
    await settle();
    expect(core.state()).toMatchObject({ alerts: ["pack.signature"], packs: { rules: { version: 1 } } });
    await server.publish("rules", 2, rulesContent(), "checkpoint:nt-ca-na");
    await settle();
    expect(core.state().alerts).toEqual(["pack.scope"]);
    expect(core.decide(draftOf(person("A"))).verdict.outcome).toBe("pass");
  });

  test("rules that do not parse mean kiểm tra thêm", async () => {
    await enrolAndOpen();
    await server.publish("rules", 2, { rules: "none" });
    await settle();
    expect(core.decide(draftOf(person("A"))).verdict).toMatchObject({ outcome: "refer", reasons: ["rules_missing"] });
    expect(core.state().alerts).toEqual(["pack.content"]);
  });

  test("rules past their stop mean kiểm tra thêm, and one contact makes them good again", async () => {
    await enrolAndOpen();
    const hours = (count: number) => {
      environment.clock_ms += count * 3_600_000;
      server.clock_ms += count * 3_600_000;
    };
    server.mischief = () => "drop_request";
    hours(167);
    expect(core.decide(draftOf(person("A"))).verdict.outcome).toBe("pass");
    hours(2);
    expect(core.decide(draftOf(person("A"))).verdict).toMatchObject({ outcome: "refer", reasons: ["rules_stale"] });
    await settle();
    expect(core.state().packs["rules"]?.age_state).toBe("red");
    server.mischief = () => null;
    await settle();
    expect(core.state().packs["rules"]?.age_state).toBe("fresh");
    expect(core.decide(draftOf(person("A"))).verdict.outcome).toBe("pass");
  });

  test("without any pack the verdict is kiểm tra thêm and no shift opens", async () => {
    server.mischief = (path) => (path === "/devices/enrol" ? null : "drop_request");
    await core.enrol(CODE);
    expect(core.decide(draftOf(person("A"))).verdict).toMatchObject({ outcome: "refer", reasons: ["rules_missing"] });
    expect(await codeOf(core.openShift(await server.badge(OFFICER), PIN))).toBe("pack.missing");
  });
});

test("a subscriber sees each change as a new object", async () => {
  const seen = new Set<unknown>();
  const stop = core.subscribe(() => seen.add(core.state()));
  await core.enrol(CODE);
  const before = seen.size;
  expect(before).toBeGreaterThan(3);
  stop();
  core.setUpdateReady(true);
  expect(seen.size).toBe(before);
  expect(core.state().update_ready).toBe(true);
});

function refer(): object {
  return { outcome: "refer", reason: { code: "ask", vi: "Hỏi", en: "Ask" } };
}

function namedPerson(name: string): string {
  return JSON.stringify({ salt: "AAAAAAAAAAAAAAAAAAAAAA", set: {}, items: { people: { 1: { name } } } });
}

/** Everything in a stored value as text, bytes read as UTF-8. */
function dump(value: unknown): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(dump).join("\n");
  if (typeof value === "object" && value !== null) return Object.values(value).map(dump).join("\n");
  return String(value);
}
