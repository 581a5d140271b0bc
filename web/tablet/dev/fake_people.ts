/** People who passed before, for drawing the screens: one of them has a telephone number. */

import type { PeopleBook } from "../core/types.ts";

const HOUR_MS = 3_600_000;

export const fakePeople: PeopleBook = {
  async prepare() {},
  async byNumber(digits) {
    if (digits !== "0912345678") return null;
    return {
      name: "Lê Văn Mẫu",
      birth_date: "1990-08-15",
      id_number: "001190012345",
      sex: "M",
      phone: digits,
      address: "Phường Hà Cầu, Hà Đông",
      time_ms: Date.now() - 9 * HOUR_MS,
    };
  },
};
