/** A shift with a question waiting, for the fake core: ?shift */

import type { Core, ShiftState } from "../core/types.ts";
import { OFFICER } from "./fake_data.ts";

const HOUR_MS = 3_600_000;

export function fakeShifts(now_ms: number): readonly ShiftState[] {
  const opened_ms = now_ms - 2 * HOUR_MS;
  return [
    {
      record: "shift-1",
      lane: "2",
      opened_ms,
      due_ms: opened_ms + 6 * HOUR_MS,
      closed_ms: null,
      lead: "lead",
      opened_by: "lead",
      handed_to: null,
      roster: [
        { item: "1", officer: "lead", name: "", duty: "lead" },
        { item: "2", officer: OFFICER.id, name: "", duty: "scan" },
        { item: "3", officer: null, name: "Dân quân Tổ 4", duty: "traffic" },
      ],
      checked: ["signs", "masks"],
      checked_out: [],
      consults: [
        {
          shift: "shift-1", item: "d:9:1", about: "papers", of: "lead", lane: "2", asked_by: OFFICER.id, asked_ms: now_ms - 90_000, plate: "51C12345",
          question: "Giấy đi đường hết hạn hôm qua", decision: null, decided_by: null, decided_ms: null, answer: "", answered_by: "",
        },
      ],
      counts: null,
      note: "",
      seen: {},
    },
  ];
}

export const fakeShiftPacks: Core["shift_packs"] = {
  legal: () => new Map(),
  officers: () => [
    { id: "lead", name: "Lê Đức Mẫu", role: "lead" },
    OFFICER,
    { id: "medic", name: "Bùi Thu Mẫu", role: "medic" },
    { id: "tn", name: "Đỗ Minh Thử", role: "volunteer" },
  ],
  planned: () => [],
  phones: () => ({
    hotlines: [
      { kind: "command", name: "Chốt trục phía Nam", number: "024 0000 0268", public: true },
      { kind: "health", name: "Trung tâm Y tế quận Hà Đông", number: "024 0000 0115", public: false },
      { kind: "police", name: "Công an phường Kiến Hưng", number: "024 0000 0113", public: false },
    ],
    on_duty: [{ name: "Phạm Văn Trực", title: "Phó Chủ tịch UBND quận", number: "0900 000 001", from_ms: 0, until_ms: Date.now() + HOUR_MS }],
    next: null,
  }),
  steps: (at) =>
    [
      { id: "signs", at: "open" as const, vi: "Biển báo, rào chắn, đèn đủ và đúng chỗ", en: "Signs, barriers and lights are in place" },
      { id: "masks", at: "open" as const, vi: "Khẩu trang, găng tay, nước sát khuẩn đủ cho ca", en: "Masks, gloves and sanitiser for the shift" },
      { id: "seals", at: "close" as const, vi: "Bàn giao giấy tờ, tang vật đang giữ", en: "Papers and goods held are handed over" },
    ].filter((one) => one.at === at),
};

export const fakeShiftBook: Core["shifts"] = {
  begin: () => Promise.resolve(),
  place: () => Promise.resolve(),
  check: () => Promise.resolve(),
  counts: () =>
    Promise.resolve({ crossings: 214, vehicles: 190, people: 301, passed: 180, referred: 12, turned_back: 22, green_lane: 64, waved: 0, overrides: 3, violations: 1, incidents: 0 }),
  handOver: () => Promise.resolve(),
  ask: () => Promise.resolve(),
  answer: () => Promise.resolve(),
};
