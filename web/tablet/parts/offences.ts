/** What went wrong at a checkpoint, in the words of the wire (schemas/offence_records.py), and on whose word it is punished. */

export const VIOLATIONS = [
  "no_reason",
  "false_declaration",
  "forged_document",
  "left_isolation",
  "gathering",
  "no_mask",
  "hidden_passengers",
  "passed_by_force",
  "obstruction",
  "traffic",
  "other",
] as const;
export type ViolationWord = (typeof VIOLATIONS)[number];

/** Mildest first. */
export const SANCTIONS = ["warned", "draft_report", "fined", "handed_over"] as const;
export type Sanction = (typeof SANCTIONS)[number];

export const INCIDENTS = [
  "accident",
  "jam",
  "disorder",
  "broke_through",
  "medical",
  "fire",
  "weather",
  "power",
  "network",
  "equipment",
  "other",
] as const;
export type IncidentWord = (typeof INCIDENTS)[number];

export const SEVERITIES = ["low", "medium", "high"] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Legal {
  document: string;
  clause: string;
  /** Nobody has checked it against the text. */
  unconfirmed: boolean;
}

/**
 * What an officer would look up at first. None of it has been checked against the texts by counsel, and the
 * screen says so; articles only, because points were numbered differently in what was read of them.
 */
const USUAL: Readonly<Record<ViolationWord, Omit<Legal, "unconfirmed"> | null>> = {
  no_reason: { document: "117/2020/NĐ-CP", clause: "Điều 12: áp dụng biện pháp chống dịch" },
  false_declaration: { document: "117/2020/NĐ-CP", clause: "Điều 7: giám sát bệnh truyền nhiễm" },
  forged_document: { document: "Bộ luật Hình sự 2015", clause: "Điều 341: tài liệu giả" },
  left_isolation: { document: "117/2020/NĐ-CP", clause: "Điều 11: cách ly y tế" },
  gathering: { document: "117/2020/NĐ-CP", clause: "Điều 12: áp dụng biện pháp chống dịch" },
  no_mask: { document: "117/2020/NĐ-CP", clause: "Điều 12: biện pháp bảo vệ cá nhân" },
  hidden_passengers: { document: "117/2020/NĐ-CP", clause: "Điều 12: áp dụng biện pháp chống dịch" },
  passed_by_force: { document: "Bộ luật Hình sự 2015", clause: "Điều 330: chống người thi hành công vụ" },
  obstruction: { document: "144/2021/NĐ-CP", clause: "Điều 21: cản trở, không chấp hành" },
  traffic: { document: "168/2024/NĐ-CP", clause: "Theo hành vi" },
  other: null,
};

/** What the unit has published for it; else the list above, unconfirmed. */
export function legalOf(what: ViolationWord, published: ReadonlyMap<string, Omit<Legal, "unconfirmed">>): Legal | null {
  const checked = published.get(what);
  if (checked !== undefined) return { ...checked, unconfirmed: false };
  const usual = USUAL[what];
  return usual === null ? null : { ...usual, unconfirmed: true };
}

/** Fines of one tap, in đồng. */
export const AMOUNTS = [1_000_000, 2_000_000, 3_000_000, 5_000_000, 7_500_000, 10_000_000] as const;
export const MOST_VND = 10_000_000_000;

/** "2.000.000 đ". */
export function dongText(amount_vnd: number): string {
  return `${String(amount_vnd).replace(/\B(?=(\d{3})+$)/g, ".")} đ`;
}
