/** What this tablet's officer chose for the screen. Nothing about travellers is ever kept here. */

import { HIDE_CHOICES_S, type HideSeconds } from "./hide_choices.ts";
import type { Direction } from "../core/types.ts";
import type { Theme } from "./theme.ts";

export interface Settings {
  language: "vi" | "en";
  theme: Theme;
  sound: boolean;
  direction: Direction;
  /** Camera id chosen by hand; null: the back camera. */
  lens: string | null;
  /** After how many seconds personal details leave the screen. */
  hide_s: HideSeconds;
}

export const DEFAULTS: Settings = { language: "vi", theme: "auto", sound: true, direction: "in", lens: null, hide_s: 20 };

const KEY = "chot-settings";

export function readSettings(store: Storage): Settings {
  try {
    const value: unknown = JSON.parse(store.getItem(KEY) ?? "{}");
    return typeof value === "object" && value !== null ? { ...DEFAULTS, ...checked(value) } : DEFAULTS;
  } catch {
    // Settings are a comfort: a damaged or forbidden store must not keep a lane closed.
    return DEFAULTS;
  }
}

export function writeSettings(store: Storage, settings: Settings): void {
  try {
    store.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Full or forbidden: the choice holds until the page closes.
  }
}

function checked(value: object): Partial<Settings> {
  const raw = value as Record<string, unknown>;
  const kept: Partial<Settings> = {};
  if (raw.language === "vi" || raw.language === "en") kept.language = raw.language;
  if (raw.theme === "auto" || raw.theme === "day" || raw.theme === "night") kept.theme = raw.theme;
  if (typeof raw.sound === "boolean") kept.sound = raw.sound;
  if (raw.direction === "in" || raw.direction === "out") kept.direction = raw.direction;
  if (typeof raw.lens === "string") kept.lens = raw.lens;
  const hide_s = HIDE_CHOICES_S.find((one) => one === raw.hide_s);
  if (hide_s !== undefined) kept.hide_s = hide_s;
  return kept;
}
