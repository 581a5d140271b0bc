/** Synthetic people, places and crossings for the fake core. */

import type { Announced, Checkpoint, CrossingSummary, Evidence, NamedPlace, OfficerOnDuty } from "../core/types.ts";
import { evidenceOf } from "../../shared/credentials/evidence.ts";
import { plateFrom } from "../parts/plate_text.ts";

export const HA_DONG: Checkpoint = {
  id: "hd-truc-phia-nam",
  name: "Chốt trục phía Nam",
  province: "01",
  class: "city",
  lane: "2",
  lanes: ["1", "2"],
  road: "Đường trục phía Nam",
  hotline: "0900000000",
};
export const OFFICER: OfficerOnDuty = { id: "officer", name: "Nguyễn Hoàng Phương Thảo", role: "officer" };

const nobody = evidenceOf("opaque", "unknown", "unrecognised");
const person = (name: string, birth_date: string, id_number: string): Evidence["identity"] => ({
  name,
  birth_date,
  id_number,
  sex: "F",
  phone: null,
  address: null,
});

/** By the start of the text that a code holds. */
export const FAKE_EVIDENCE: Record<string, Evidence> = {
  unknown: nobody,
  "CCCD|": { ...nobody, family: "cccd", status: "claim", code: "unsigned", identity: person("Nguyễn Thị Mẫu", "1990-08-15", "001190012345"), warnings: ["id_sex"] },
  "PCC|": { ...nobody, family: "pc_covid", status: "claim", code: "unsigned", identity: person("CONG HUYEN TON NU THI PHUONG KHANH", "1987", "******012345") },
  "CHOT1:decl": {
    ...nobody,
    family: "own",
    status: "verified",
    code: "ok",
    identity: person("Trần Văn Thử Nghiệm", "1979-02-01", "001079012345"),
    expires_at: "2026-11-24T00:00:00Z",
    subject: { type: "declaration" },
    facts: {
      doses: [],
      tests: [],
      recoveries: [],
      declaration: { symptoms: [], exposure: false, origin: { dataset: "2021", code: "9556" }, destination: null, plate: null },
    },
  },
  "CHOT1:forged": { ...nobody, family: "own", status: "invalid", code: "signature", subject: { type: "declaration" } },
  "http": { ...nobody, family: "url" },
};

/** [name, text of the code, title]. */
export const FAKE_SAMPLES: readonly (readonly [string, string, string])[] = [
  ["badge", "CHOT1:badge", "Thẻ cán bộ mẫu"],
  ["cccd", "CCCD|1", "CCCD gắn chip"],
  ["pc-covid", "PCC|1", "PC-Covid cá nhân"],
  ["declaration", "CHOT1:decl.1", "Tờ khai y tế còn hạn"],
  ["forged", "CHOT1:forged.1", "Tờ khai bị làm giả"],
  ["unknown", "hello", "Mã lạ"],
];

const place = (code: string, name: string, level: number | null): NamedPlace => ({ place: { dataset: "2021", code }, name, level });
export const FAKE_PLACES: readonly NamedPlace[] = [
  place("9556", "Phường Hà Cầu, Quận Hà Đông, Hà Nội", 2),
  place("9544", "Phường Yết Kiêu, Quận Hà Đông, Hà Nội", 1),
  place("10015", "Thị trấn Chúc Sơn, Huyện Chương Mỹ, Hà Nội", 2),
  place("9877", "Xã Văn Côn, Huyện Hoài Đức, Hà Nội", 4),
  place("10126", "Thị trấn Kim Bài, Huyện Thanh Oai, Hà Nội", 3),
  place("7210", "Phường Đặng Cương Trực, Thành phố Bắc Giang, Bắc Giang", 3),
];

/** Tonight's change, one elsewhere and a rule that ends. */
export function fakeAnnounced(now_ms: number): Announced[] {
  const starts_ms = now_ms + 5 * 3_600_000;
  const level = { kind: "level" as const, from_level: 2, starts_ms };
  return [
    { ...level, id: "2021:9556", name: "Phường Hà Cầu, Hà Đông, Hà Nội", level: 4, near: true },
    { kind: "rule_ends", id: "HN-22-CT:1", starts_ms, near: true, outcome: "refer", vi: "Giấy đi đường", en: "Permits" },
    { ...level, id: "2021:7210", name: "Phường Đặng Cương Trực, Bắc Giang", level: 1, near: false },
  ];
}

export function fakeRecent(now_ms: number): CrossingSummary[] {
  const row = (minutes: number, typed: string, patch: Partial<CrossingSummary>): CrossingSummary => ({
    record: typed || String(minutes),
    ref: typed,
    time_ms: now_ms - minutes * 60_000,
    own: true,
    lane: "2",
    direction: "in",
    mode: "checked",
    vehicle_class: "car",
    plate: plateFrom(typed),
    headcount: 1,
    outcome: "pass",
    action: "passed",
    reasons: [],
    overridden: false,
    voided: false,
    name: "Nguyễn Thị Mẫu",
    state: "unsent",
    code: null,
    ...patch,
  });
  return [
    row(1, "29B112345", { vehicle_class: "motorbike" }),
    row(3, "30F12345", { outcome: "refer", action: "referred" }),
    row(6, "89C11234", { vehicle_class: "truck", outcome: "turn_back", action: "turned_back", direction: "out" }),
    row(11, "", { plate: null, vehicle_class: "on_foot", state: "sent" }),
    row(15, "29LD01234", { state: "pulled", own: false, lane: "1", name: null }),
    row(22, "15R01234", { vehicle_class: "tractor_trailer", state: "rejected", code: "event.field" }),
  ];
}
