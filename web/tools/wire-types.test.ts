import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
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
