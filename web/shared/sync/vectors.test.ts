/** The same vectors that tests/sync/test_vectors.py holds Python to. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { chainOf, makeBatch, type ClearEvent, signEs256, signingText, verifyEs256 } from "./batch.ts";
import { commitment, eventHash, genesis } from "./chain.ts";
import { crossingMs, orderStamp, stampFromText, stampToText, tick } from "./clock.ts";
import { complaintCode } from "./complaint.ts";
import { minus, noEvents, plus } from "./digest.ts";
import { type Bytes, fromBase64url, isUuid7, sameBytes, textBytes, toBase64url, toHex, uuid7 } from "./encoding.ts";
import { type Envelope, envelopeText, readReceipt, receiptText, smallerEnvelope } from "./envelope.ts";
import { SyncError } from "./errors.ts";
import { type Body, bodyToText, isItemId, parseBody, parseText } from "./events.ts";
import { apply, differing, merge, openConflicts, pathPolicy, type RecordState, shown } from "./registers.ts";
import { checkLinks, readRun } from "./runs.ts";
import { importAgreementKey, seal, wrapContentKey } from "./seal.ts";

// Test data: a wrong shape fails the test that reads it.
type Data = any;

function load(name: string): Data {
  return JSON.parse(readFileSync(new URL(`../../../tests/vectors/sync/${name}.json`, import.meta.url), "utf8"));
}

function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function answer(call: () => unknown): Data {
  try {
    return { value: call() };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    return { error: error.code, rule: error.rule };
  }
}

function expected({ value, error, rule }: Data): Data {
  return error === undefined ? { value } : { error, rule };
}

function signingKey(jwk: JsonWebKey, usage: "sign" | "verify"): Promise<CryptoKey> {
  const { d, ...publicPart } = jwk;
  const key = usage === "sign" ? { ...publicPart, d } : publicPart;
  return crypto.subtle.importKey("jwk", key, { name: "ECDSA", namedCurve: "P-256" }, false, [usage]);
}

function outgoing(events: Data[]): ClearEvent[] {
  return events.map((one) => ({ ...one, commitment: fromHex(one.commitment) }));
}

test.each(load("complaint") as Data[])("E9 the code of $record", ({ record, code }) => {
  expect(complaintCode(record)).toBe(code);
});

describe("clock", () => {
  const vectors = load("clock");

  test.each(vectors.tick as Data[])("C2 ticks from $last at $wall_ms", ({ last, wall_ms, stamp }) => {
    expect(stampToText(tick(BigInt(`0x${last}`), wall_ms))).toBe(stamp);
  });

  test.each(vectors.from_text as Data[])("C1 reads $text", (one) => {
    expect(answer(() => stampFromText(one.text).toString())).toEqual(expected(one));
  });

  test.each(vectors.order as Data[])("C4 caps $stamp", ({ stamp, received_ms, order }) => {
    expect(stampToText(orderStamp(stampFromText(stamp), received_ms))).toBe(order);
  });

  test.each(vectors.crossing_ms as Data[])("C5 corrects by $offset_ms", ({ device_ms, offset_ms, ms }) => {
    expect(crossingMs(device_ms, offset_ms)).toBe(ms);
  });
});

describe("encoding", () => {
  const vectors = load("encoding");

  test.each(vectors.base64url as Data[])("E3 writes and reads $text", ({ hex, text }) => {
    expect(toBase64url(fromHex(hex))).toBe(text);
    expect(toHex(fromBase64url(text))).toBe(hex);
  });

  test.each(vectors.refused as Data[])("E3 refuses $text", (one) => {
    expect(answer(() => toHex(fromBase64url(one.text)))).toEqual(expected(one));
  });

  test.each(vectors.uuid7 as Data[])("E2 makes $text", ({ unix_ms, random_hex, text }) => {
    expect(uuid7(unix_ms, fromHex(random_hex))).toBe(text);
  });

  test.each(vectors.is_uuid7 as Data[])("E2 knows $text", (one) => {
    expect(isUuid7(one.text)).toBe(one.is);
  });

  test("E1 a lone surrogate has no bytes", () => {
    for (const text of ["\ud800", "\udc00", "a\udc00b", "😀\udc00", "\ud83d\ud83d\ude00"]) {
      expect(() => textBytes(text)).toThrow(new SyncError("event.text", "E1"));
    }
    expect(toHex(textBytes("😀𠀀"))).toBe("f09f9880f0a08080");
  });
});

describe("chain", () => {
  const vectors = load("chain");

  test("H1 begins at the device", async () => {
    expect(toHex(await genesis(vectors.device))).toBe(vectors.genesis);
  });

  test.each(vectors.events as Data[])("H3 hashes $body", async ({ previous, body, person, ...one }) => {
    const held = await commitment(person);
    expect(toHex(held)).toBe(one.commitment);
    expect(toHex(await eventHash(fromHex(previous), body, held))).toBe(one.hash);
  });
});

describe("batch", () => {
  const vectors = load("batch");

  test.each(vectors.runs as Data[])("B3 B4 signs and writes the run $name", async ({ events, wire, head, signing_text }) => {
    const texts = outgoing(events);
    const previous = fromBase64url(wire.previous);
    const last = wire.first + events.length - 1;
    expect(toHex((await chainOf(previous, texts)).pop() ?? new Uint8Array())).toBe(head);
    const text = signingText(wire.device, wire.first, last, previous, fromHex(head));
    expect(new TextDecoder().decode(text)).toBe(signing_text);

    const [signs, verifies] = [await signingKey(vectors.jwk, "sign"), await signingKey(vectors.jwk, "verify")];
    expect(await verifyEs256(verifies, fromBase64url(wire.signature), text)).toBe(true);
    const made = await makeBatch(wire.device, wire.first, previous, texts, (bytes) => signEs256(signs, bytes));
    expect(await verifyEs256(verifies, fromBase64url(made.signature), text)).toBe(true);
    expect({ ...made, signature: "" }).toEqual({ ...wire, signature: "" });
  });
});

describe("envelope", () => {
  const vectors = load("envelope");
  const envelopes: Envelope[] = vectors.envelopes.map((one: Data) => ({ ...one, head: fromBase64url(one.head, 32) }));

  test("A3 every line of it is signed", async () => {
    const key = await signingKey(vectors.jwk, "verify");
    for (const [index, one] of envelopes.entries()) {
      const { signing_text, signature } = vectors.envelopes[index];
      expect(new TextDecoder().decode(envelopeText(one))).toBe(signing_text);
      const holds = (changed: Envelope) => verifyEs256(key, fromBase64url(signature, 64), envelopeText(changed));
      expect(await holds(one)).toBe(true);
      for (const change of [{ received: one.received + 1 }, { ranks: "2" }, { last: 44 }, { server: "x" }]) {
        expect(await holds({ ...one, ...change })).toBe(false);
      }
    }
  });

  test("A3 the smaller one wins in any order, and orders the events", () => {
    const winner = envelopes[vectors.smallest] as Envelope;
    expect(envelopes.reduce(smallerEnvelope)).toBe(winner);
    expect([...envelopes].reverse().reduce(smallerEnvelope)).toBe(winner);
    for (const { stamp, order } of vectors.orders) {
      expect(stampToText(orderStamp(stampFromText(stamp), winner.received))).toBe(order);
    }
  });
});

describe("receipt", () => {
  const vectors = load("receipt");

  test("P1 is believed with the server's signature, and with no other", async () => {
    const key = await signingKey(vectors.jwk, "verify");
    const receipt = await readReceipt(vectors.receipt, key);
    expect(new TextDecoder().decode(receiptText(receipt))).toBe(vectors.signing_text);
    for (const change of [{ through: 42 }, { safe_through: 8 }, { server_time: 1 }, { level: "relay" }]) {
      await expect(readReceipt({ ...vectors.receipt, ...change }, key)).rejects.toThrow("receipt.signature");
    }
    for (const wrong of [null, 5, {}, { ...vectors.receipt, through: -1 }, { ...vectors.receipt, level: "x" }]) {
      await expect(readReceipt(wrong, key)).rejects.toThrow("receipt.shape");
    }
  });
});

describe("seal", () => {
  const vectors = load("seal");

  test("S2 wraps the content key for the server", async () => {
    const { d, ...point } = vectors.ephemeral_jwk;
    const ephemeral = {
      publicKey: await importAgreementKey(point),
      privateKey: await crypto.subtle.importKey(
        "jwk",
        { ...point, d },
        { name: "ECDH", namedCurve: "P-256" },
        false,
        ["deriveBits"],
      ),
    };
    const server = await importAgreementKey(vectors.server_jwk);
    expect(await wrapContentKey(fromHex(vectors.content_key), server, ephemeral)).toBe(vectors.wrapped);
  });

  test.each(vectors.cases as Data[])("S1 seals $person", async (one) => {
    const key = await crypto.subtle.importKey("raw", fromHex(vectors.content_key), "AES-GCM", false, ["encrypt"]);
    const held = await commitment(one.person);
    expect(toHex(held)).toBe(one.commitment);
    expect(await seal(one.person, key, vectors.wrapped, fromHex(one.nonce), held)).toBe(one.sealed);
  });
});

describe("events", () => {
  const vectors = load("events");

  test.each(vectors.texts as Data[])("E1 reads the text $text", (one) => {
    expect(answer(() => parseText(one.text))).toEqual(expected(one));
  });

  test("E1 half a pair that stands in the text itself is refused", () => {
    for (const text of ['{"a":"\ud800"}', '{"\udc00":1}', '{"a":"\ud83d\\ude00"}']) {
      expect(() => parseText(text)).toThrow(new SyncError("event.text", "E1"));
    }
  });

  test.each(vectors.bodies as Data[])("E4 reads the body $text", (one) => {
    const read = () => {
      const { stamp, kind } = parseBody(one.text);
      return { stamp: stamp.toString(), kind };
    };
    expect(answer(read)).toEqual(expected(one));
  });

  test.each(vectors.item_ids as Data[])("E5 knows the item name $text", (one) => {
    expect(isItemId(one.text)).toBe(one.is);
  });

  test("E4 what is written is read again", () => {
    const body: Body = parseBody(vectors.bodies[0].text);
    expect(parseBody(bodyToText(body))).toEqual(body);
  });
});

describe("pull", () => {
  const vectors = load("pull_runs");

  test.each(vectors.runs as Data[])("F6 reads the run $name", async ({ run, events }) => {
    const read = await readRun(run);
    const shown = read.map(({ n, author, seq, previous, hash, commitment: held, person, authority }) => {
      return { n, author, seq, previous: toHex(previous), hash: toHex(hash), commitment: toHex(held), person, authority };
    });
    expect(shown).toEqual(events);
    checkLinks(read, []);
  });

  test.each(vectors.refused as Data[])("F6 refuses the run $name", async ({ run, error }) => {
    await expect(readRun(run)).rejects.toThrow(error);
  });

  test("F6 H3 an event that does not follow from its neighbour is refused", async () => {
    const read = await readRun(vectors.runs[0].run);
    const [first, second] = read;
    if (first === undefined || second === undefined) throw new Error("no events");
    const other = { ...second, hash: first.hash };
    for (const [events, held] of [[[first, other], [second]], [[{ ...second, previous: second.hash }], [first]], [[other], [second]]]) {
      expect(() => checkLinks(events as typeof read, held as typeof read)).toThrow("answer.chain");
    }
    expect(() => checkLinks([{ ...second, author: "d-b1" }], [first])).not.toThrow();
  });

  test.each(load("pull_digest") as Data[])("F9 the digest is the sum of what came without what left", ({ came, left, digest }) => {
    expect(toHex(minus(plus(noEvents(), came.map(fromHex)), left.map(fromHex)))).toBe(digest);
  });
});

describe("registers", () => {
  const vectors = load("registers");

  test.each(vectors.records as Data[])("R1 R4 R6 R7 R9 show the record as Python does", (one) => {
    for (const events of [one.events, [...one.events].reverse(), [...one.events, ...one.events]]) {
      const state = stateOf(events);
      const shownNow: Data = {};
      const differingNow: Data = {};
      for (const [path, register] of state) {
        shownNow[path] = shown(register, pathPolicy(vectors.policies, path));
        differingNow[path] = differing(register).map((write) => write.ref);
      }
      expect(shownNow).toEqual(one.shown);
      expect(differingNow).toEqual(one.differing);
      expect(openConflicts(state, vectors.policies)).toEqual(one.open_conflicts);
    }
  });

  test.each(vectors.pairs as Data[])("R6 $values are one value or two, as in Python", ({ values, conflict }) => {
    const writes = (values as Data[]).map((value, at) => ({ ref: `${"ab"[at]}:1`, order: BigInt(at), value, authority: 0 }));
    const register = { writes: new Map(writes.map((one) => [one.ref, one])), superseded: new Set<string>() };
    expect(differing(register).length > 0).toBe(conflict);
  });

  test.each(vectors.records as Data[])("R5 merging two halves either way gives the whole", ({ events }) => {
    const [left, right] = [0, 1].map((half) => stateOf((events as Data[]).filter((_, at) => at % 2 === half)));
    expect(merge(left as RecordState, right as RecordState)).toEqual(stateOf(events));
    expect(merge(right as RecordState, left as RecordState)).toEqual(stateOf(events));
  });

  function stateOf(events: Data[]): RecordState {
    const state: RecordState = new Map();
    for (const { device, seq, received_ms, authority, body } of events) {
      const parsed = parseBody(JSON.stringify(body));
      apply(state, device, seq, orderStamp(parsed.stamp, received_ms), parsed, authority);
    }
    return state;
  }
});

test("equal bytes are equal", () => {
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
  expect(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  expect(sameBytes(Uint8Array.of(1), Uint8Array.of(1, 3))).toBe(false);
});
