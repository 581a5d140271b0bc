/** Taking back what was just saved: for ten seconds, as a crossing that stays on the list as voided. */

import { expect, test } from "vitest";
import { fakeCore } from "../dev/fake_core.ts";
import { newDraft } from "./draft.ts";
import { UNDO_MS, undoSeconds } from "./saved_notice.tsx";

test("the count goes from ten to nothing, and a clock set back does not lengthen it", () => {
  const saved = 1_700_000_000_000;
  expect([0, 1, 999, 1000, 9_001, UNDO_MS, 60_000, -86_400_000].map((after) => undoSeconds(saved, saved + after))).toEqual([
    ...[10, 10, 10, 9, 1, 0, 0, 10],
  ]);
});

test("what was undone is listed as voided and is one more thing to send", async () => {
  const core = fakeCore(new URLSearchParams("empty&unsent=0"));
  const saved = await core.save(newDraft("in", "car", Date.now()));
  expect(await core.recent(5)).toMatchObject([{ record: saved.record, voided: false }]);
  await core.undo(saved);
  expect(await core.recent(5)).toMatchObject([{ record: saved.record, voided: true }]);
  expect(core.state().unsent).toBe(2);
});
