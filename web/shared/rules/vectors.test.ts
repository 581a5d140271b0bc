import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { type Line, answering } from "../../tools/rules-answers.ts";

type Case = { name: string; lines: Line[]; answers: unknown[] };

type Content = { [key: string | number]: Content };
type Pack = { name: string; version: number; issued_at: string; content: Content };
type Refusal = {
  name: string;
  path: (string | number)[];
  values: Content[];
  absent: boolean;
  error: string;
  at: string;
};

const VECTORS = new URL("../../../tests/vectors/rules/", import.meta.url);

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`${file}.json`, VECTORS), "utf8")) as T;
}

describe.each(["expressions", "verdicts", "levels", "watchlist", "grace"])("%s", (file) => {
  it.each(read<{ cases: Case[] }>(file).cases)("$name", ({ lines, answers }) => {
    const answerTo = answering();
    const found: unknown = JSON.parse(JSON.stringify(lines.map(answerTo)));
    expect(found).toEqual(answers);
  });
});

describe("packs refused", () => {
  const { pack, cases } = read<{ pack: Pack; cases: Refusal[] }>("packs_refused");

  it.each(cases)("$name", ({ path, values, absent, error, at }) => {
    for (const value of absent ? [...values, undefined] : values) {
      expect(answering()({ pack: { ...pack, content: changed(pack.content, path, value) } })).toEqual({ error, at });
    }
  });
});

/** A copy of `content` with the member at `path` put to `value`, or left out for undefined. */
function changed(content: Content, path: (string | number)[], value: Content | undefined): Content {
  const copy = structuredClone(content);
  let holder = copy;
  for (const step of path.slice(0, -1)) holder = holder[step] as Content;
  const last = path[path.length - 1] as string | number;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}
