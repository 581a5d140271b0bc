import { expect, test } from "vitest";
import { core, enrolAndOpen } from "../core/test/started.ts";
import { draftOf, person } from "../core/test/tablet.ts";
import { unentered } from "./papers.ts";

const TELLING = /"identified_by":"paper_later"/;

async function left(): Promise<readonly { record: string; item: string }[]> {
  return (await core.noting.own("crossing", 0, TELLING)).flatMap(unentered).map(({ record, item }) => ({ record, item }));
}

test("who was left to paper waits until somebody enters them, and nobody else does", async () => {
  await enrolAndOpen();
  await core.save(draftOf(person("Người Có Mã")));
  const nameless = { role: "passenger", evidence: null, card: null, identified_by: "paper_later" } as const;
  const saved = await core.save(draftOf(person("Lái Xe"), nameless));
  expect(await left()).toEqual([{ record: saved.record, item: "2" }]);
  await core.noting.write({
    kind: "crossing",
    record: saved.record,
    fields: {},
    person: { fields: {}, items: { people: { "2": { name: "Lê Văn Mẫu", id_number: "058090012345" } } } },
  });
  expect(await left()).toEqual([]);
});

test("a crossing that was undone waits for no paper", async () => {
  await enrolAndOpen();
  const saved = await core.save(draftOf({ role: "driver", evidence: null, card: null, identified_by: "paper_later" }));
  await core.undo(saved);
  expect(await left()).toEqual([]);
});

test("a result that was awaited replaces what was written, and no conflict is left", async () => {
  await enrolAndOpen();
  const { record } = await core.noting.write({ kind: "quick_test", fields: { type: "pcr_sample", result: "pending" } });
  const [before] = await core.noting.own("quick_test", 0);
  await core.noting.write({ kind: "quick_test", record, fields: { result: "negative" }, over: { result: before?.writes["result"] ?? [] } });
  const [after] = await core.noting.own("quick_test", 0);
  expect(after?.values["result"]).toBe("negative");
  expect(after?.writes["result"]).toHaveLength(1);
});
