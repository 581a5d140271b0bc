/** The state of the tablet as three grades with words; colour only repeats them. */

import { crossingsLeft, ROOM_LOOK, ROOM_SHORT } from "../core/room.ts";
import type { AppState } from "../core/types.ts";
import type { Texts } from "../texts/vi.ts";
import type { Battery } from "./battery.ts";
import { errorWords } from "./error_words.ts";
import { ageText } from "./time.ts";

export type Grade = "ok" | "look" | "act";

export interface Reading {
  id: "unsent" | "drained" | "contact" | "packs" | "clock" | "storage" | "battery" | "camera" | "conflicts" | "told" | "rejected" | "update";
  grade: Grade;
  label: string;
  value: string;
  /** What to do, in a sentence. */
  advice: string;
  /** For the line at the top, where it stands only while there is something to see. */
  mark?: string;
}

/** What the page knows of its device besides the core. */
export interface DeviceHealth {
  battery: Battery | null;
  /** "camera.denied", … of a camera that should be running. */
  camera: string | null;
}

export const NOTHING_KNOWN: DeviceHealth = { battery: null, camera: null };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CONTACT_LOOK_MS = HOUR_MS / 4;
const CONTACT_ACT_MS = 8 * HOUR_MS;
const UNSENT_LOOK_MS = HOUR_MS;
const UNSENT_ACT_MS = 24 * HOUR_MS;
const SKEW_LOOK_MS = 120_000;
/** More room than this is simply enough; the number would only be read as an exact one. */
const ROOM_SHOWN = 100_000;
/** Per cent, while it does not charge: an hour or two, and the time to fetch a cable. */
const BATTERY_LOOK = 30;
const BATTERY_ACT = 15;
const AGE_GRADES = { fresh: "ok", amber: "look", red: "act" } as const;

function graded(value: number, look: number, act: number): Grade {
  return value >= act ? "act" : value >= look ? "look" : "ok";
}

function worst(grades: readonly Grade[]): Grade {
  return grades.includes("act") ? "act" : grades.includes("look") ? "look" : "ok";
}

/** The packs' worst age; "act" too while the rules are missing. */
export function packGrade(packs: AppState["packs"]): Grade {
  if (packs.rules === undefined) return "act";
  return worst(Object.values(packs).map((pack) => AGE_GRADES[pack.age_state]));
}

export function readings(state: AppState, texts: Texts, now_ms: number, device: DeviceHealth = NOTHING_KNOWN): Reading[] {
  const words = texts.status;
  const age = (since_ms: number): string => ageText(texts.ages, now_ms - since_ms);
  const conflicts = conflictReading(state, texts);
  const all: Reading[] = [
    // Only a person can do anything about it: where there is something, it stands first.
    ...(conflicts.grade === "ok" ? [] : [conflicts]),
    unsentReading(state, words, age, now_ms),
    drainedReading(state, words),
    contactReading(state, texts, age, now_ms),
    packReading(state, texts, age),
    clockReading(state, texts),
    storageReading(state, words),
    ...(device.battery === null ? [] : [batteryReading(device.battery, texts)]),
    cameraReading(device.camera, texts),
    ...(conflicts.grade === "ok" ? [conflicts] : []),
    toldReading(state, texts),
    {
      id: "rejected",
      grade: state.rejected > 0 ? "act" : state.held > 0 ? "look" : "ok",
      label: words.rejected_label,
      value: `${state.rejected} / ${state.held}`,
      advice: state.rejected + state.held > 0 ? words.rejected_some : words.rejected_none,
      mark: texts.device.rejected_mark(state.rejected + state.held),
    },
    {
      id: "update",
      grade: state.update_ready ? "look" : "ok",
      label: words.update_label,
      value: state.update_ready ? "1" : "–",
      advice: state.update_ready ? words.update_ready : words.update_none,
    },
  ];
  // On a phone the foot of the list is out of sight: what somebody has to act on comes first.
  return (["act", "look", "ok"] as const).flatMap((wanted) => all.filter(({ grade }) => grade === wanted));
}

function conflictReading({ conflicts }: AppState, { inbox }: Texts): Reading {
  const grade = conflicts > 0 ? "look" : "ok";
  return { id: "conflicts", grade, label: inbox.label, value: String(conflicts), advice: inbox.advice(conflicts) };
}

function toldReading({ told }: AppState, { told: words }: Texts): Reading {
  const advice = told === 0 ? words.none : words.some(told);
  return { id: "told", grade: told > 0 ? "look" : "ok", label: words.label, value: String(told), advice, mark: words.mark(told) };
}

function unsentReading(state: AppState, words: Texts["status"], age: (since_ms: number) => string, now_ms: number): Reading {
  const oldest = state.oldest_unsent_ms;
  return {
    id: "unsent",
    grade: state.unsent === 0 || oldest === null ? "ok" : graded(now_ms - oldest, UNSENT_LOOK_MS, UNSENT_ACT_MS),
    label: words.unsent_label,
    value: String(state.unsent),
    advice: state.unsent === 0 || oldest === null ? words.unsent_none : words.unsent_some(age(oldest)),
    // A save of this minute is on its way: its age would only flicker.
    mark: oldest === null || now_ms - oldest < MINUTE_MS ? words.unsent(state.unsent) : `${words.unsent(state.unsent)} · ${age(oldest)}`,
  };
}

/** How safe what is written here has become (SPEC P7). */
function drainedReading({ drained: { saved, relay, home, safe } }: AppState, words: Texts["status"]): Reading {
  const advice = words.drained(saved, relay, home, safe);
  return { id: "drained", grade: "ok", label: words.drained_label, value: `${home} / ${saved}`, advice };
}

function contactReading(state: AppState, texts: Texts, age: (since_ms: number) => string, now_ms: number): Reading {
  const words = texts.status;
  const at = state.last_contact_ms;
  const reading = { id: "contact" as const, label: words.contact_label };
  if (at === null) return { ...reading, grade: "look", value: "–", advice: words.contact_never };
  const grade = graded(now_ms - at, CONTACT_LOOK_MS, CONTACT_ACT_MS);
  const failed = failureAdvice(state, texts, age);
  return {
    ...reading,
    grade: failed === null ? grade : worst([grade, "look"]),
    value: now_ms - at < MINUTE_MS ? words.contact_now : age(at),
    advice: failed ?? (grade === "ok" ? words.contact_ok : words.contact_old),
  };
}

/**
 * What to do while nobody answers, or when the last round failed: that stays said while the next one runs. A
 * code without words of its own still means that it failed.
 */
function failureAdvice({ sync }: AppState, texts: Texts, age: (since_ms: number) => string): string | null {
  if (sync.status === "waiting") return texts.status.contact_waiting(age(sync.since_ms ?? 0));
  // What this tablet could not write is no matter of the contact: it is said as an alert and of the storage.
  if (sync.code === null || sync.code.startsWith("storage.")) return null;
  if (sync.code === "offline") return texts.status.contact_offline;
  return errorWords(texts, sync.code) ?? texts.status.contact_failed;
}

function packReading(state: AppState, texts: Texts, age: (since_ms: number) => string): Reading {
  const words = texts.status;
  const issued = Object.values(state.packs).map((pack) => pack.issued_ms);
  const grade = packGrade(state.packs);
  const missing = state.packs.rules === undefined;
  return {
    id: "packs",
    grade,
    label: words.packs_label,
    value: missing ? words.pack_none : age(Math.min(...issued)),
    advice: missing ? words.pack_missing : { ok: words.pack_ok, look: words.pack_amber, act: words.pack_red }[grade],
  };
}

function clockReading(state: AppState, texts: Texts): Reading {
  const skew = state.clock_skew_ms;
  const off = skew !== null && Math.abs(skew) >= SKEW_LOOK_MS;
  return {
    id: "clock",
    grade: off ? "look" : "ok",
    label: texts.status.clock_label,
    // The device runs ahead when the server's clock is behind it.
    value: skew === null ? "–" : `${skew <= -1000 ? "+" : skew >= 1000 ? "−" : ""}${ageText(texts.ages, skew)}`,
    advice: off ? texts.status.clock_off(ageText(texts.ages, skew)) : texts.status.clock_ok,
    mark: texts.device.clock_mark(ageText(texts.ages, skew ?? 0)),
  };
}

function storageReading(state: AppState, words: Texts["status"]): Reading {
  const left = crossingsLeft(state.storage);
  const room = left === null || left >= ROOM_LOOK ? "ok" : left >= ROOM_SHORT ? "look" : "act";
  const { persisted } = state.storage;
  return {
    id: "storage",
    grade: worst([room, persisted ? "ok" : "look"]),
    label: words.storage_label,
    value: left === null ? "–" : words.storage_room(left >= ROOM_SHOWN ? null : left),
    advice: room !== "ok" ? { look: words.storage_look, act: words.storage_low }[room] : persisted ? words.storage_ok : words.storage_unprotected,
    mark: `${words.storage_label}: ${left === null ? "–" : words.storage_room(left)}`,
  };
}

function batteryReading({ level, charging }: Battery, { device: words }: Texts): Reading {
  const grade = charging ? "ok" : level <= BATTERY_ACT ? "act" : level <= BATTERY_LOOK ? "look" : "ok";
  return {
    id: "battery",
    grade,
    label: words.battery_label,
    value: `${level} %${charging ? ` · ${words.charging}` : ""}`,
    advice: { ok: words.battery_ok, look: words.battery_look, act: words.battery_act }[grade],
    mark: `${words.battery_label} ${level} %`,
  };
}

/** A tablet without a camera may have a hand scanner: no reason to shout for the whole shift. */
function cameraReading(code: string | null, texts: Texts): Reading {
  const { camera_label, camera_ok, camera_failed } = texts.device;
  if (code === null) return { id: "camera", grade: "ok", label: camera_label, value: "–", advice: camera_ok };
  const grade = code === "camera.missing" ? "look" : "act";
  const advice = errorWords(texts, code) ?? camera_failed;
  return { id: "camera", grade, label: camera_label, value: camera_failed, advice, mark: `${camera_label}: ${camera_failed}` };
}
