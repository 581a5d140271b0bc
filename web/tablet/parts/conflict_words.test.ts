/** What a conflict says: the field, each value, and who wrote it. */

import { expect, test } from "vitest";
import policies from "../../../docs/policy.json" with { type: "json" };
import { en } from "../texts/en.ts";
import { vi } from "../texts/vi.ts";
import { fieldWords, valueWords, whoWords } from "./conflict_words.ts";

test("every field that a person may be asked about has a name in both languages", () => {
  const asked = Object.entries(policies["crossing/1"]).flatMap(([path, { closes }]) => (closes === "ask" ? [path] : []));
  expect(asked.length).toBeGreaterThan(10);
  for (const path of asked) {
    const name = path.split("/").pop() ?? "";
    expect([path, vi.inbox.fields[name], en.inbox.fields[name]]).not.toContain(undefined);
  }
});

test("items are named by their number, also those added later", () => {
  expect(fieldWords(vi, "people/2/name")).toBe("Người 2 · Họ tên");
  expect(fieldWords(vi, "goods/0190a0b0-0000-7000-8000-0000000000a1:7:1/seal")).toBe("Hàng 1 · Niêm phong");
  expect(fieldWords(vi, "direction")).toBe("Chiều đi");
});

test("values are words, and two spellings of one plate do not look alike", () => {
  const plate = { normal: "29C12345", candidates: [] };
  expect(valueWords(vi, "plate", { ...plate, read: "29C-123.45" })).toBe("29C-123.45");
  expect(valueWords(vi, "plate", { ...plate, read: "29C 12345" })).toBe("29C-123.45 (29C 12345)");
  expect(valueWords(vi, "plate", null)).toBe("Không có");
  expect(valueWords(vi, "people/1/removed", true)).toBe("Có");
  expect(valueWords(vi, "action", "turned_back")).toBe("Đã quay đầu");
  expect(valueWords(vi, "verdict", { outcome: "refer", reasons: [] })).toBe("KIỂM TRA THÊM");
  expect(valueWords(vi, "people/1/evidence", { family: "cccd", status: "claim" })).toContain("Căn cước công dân");
  expect(valueWords(vi, "people/1/birth_date", "1990-08")).toBe("08/1990");
  expect(valueWords(vi, "action", "a_word_of_2027")).toBe("a_word_of_2027");
});

test("who wrote it: which machine, which lane, when, and a name where the roster knows one", () => {
  const write = { ref: "d:1", where: "elsewhere" as const, lane: "xe-tai", officer: "Lê Thị Mẫu", time_ms: 0, received_ms: null };
  expect(whoWords(vi, write)).toBe("Máy khác · Làn xe tải · 01/01 07:00:00 · Lê Thị Mẫu");
  expect(whoWords(vi, { ...write, where: "console", lane: null, officer: null })).toBe("Trang quản lý · 01/01 07:00:00");
});
