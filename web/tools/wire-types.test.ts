import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Call, SyncAnswer, SyncRequest, Unread } from "../shared/wire/api.ts";
import { descriptionInDocs, type Schema, typeOf, wireTypes } from "./wire-types.ts";

test("the types of the wire are those of the description", () => {
  const written = readFileSync(join(import.meta.dirname, "../shared/wire/api.ts"), "utf8");
  expect(written, "run: make api").toBe(wireTypes(descriptionInDocs()));
});

test.each<[Schema, string]>([
  [{ $ref: "#/components/schemas/Jwk" }, "Jwk"],
  [{ allOf: [{ $ref: "#/components/schemas/SentBatch" }], nullable: true }, "SentBatch | null"],
  [{ type: "string", enum: ["relay", "home"] }, '"relay" | "home"'],
  [{ type: "array", items: { type: "string", nullable: true } }, "readonly (string | null)[]"],
  [{ type: "object", additionalProperties: { type: "integer" } }, "Readonly<Record<string, number>>"],
  [{ type: "object" }, "Readonly<Record<string, unknown>>"],
  [{}, "unknown"],
])("%j", (schema, type) => {
  expect(typeOf(schema)).toBe(type);
});

test("a kind that nobody has written a type for is refused, not guessed", () => {
  expect(() => typeOf({ type: "file" })).toThrow("no type");
});

test("what the description does not have is no program: tsc refuses these lines", () => {
  const request: SyncRequest = { protocol: 1, device_time: 0 };
  // @ts-expect-error no such field
  const field: SyncRequest = { protocol: 1, device_time: 0, unsended: 1 };
  // @ts-expect-error another kind
  const kind: SyncRequest = { protocol: "1", device_time: 0 };
  // @ts-expect-error a field is missing
  const missing: SyncRequest = { protocol: 1 };
  // @ts-expect-error no such path
  const path: Call = { method: "POST", path: "/synch", body: request };
  // @ts-expect-error another method
  const method: Call = { method: "GET", path: "/sync", body: request };
  // @ts-expect-error the body of another operation
  const body: Call = { method: "POST", path: "/auth/login", body: { assertion: "" } };
  const answer: Unread<SyncAnswer> = {};
  // @ts-expect-error an answer has no such name
  expect(answer.cursors).toBeUndefined();
  expect([field, kind, missing, path, method, body]).toHaveLength(6);
});
