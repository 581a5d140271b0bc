/**
 * The types of the wire, from the API's own description, so that the tablet cannot drift from the server:
 *
 *   npm --prefix web run --silent wire        writes shared/wire/api.ts from ../docs/openapi.json
 *
 * Ours, because openapi-typescript needs the compiler API of TypeScript 5. What it does not know it refuses.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DESCRIPTION = join(import.meta.dirname, "../../docs/openapi.json");
const WRITTEN = join(import.meta.dirname, "../shared/wire/api.ts");
const PREFIX = "/api/v1";
const METHODS = ["get", "post", "put", "patch", "delete"] as const;
const HEAD = `/** Made from docs/openapi.json by tools/wire-types.ts: \`make api\`. Not written by hand. */\n`;

export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string;
  nullable?: boolean;
  enum?: (string | number | null)[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  description?: string;
  deprecated?: boolean;
}

interface Content {
  content?: Record<string, { schema: Schema }>;
}

interface Operation {
  operationId: string;
  requestBody?: Content;
  responses: Record<string, Content>;
}

export interface Description {
  paths: Record<string, Partial<Record<(typeof METHODS)[number], Operation>>>;
  components: { schemas: Record<string, Schema> };
}

/** The TypeScript type of a schema; an Error for what this generator does not know. */
export function typeOf(schema: Schema): string {
  const plain = plainTypeOf(schema);
  return schema.nullable === true && plain !== "unknown" ? `${plain} | null` : plain;
}

function plainTypeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  if (schema.allOf !== undefined) return schema.allOf.map(typeOf).join(" & ");
  if (schema.enum !== undefined) return schema.enum.filter((one) => one !== null).map((one) => JSON.stringify(one)).join(" | ");
  switch (schema.type) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array": {
      const item = typeOf(schema.items ?? {});
      return item.includes(" ") ? `readonly (${item})[]` : `readonly ${item}[]`;
    }
    case "object":
      if (typeof schema.additionalProperties === "object") return `Readonly<Record<string, ${typeOf(schema.additionalProperties)}>>`;
      return "Readonly<Record<string, unknown>>";
    case undefined:
      return "unknown";
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

function interfaceOf(name: string, schema: Schema): string {
  const required = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {}).map(([field, value]) => {
    const said = value.description === undefined ? "" : `  /** ${value.description} */\n`;
    return `${said}  ${field}${required.has(field) ? "" : "?"}: ${typeOf(value)};\n`;
  });
  const said = schema.description === undefined ? "" : `/** ${schema.description} */\n`;
  return `${said}export interface ${name} {\n${fields.join("")}}\n`;
}

function shapeIn(content: Content | undefined): string {
  const schema = content?.content?.["application/json"]?.schema;
  return schema === undefined ? "undefined" : typeOf(schema);
}

function callsOf(description: Description): string[] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method];
      if (operation === undefined) return [];
      const good = Object.entries(operation.responses).find(([status]) => status.startsWith("2"))?.[1];
      const short = path.slice(PREFIX.length).replace(/\{[^}]+\}/g, "${string}");
      const body = operation.requestBody === undefined ? "body?: undefined" : `body: ${shapeIn(operation.requestBody)}`;
      const to = short.includes("${") ? `\`${short}\`` : JSON.stringify(short);
      return [`  ${operation.operationId}: { method: "${method.toUpperCase()}"; path: ${to}; ${body}; answer: ${shapeIn(good)} };\n`];
    }),
  );
}

/** The whole file. */
export function wireTypes(description: Description): string {
  const shapes = Object.entries(description.components.schemas).map(([name, schema]) => interfaceOf(name, schema));
  const operations = `/** Every operation by its operationId. */\nexport interface Operations {\n${callsOf(description).join("")}}\n`;
  const rest = [
    "/** What may be called: each path with its method and its body. */",
    'export type Call = { [Name in keyof Operations]: Omit<Operations[Name], "answer"> }[keyof Operations];',
    "",
    "/** What came as one of these shapes, with nothing of it believed yet: only the names are known. */",
    "export type Unread<Shape> = { readonly [Name in keyof Shape]?: unknown };\n",
  ].join("\n");
  return [HEAD, ...shapes, operations, rest].join("\n");
}

export function descriptionInDocs(): Description {
  return JSON.parse(readFileSync(DESCRIPTION, "utf8")) as Description;
}

if (process.argv[1] === import.meta.filename) writeFileSync(WRITTEN, wireTypes(descriptionInDocs()));
