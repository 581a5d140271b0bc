import { existsSync, readFileSync, readdirSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { evaluate, toPlain } from "./certlogic.ts";
import type { Json } from "./values.ts";
import { validate } from "./validation.ts";

type Part = { directive?: string; certLogicExpression?: Json };
type Assertion = Part & { data: Json; expected: Json };
type Suite = Part & { cases: (Part & { name: string; assertions: Assertion[] })[] };

const SUITES = new URL("../../../../shared/vectors/certlogic/", import.meta.url);
const absent = !existsSync(SUITES);

function read<T>(folder: string): T[] {
  const directory = new URL(`${folder}/`, SUITES);
  const texts = readdirSync(directory).map((file) => readFileSync(new URL(file, directory), "utf8"));
  return texts.map((text) => JSON.parse(text) as T);
}

type Claim = { expression: Json; assertion: Assertion; name: string };

function* assertions(skipped: boolean): Generator<Claim> {
  for (const suite of read<Suite>("testSuite")) {
    for (const testCase of suite.cases) {
      for (const assertion of testCase.assertions) {
        const skip = [suite, testCase, assertion].some((part) => part.directive === "skip");
        if (skip !== skipped) continue;
        const expression = assertion.certLogicExpression ?? testCase.certLogicExpression ?? null;
        yield { expression, assertion, name: testCase.name };
      }
    }
  }
}

// Reason of a skip: ../shared/vectors/certlogic is not beside this checkout.
describe.skipIf(absent)("the CertLogic suites (../shared/vectors/certlogic)", () => {
  it.each([
    { skipped: false, count: 218 },
    { skipped: true, count: 14 },
  ])("holds every assertion, marked skip: $skipped", ({ skipped, count }) => {
    const suite = [...assertions(skipped)];
    for (const { expression, assertion, name } of suite) {
      expect(plain(toPlain(evaluate(expression, assertion.data))), name).toEqual(assertion.expected);
    }
    expect(suite.length).toBe(count);
  });

  it("reports the issues of the validation suite", () => {
    type Validation = { cases: { certLogicExpression: Json; issues: Json[] }[] };
    const cases = read<Validation>("validation-testSuite").flatMap((suite) => suite.cases);
    for (const { certLogicExpression, issues } of cases) {
      const found = validate(certLogicExpression).map(({ expr, message }) => ({ expr, message }));
      expect(plain(found)).toEqual(issues);
    }
    expect(cases.length).toBeGreaterThan(20);
  });
});

/** Objects made here have no prototype; toEqual minds. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
