import { beforeEach, expect, test, vi } from "vitest";
import { QUIET_MS, readPort, SerialLines, type SerialPort } from "./serial.ts";

let texts: string[];

beforeEach(() => {
  texts = [];
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("each line is a code, in whatever pieces it comes", () => {
  const lines = new SerialLines((text) => texts.push(text));
  for (const part of ["HC1:6BF", "OXN  TSMAH", "\r\nhttps://a.vn/\n\n0011", "90012345|Nguy", "\r"]) lines.feed(bytes(part));
  expect(texts).toEqual(["HC1:6BFOXN  TSMAH", "https://a.vn/", "001190012345|Nguy"]);
});

test("a letter may be cut between two pieces", () => {
  const lines = new SerialLines((text) => texts.push(text));
  const name = bytes("Nguyễn\n");
  for (const byte of name) lines.feed(Uint8Array.of(byte));
  expect(texts).toEqual(["Nguyễn"]);
});

test("a scanner without a suffix ends by falling quiet; what goes on is one code", () => {
  vi.useFakeTimers();
  const lines = new SerialLines((text) => texts.push(text));
  lines.feed(bytes("CHOT1:"));
  vi.advanceTimersByTime(QUIET_MS - 1);
  lines.feed(bytes("abc"));
  expect(texts).toEqual([]);
  vi.advanceTimersByTime(QUIET_MS);
  expect(texts).toEqual(["CHOT1:abc"]);
  vi.useRealTimers();
});

test("endless bytes without an end take a bounded room", () => {
  const lines = new SerialLines((text) => texts.push(text));
  for (let n = 0; n < 100; n += 1) lines.feed(bytes("x".repeat(1000)));
  lines.feed(bytes("\n"));
  expect(texts[0]?.length).toBe(4 * 4296 + 1);
});

/** A port whose streams are these, one after another. */
function portOf(streams: ReadableStream<Uint8Array>[]): SerialPort & { closed: number } {
  return {
    closed: 0,
    get readable() {
      return streams.find((stream) => !ended.has(stream)) ?? null;
    },
    open: () => Promise.resolve(),
    close() {
      this.closed += 1;
      return Promise.resolve();
    },
  };
}
const ended = new WeakSet<ReadableStream>();

function streamOf(parts: (string | Error)[]): ReadableStream<Uint8Array> {
  const stream: ReadableStream<Uint8Array> = new ReadableStream({
    pull(controller) {
      const part = parts.shift();
      if (typeof part === "string") return controller.enqueue(bytes(part));
      ended.add(stream);
      if (part === undefined) controller.close();
      else controller.error(part);
    },
  });
  return stream;
}

test("an overrun loses one code and not the scanner; unplugged is told, and the port closed", async () => {
  const port = portOf([streamOf(["one\n", "tw", new Error("BufferOverrunError")]), streamOf(["three\n"])]);
  expect(await readPort(port, (text) => texts.push(text), new AbortController().signal)).toBe(true);
  expect(texts).toEqual(["one", "three"]);
  expect(port.closed).toBe(1);
});

test("leaving the screen closes the port and is no loss", async () => {
  const never = new ReadableStream<Uint8Array>();
  const port = portOf([never]);
  const end = new AbortController();
  const reading = readPort(port, (text) => texts.push(text), end.signal);
  await Promise.resolve();
  end.abort();
  expect(await reading).toBe(false);
  expect(port.closed).toBe(1);
});
