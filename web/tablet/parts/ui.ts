/** What every screen needs: the core and its state, the words, the settings, the clock, the camera. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { CameraHandle, CameraState } from "../core/camera.ts";
import { type Announced, type AppState, type Core, CoreError, type NamedPlace } from "../core/types.ts";
import type { Texts } from "../texts/vi.ts";
import { errorWords } from "./error_words.ts";
import type { DeviceHealth } from "./health.ts";
import type { Settings } from "./settings.ts";

/** The tablet's eyes, handed in so that screens run without hardware. */
export interface Devices {
  /** `isHeld`: no frame is looked at while it is true. */
  camera(video: HTMLVideoElement, onText: (text: string) => void, onState: (state: CameraState) => void, isHeld: () => boolean): CameraHandle;
  /** Texts of all codes in a picture; empty when there is none. Rejects for what is no picture. */
  decodeImage(picture: Blob): Promise<string[]>;
}

export interface Ui {
  core: Core;
  state: AppState;
  texts: Texts;
  settings: Settings;
  change(patch: Partial<Settings>): void;
  /** Device time, moved on every few seconds. */
  now_ms: number;
  devices: Devices;
  health: DeviceHealth;
  /** Places of the levels pack; empty while there is none. */
  places: readonly NamedPlace[];
  /** What is about to change, nearest first. */
  announced: readonly Announced[];
  /** A sheet over the screen reads codes of its own: the screen must not read them too. */
  covered: boolean;
  /** The plate (normal form) of the crossing on the lane's screen; null while there is none. */
  at_hand: string | null;
  /** Opens the screen of everything that is not a crossing, or one of its screens at once. */
  more(id?: string): void;
  /** Starts the version that waits; null where none does, or where that would cost something. */
  update: (() => void) | null;
  /** Begins to practise; null while practising, and before this tablet has a checkpoint. */
  practise: (() => void) | null;
}

export const UiContext = createContext<Ui | null>(null);

export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (ui === null) throw new Error("useUi outside of UiContext");
  return ui;
}

/** What to do about an error; one without words of its own shows its code, so that it can be reported. */
export function errorText(texts: Texts, error: unknown): string {
  const code = typeof error === "string" ? error : error instanceof CoreError ? error.code : null;
  const known = code === null ? null : errorWords(texts, code);
  if (known !== null) return known;
  return code === null ? texts.app.failed : `${texts.app.failed} (${code})`;
}
