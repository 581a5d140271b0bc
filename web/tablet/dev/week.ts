/**
 * The real core without screens, for measuring: thousands of crossings as fast as the store takes them, with a
 * clock and a network of their own. `bench/` drives it as `window.week`; no build for tablets holds it.
 */

import { createCore } from "../core/core.ts";
import { browserEnvironment } from "../core/environment.ts";
import type { CrossingDraft, DraftPerson } from "../core/types.ts";
import { followVerdict, newDraft } from "../parts/draft.ts";

const real = browserEnvironment();
let behind_ms = 0;
let online = true;
const core = createCore({
  ...real,
  now: () => Date.now() - behind_ms,
  fetch: (url, init) => (online ? real.fetch(url, init) : Promise.reject(new TypeError("offline"))),
});

/** Always the same crossings for the same seed. */
let state = 20211012;
function below(count: number): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * count);
}
const one = <T,>(of: readonly T[]): T => of[below(of.length)] as T;
const digits = (count: number): string => Array.from({ length: count }, () => String(below(10))).join("");

const FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"];
const MIDDLE = ["Văn", "Thị", "Hữu", "Đức", "Minh", "Ngọc", "Thanh", "Quốc", "Xuân", "Thu"];
const GIVEN = ["Thử", "Mẫu", "An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khoa", "Lan", "Mai", "Nam", "Oanh", "Phúc", "Quân", "Sơn", "Trang", "Uyên", "Vy", "Yến"];

function person(): DraftPerson {
  const identity = {
    name: `${one(FAMILY)} ${one(MIDDLE)} ${one(GIVEN)}`,
    birth_date: `${1950 + below(55)}-0${1 + below(9)}-1${below(10)}`,
    id_number: `0${digits(11)}`,
    sex: one(["M", "F"] as const),
    phone: null,
    address: null,
  };
  return { role: "driver", evidence: null, card: { colour: one(["green", "green", "none"] as const), basis: "seen" }, identity };
}

function crossing(): CrossingDraft {
  const plate = `${one(["85", "79", "60", "51", "29", "43"])}${one(["A", "B", "C", "H"])}${digits(5)}`;
  const draft: CrossingDraft = {
    ...newDraft(one(["in", "out"] as const), one(["car", "truck", "motorbike"] as const), real.now() - behind_ms),
    purpose: one(["work", "goods", "return_home"] as const),
    origin: one(core.places()).place,
    plate: { read: plate, normal: plate, candidates: ["car"] },
    people: [person()],
  };
  return followVerdict(draft, core.decide(draft).verdict.outcome);
}

const week = {
  async enrol(link: string, badge: string, pin: string): Promise<void> {
    await core.start();
    await core.enrol(link);
    await core.openShift(badge, pin);
    await core.syncNow();
  },
  setOnline(on: boolean): void {
    online = on;
  },
  /** The device's clock from here on. */
  setBehind(ms: number): void {
    behind_ms = ms;
  },
  /** Saves crossings, each `step_ms` after the last; how long each took, in ms. */
  async cross(count: number, step_ms: number): Promise<number[]> {
    const took: number[] = [];
    for (let n = 0; n < count; n += 1) {
      behind_ms -= step_ms;
      const draft = crossing();
      const began = performance.now();
      await core.save(draft);
      took.push(performance.now() - began);
    }
    return took;
  },
  /** How long the rules take on a crossing of this tablet, which asks what it knows of earlier ones. */
  decide(count: number): number[] {
    const drafts = Array.from({ length: count }, crossing);
    return drafts.map((draft) => {
      const began = performance.now();
      core.decide(draft);
      return performance.now() - began;
    });
  },
  async list(limit: number): Promise<{ rows: number; ms: number }> {
    const began = performance.now();
    const rows = (await core.recent(limit)).length;
    return { rows, ms: performance.now() - began };
  },
  /** What the store alone takes for a row of such a size, one a transaction as a crossing has it; in ms each. */
  async yardstick(count: number): Promise<number[]> {
    const opened = indexedDB.open("yardstick");
    opened.onupgradeneeded = () => opened.result.createObjectStore("rows", { autoIncrement: true });
    await new Promise((done) => (opened.onsuccess = done));
    const took: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const row = { text: digits(2_000) };
      const began = performance.now();
      const tx = opened.result.transaction("rows", "readwrite");
      tx.objectStore("rows").add(row);
      await new Promise((done) => (tx.oncomplete = done));
      took.push(performance.now() - began);
    }
    opened.result.close();
    return took;
  },
  /** Resolves when nothing is unsent; how long that took, in ms. */
  async drain(): Promise<number> {
    online = true;
    const began = performance.now();
    if (core.state().unsent === 0) return 0;
    // The feed is read after it.
    const sent = new Promise<number>((resolve) => {
      const stop = core.subscribe(() => {
        if (core.state().unsent > 0) return;
        stop();
        resolve(performance.now() - began);
      });
    });
    while (core.state().unsent > 0) {
      await core.syncNow();
      const { code } = core.state().sync;
      if (code !== null && core.state().unsent > 0) throw new Error(`not sent: ${code}`);
    }
    return await sent;
  },
  state: () => {
    const { unsent, oldest_unsent_ms, alerts, sync, storage } = core.state();
    return { unsent, oldest_unsent_ms, alerts, sync: sync.code, usage: storage.usage };
  },
  usage: async (): Promise<number> => (await navigator.storage.estimate()).usage ?? 0,
};

declare global {
  interface Window {
    week: typeof week;
  }
}
window.week = week;
