import { expect, test } from "vitest";
import { core, enrolAndOpen, server, settle } from "./test/started.ts";

test("a note is written in the shift's name, amended, and read back merged", async () => {
  await enrolAndOpen();
  const note = await core.noting.write({ kind: "incident", fields: { what: "jam" }, person: { fields: { note: "cây đổ" }, items: {} } });
  await core.noting.write({ kind: "incident", record: note.record, fields: { what: "accident" }, over: { what: [note.ref] } });
  const found = await core.noting.own("incident", 0);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ record: note.record, values: { what: "accident" }, person: { note: "cây đổ" } });
  expect(await core.noting.own("violation", 0)).toEqual([]);
});

test("nothing is written without an open shift", async () => {
  await enrolAndOpen();
  core.lock();
  await expect(core.noting.write({ kind: "incident", fields: {} })).rejects.toMatchObject({ code: "shift.closed" });
});

test("a change that the server rejected changes nothing in the list", async () => {
  await enrolAndOpen();
  const { record, ref } = await core.noting.write({ kind: "violation", fields: { what: "other" } });
  await settle();
  server.state = "rejected";
  await core.noting.write({ kind: "violation", record, fields: { voided: "undone" }, over: { voided: [ref] } });
  await core.noting.write({ kind: "violation", fields: { what: "no_mask" } });
  await settle();
  const listed = await core.noting.own("violation", 0);
  expect(listed.map(({ values }) => [values["what"], values["voided"]])).toEqual([["other", undefined], ["no_mask", undefined]]);
});
