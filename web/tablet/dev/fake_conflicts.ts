/** Synthetic conflicts and refused events for the fake core. */

import type { Conflict, ConflictWrite, RefusedEvent } from "../core/types.ts";
import { plateFrom } from "../parts/plate_text.ts";

const NOON_MS = Date.UTC(2026, 10, 22, 5, 3, 31);

function written(where: ConflictWrite["where"], lane: string | null, officer: string, minutes: number): ConflictWrite {
  const time_ms = NOON_MS + minutes * 60_000;
  return { ref: `${where}:${minutes + 9}`, where, lane, officer, time_ms, received_ms: time_ms + 4_000 };
}

function conflict(path: string, personal: boolean, ...sides: [unknown, ...ConflictWrite[]][]): Conflict {
  return {
    record: path,
    path,
    plate: plateFrom("29C12345"),
    time_ms: NOON_MS,
    lane: "xe-tai",
    personal,
    seen: [path],
    sides: sides.map(([value, ...writes], at) => ({ choice: `side:${at + 1}`, value, shown: at === 1, writes })),
  };
}

export const FAKE_CONFLICTS: readonly Conflict[] = [
  conflict(
    "plate",
    false,
    [plateFrom("29C12345"), written("here", "xe-tai", "Nguyễn Hoàng Phương Thảo", 0)],
    [plateFrom("29C12346"), written("elsewhere", "o-to", "Trần Văn Mẫu", 1), written("elsewhere", "san-ga", "Lê Thị Mẫu", 2)],
  ),
  conflict(
    "people/1/name",
    true,
    ["Công Huyền Tôn Nữ Thị Phương Khanh", written("here", "xe-tai", "Nguyễn Hoàng Phương Thảo", 0)],
    ["Công Huyền Tôn Nữ Phương Khánh", { ...written("console", null, "", 30), officer: null }],
  ),
];

export const FAKE_REFUSED: readonly RefusedEvent[] = [
  { ref: "here:40", record: "r", state: "rejected", code: "event.field", time_ms: NOON_MS, plate: plateFrom("30A9999"), amends: false },
  { ref: "here:41", record: "s", state: "held", code: "event.kind", time_ms: NOON_MS, plate: null, amends: true },
];
