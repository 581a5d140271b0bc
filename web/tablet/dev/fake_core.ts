/** A core without storage, network or keys, for drawing screens. It is in no production bundle. */

import {
  type AppState,
  type Core,
  CoreError,
  type CrossingDraft,
  type CrossingSummary,
  type Decision,
  type Evidence,
  type Outcome,
  type ReasonText,
  type SavedCrossing,
} from "../core/types.ts";
import { fakeGate } from "./fake_gate.ts";
import { fakeShiftBook, fakeShiftPacks, fakeShifts } from "./fake_shifts.ts";
import { FAKE_CONFLICTS, FAKE_REFUSED } from "./fake_conflicts.ts";
import { fakeBegun, fakeTold } from "./fake_told.ts";
import { fakePeople } from "./fake_people.ts";
import { FAKE_EVIDENCE, FAKE_PLACES, fakeAnnounced, fakeRecent, HA_DONG, OFFICER } from "./fake_data.ts";

const PIN = "246810";
const HOUR_MS = 3_600_000;

const REASONS: Record<string, ReasonText> = {
  ok: { code: "ok", vi: "Đủ điều kiện đi qua theo quy định đang áp dụng.", en: "Meets the conditions of the rules in force." },
  green_lane: { code: "green_lane", vi: "Xe luồng xanh, hàng hóa được lưu thông.", en: "Green-lane vehicle; goods may pass." },
  claim: { code: "claim_only", vi: "Mã chỉ là lời khai: đối chiếu giấy tờ trước khi cho qua.", en: "The code is only a claim: compare with the ID first." },
  forged: { code: "forged", vi: "Chữ ký của tờ khai sai, có thể bị làm giả.", en: "The declaration's signature is wrong; it may be forged." },
  level4: { code: "origin.level_4", vi: "Đi từ vùng cấp độ 4, không thuộc diện được vào thành phố.", en: "From a level 4 area; not allowed into the city." },
  yellow: { code: "card.yellow", vi: "Thẻ vàng: cần kết quả xét nghiệm âm tính trong 72 giờ.", en: "Yellow card: a negative test within 72 hours is needed." },
};

/** The states a screen must look right in, by the page's query: ?phase=&unsent=&age=&last= */
export function fakeState(query: URLSearchParams, now_ms: number): AppState {
  const phase = (query.get("phase") ?? "open") as AppState["phase"];
  const unsent = Number(query.get("unsent") ?? "3");
  const age = (query.get("age") ?? "fresh") as "fresh" | "amber" | "red";
  const pack = { version: 7, issued_ms: now_ms - { fresh: 3, amber: 30, red: 200 }[age] * HOUR_MS, age_state: age };
  return {
    phase,
    device: phase === "not_enrolled" ? null : "device",
    checkpoint: phase === "not_enrolled" ? null : HA_DONG,
    lane: phase === "not_enrolled" ? null : HA_DONG.lane,
    officer: phase === "open" || phase === "locked" ? OFFICER : null,
    unsent,
    drained: { saved: 61, relay: 58, home: 58, safe: 40 },
    oldest_unsent_ms: unsent === 0 ? null : now_ms - unsent * 600_000,
    last_contact_ms: now_ms - Number(query.get("last") ?? "2") * 60_000,
    sync: fakeSync(query, now_ms),
    packs: { rules: pack, levels: pack, trust: pack, roster: pack },
    clock_skew_ms: age === "red" ? 4 * 60_000 : 900,
    storage: { persisted: age !== "amber", usage: 4e7, quota: query.has("short") ? 5e7 : 2e9 },
    rejected: age === "red" ? 1 : 0,
    held: query.has("refused") ? 1 : 0,
    conflicts: query.has("conflicts") ? FAKE_CONFLICTS.length : 0,
    shifts: query.has("shift") ? fakeShifts(now_ms) : [],
    told: query.has("told") ? 2 : 0,
    wave: query.has("wave") ? fakeWave(now_ms) : null,
    pin: { failures: 0, retry_at_ms: 0, lead_needed: false },
    update_ready: age === "amber",
    wiping: query.has("wiping"),
    alerts: age === "red" ? ["pack.signature"] : query.has("short") ? ["storage.full"] : [],
  };
}

function fakeWave(now_ms: number): AppState["wave"] {
  const counts = { car: 41, truck: 18, motorbike: 112, bus: 3 };
  return { record: "wave", direction: "in", reason: "queue", started_ms: now_ms - 42 * 60_000, counts, total: 174, last: "motorbike" };
}

/** ?sync=waiting, or any code that a round can fail with. */
function fakeSync(query: URLSearchParams, now_ms: number): AppState["sync"] {
  const wanted = query.get("sync") ?? (Number(query.get("last") ?? "2") > 15 ? "offline" : "idle");
  if (wanted === "idle") return { status: "idle", code: null, next_ms: null, since_ms: null };
  if (wanted === "waiting") return { status: "waiting", code: null, next_ms: null, since_ms: now_ms - 12_000 };
  return { status: wanted === "offline" ? "offline" : "error", code: wanted, next_ms: now_ms + 40_000, since_ms: null };
}

export function fakeCore(query: URLSearchParams): Core {
  let state = fakeState(query, Date.now());
  let listeners: (() => void)[] = [];
  const rows: CrossingSummary[] = query.has("empty") ? [] : fakeRecent(Date.now());
  let conflicts = query.has("conflicts") ? FAKE_CONFLICTS : [];
  const set = (patch: Partial<AppState>): void => {
    state = { ...state, ...patch };
    for (const listener of listeners) listener();
  };
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const checkPin = async (pin: string): Promise<void> => {
    await wait(300);
    if (pin === PIN) return;
    set({ pin: { ...state.pin, failures: state.pin.failures + 1 } });
    throw new CoreError("badge.pin");
  };
  return {
    state: () => state,
    subscribe(listener) {
      listeners.push(listener);
      return () => {
        listeners = listeners.filter((one) => one !== listener);
      };
    },
    start: () => Promise.resolve(),
    async enrol() {
      await wait(400);
      if (query.has("fail")) throw new CoreError("enrolment.code");
      set({ ...fakeState(new URLSearchParams("phase=closed&unsent=0"), Date.now()) });
    },
    async openShift(badge_text, pin) {
      if (!badge_text.startsWith("CHOT1:badge")) throw new CoreError("badge.unreadable");
      await checkPin(pin);
      set({ phase: "open", officer: OFFICER });
    },
    lock: () => set({ phase: "locked" }),
    async reopen(pin) {
      await checkPin(pin);
      set({ phase: "open" });
    },
    async closeShift(lead) {
      if (state.unsent > 0 && lead === undefined) throw new CoreError("shift.unsent", state.unsent);
      if (lead !== undefined) await checkPin(lead.pin);
      set({ phase: "closed", officer: null });
    },
    async readCode(text): Promise<Evidence> {
      await wait(60);
      const found = Object.entries(FAKE_EVIDENCE).find(([start]) => text.startsWith(start));
      return found?.[1] ?? (FAKE_EVIDENCE.unknown as Evidence);
    },
    decide,
    async save(draft): Promise<SavedCrossing> {
      await wait(120);
      if (query.has("full")) throw new CoreError("storage.full");
      const time_ms = Date.now();
      const record = `fake-${rows.length}`;
      rows.unshift(summaryOf(draft, record, time_ms));
      set({ unsent: state.unsent + 1, oldest_unsent_ms: state.oldest_unsent_ms ?? time_ms });
      return { record, ref: `device:${rows.length}`, seq: rows.length, time_ms };
    },
    async undo(saved) {
      await wait(60);
      const at = rows.findIndex((row) => row.record === saved.record);
      const row = rows[at];
      if (row !== undefined) rows[at] = { ...row, voided: true };
      set({ unsent: state.unsent + 1 });
    },
    shifts: fakeShiftBook,
    shift_packs: fakeShiftPacks,
    gate: fakeGate(rows),
    people: fakePeople,
    async approve(lead) {
      await checkPin(lead.pin);
      return "truong";
    },
    isDrawn: (per_mille) => per_mille > 0,
    noting: {
      async write({ record = "note" }) {
        return { record, ref: "dev:1", seq: 1, time_ms: Date.now() };
      },
      async own() {
        return [];
      },
    },
    wiping: { byHand: async () => undefined },
    waving: {
      async start(direction, reason, lead) {
        if (lead !== undefined) await checkPin(lead.pin);
        else if (state.officer?.role !== "lead") throw new CoreError("wave.lead");
        const counts = { car: 0, truck: 0, motorbike: 0, bus: 0 };
        set({ wave: { record: "wave", direction, reason, started_ms: Date.now(), counts, total: 0, last: null } });
      },
      async tap(last) {
        if (state.wave === null) throw new CoreError("wave.none");
        const counts = { ...state.wave.counts, [last]: state.wave.counts[last] + 1 };
        set({ wave: { ...state.wave, counts, total: state.wave.total + 1, last } });
      },
      async undo() {
        const { wave } = state;
        if (wave === null || wave.last === null) return;
        const counts = { ...wave.counts, [wave.last]: wave.counts[wave.last] - 1 };
        set({ wave: { ...wave, counts, total: wave.total - 1 } });
      },
      async end() {
        set({ wave: null });
      },
    },
    recent: (limit) => Promise.resolve(rows.slice(0, limit)),
    conflicts: () => Promise.resolve(conflicts),
    async resolve(conflict) {
      await wait(120);
      if (query.has("stale")) throw new CoreError("conflict.changed");
      conflicts = conflicts.filter((one) => one !== conflict);
      set({ conflicts: conflicts.length });
    },
    turnedBack: (plate) =>
      Promise.resolve(query.has("turned") ? { plate, checkpoint: "hd-dai-lo", name: "Chốt Đại lộ Thăng Long", time_ms: Date.now() - HOUR_MS } : null),
    told: {
      list: () => Promise.resolve(query.has("told") ? fakeTold(rows) : []),
      markRead: () => Promise.resolve(set({ told: 0 })),
    },
    begun: () => (query.has("announced") ? fakeBegun(Date.now()) : []),
    refused: () => Promise.resolve(query.has("refused") ? FAKE_REFUSED : []),
    exportUnsent: () => Promise.resolve({ name: "chot-demo.jsonl", lines: ["{}\n"], events: state.unsent }),
    async syncNow() {
      set({ sync: { ...state.sync, status: "sending" } });
      await wait(800);
      set({ sync: { ...state.sync, status: "idle" }, unsent: 0, oldest_unsent_ms: null, last_contact_ms: Date.now() });
    },
    places: () => FAKE_PLACES,
    announced: () => (query.has("announced") ? fakeAnnounced(Date.now()) : []),
    setUpdateReady: (update_ready) => set({ update_ready }),
  };
}

function decide(draft: CrossingDraft): Decision {
  const one = (outcome: Outcome, reason: keyof typeof REASONS): Decision => ({
    verdict: { outcome, reasons: [reason], rules: [`HN-22-CT:${reason}`], packs: { rules: 7 } },
    reasons: REASONS[reason] === undefined ? [] : [REASONS[reason]],
    basis: { document: "22/CT-UBND", clause: "Khoản 3", unconfirmed: true },
    people: [],
    asks_departure_ms: [],
    signs: "offer",
    grace: false,
    needs_approval: draft.override !== null && draft.override !== "emergency" && draft.action === "passed" && outcome !== "pass" && !draft.approved_by,
    sampling_per_mille: 0,
    priority: draft.goods.flatMap(({ group }) => (group === "farm_products" || group === "sea_products" ? [group] : [])),
  });
  if (draft.mode === "green_lane") return one("pass", "green_lane");
  if (draft.people.some((person) => person.evidence?.status === "invalid")) return one("turn_back", "forged");
  if (draft.origin?.code === "9877") return one("turn_back", "level4");
  if (draft.people.some((person) => person.card?.colour === "yellow")) return one("refer", "yellow");
  const settled = draft.people.every((person) => person.evidence?.status === "verified" || person.card?.colour === "green");
  return settled ? one("pass", "ok") : one("refer", "claim");
}

function summaryOf(draft: CrossingDraft, record: string, time_ms: number): CrossingSummary {
  return {
    record,
    ref: record,
    time_ms,
    own: true,
    lane: HA_DONG.lane,
    direction: draft.direction,
    mode: draft.mode,
    vehicle_class: draft.vehicle_class,
    plate: draft.plate,
    headcount: draft.headcount,
    outcome: decide(draft).verdict.outcome,
    action: draft.action,
    reasons: [],
    overridden: draft.override !== null,
    voided: false,
    name: draft.people[0]?.evidence?.identity?.name ?? null,
    state: "unsent",
    code: null,
  };
}
