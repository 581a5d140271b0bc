import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { en } from "../texts/en.ts";
import { vi } from "../texts/vi.ts";
import { errorWords } from "./error_words.ts";

const TABLET = join(import.meta.dirname, "..");
const ROOMS = ["core", "parts", "screens"] as const;
const PROBLEMS = join(TABLET, "../../docs/errors.md");
/** Made for a caller inside the core; a screen never gets them. */
const INSIDE: ReadonlySet<string> = new Set(["enrolment.missing"]);
/** What an answer without a problem of ours is called (core/http.ts). */
const NO_PROBLEM = ["http.302", "http.404", "http.502"];

function sources(): string[] {
  const found = ROOMS.flatMap((room) => readdirSync(join(TABLET, room), { recursive: true, encoding: "utf8" }).map((name) => join(TABLET, room, name)));
  return found.filter((name) => /\.tsx?$/.test(name) && !name.includes("test")).map((name) => readFileSync(name, "utf8"));
}

/** Every literal "family.code" of a family that an error is thrown or an alert is raised with. */
function codesOfTheTablet(): Set<string> {
  const texts = sources();
  const thrown = texts.flatMap((text) => [...text.matchAll(/(?:CoreError|CallError|alert|keepAlert|push)\([^)]*?"([a-z]+)\.[a-z_]+"/g)]);
  const families = new Set(["camera", "sync", "picture", ...thrown.map(([, family]) => family ?? "")]);
  const literals = texts.flatMap((text) => [...text.matchAll(/["`]([a-z]+)\.([a-z_]+)["`]/g)]);
  return new Set(literals.filter(([, family]) => families.has(family ?? "")).map(([, family, code]) => `${family}.${code}`));
}

/** The problem codes of the server, from the page that `schemas.problems` writes. */
function codesOfTheServer(): string[] {
  return [...readFileSync(PROBLEMS, "utf8").matchAll(/^\| `([a-z_.]+)` \|/gm)].map(([, code]) => code ?? "");
}

test.each([["vi", vi], ["en", en]] as const)("every code of tablet and server has words that say what to do, in %s", (_language, texts) => {
  const tablet = codesOfTheTablet();
  const server = codesOfTheServer();
  expect(tablet.size).toBeGreaterThan(40);
  expect(server.length).toBeGreaterThan(45);
  const wordless = [...tablet, ...server, ...NO_PROBLEM].filter((code) => errorWords(texts, code) === null && !INSIDE.has(code));
  expect(wordless).toEqual([]);
});

test("both languages have words for the same codes", () => {
  expect(Object.keys(en.errors).sort()).toEqual(Object.keys(vi.errors).sort());
});

test("words of a family name the code, so that it can be reported", () => {
  expect(errorWords(vi, "batch.shape")).toBe(`${vi.errors["batch.*"]} (batch.shape)`);
  expect(errorWords(vi, "badge.pin")).toBe(vi.errors["badge.pin"]);
  expect(errorWords(vi, "made_up.code")).toBeNull();
});
