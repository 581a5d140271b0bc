/** Tones and vibration: each outcome can be told apart without looking, and nothing else sounds like one. */

import type { Outcome } from "../core/types.ts";

export type Signal = Outcome | "read" | "saved" | "refused";

/** [hertz, start s, length s]. Pass rises, refer repeats one tone, turn-back falls low and long. */
export const TONES: Record<Signal, readonly (readonly [number, number, number])[]> = {
  pass: [[784, 0, 0.11], [1175, 0.12, 0.2]],
  refer: [[587, 0, 0.13], [587, 0.2, 0.13], [587, 0.4, 0.13]],
  turn_back: [[330, 0, 0.3], [220, 0.32, 0.5]],
  read: [[1568, 0, 0.05]],
  saved: [[988, 0, 0.07]],
  refused: [[262, 0, 0.16]],
};

/** Milliseconds on, off, on, … */
export const VIBRATIONS: Record<Signal, readonly number[]> = {
  pass: [80],
  refer: [120, 90, 120, 90, 120],
  turn_back: [600],
  read: [25],
  saved: [40],
  refused: [60, 50, 60],
};

let audio: AudioContext | null = null;

/** Browsers keep sound off until a touch: call this from one. */
export function wakeSound(): void {
  if (typeof AudioContext === "undefined") return;
  audio = audio ?? new AudioContext();
  if (audio.state === "suspended") void audio.resume();
}

/** Plays and vibrates; silent where the device cannot. */
export function signal(which: Signal, sound: boolean): void {
  // Before a first touch browsers refuse to vibrate, and say so as an error.
  const touched = navigator.userActivation?.hasBeenActive ?? true;
  if (touched && "vibrate" in navigator) navigator.vibrate([...VIBRATIONS[which]]);
  if (!sound || audio === null || audio.state !== "running") return;
  for (const [hertz, start_s, length_s] of TONES[which]) tone(audio, hertz, start_s, length_s);
}

function tone(context: AudioContext, hertz: number, start_s: number, length_s: number): void {
  const from = context.currentTime + start_s;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "triangle";
  oscillator.frequency.value = hertz;
  // A bare start or stop clicks in the speaker.
  gain.gain.setValueAtTime(0.0001, from);
  gain.gain.exponentialRampToValueAtTime(0.6, from + 0.012);
  gain.gain.setValueAtTime(0.6, from + length_s - 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, from + length_s);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + length_s + 0.02);
}
