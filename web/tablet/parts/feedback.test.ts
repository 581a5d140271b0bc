/** An officer who looks at the driver tells the outcomes apart by ear, or by the hand that holds the tablet. */

import { expect, test } from "vitest";
import { type Signal, TONES, VIBRATIONS } from "./feedback.ts";

const OUTCOMES: readonly Signal[] = ["pass", "refer", "turn_back"];
const ALL = Object.keys(TONES) as Signal[];

/** What an ear keeps: how many tones, which way they go, how long it lasts. */
function heard(signal: Signal): string {
  const tones = TONES[signal];
  const first = tones[0]?.[0] ?? 0;
  const last = tones[tones.length - 1]?.[0] ?? 0;
  return `${tones.length} ${Math.sign(last - first)}`;
}

const length_s = (signal: Signal): number => Math.max(...TONES[signal].map(([, from, length]) => from + length));
const shaken_ms = (signal: Signal): number => VIBRATIONS[signal].filter((_, at) => at % 2 === 0).reduce((sum, ms) => sum + ms, 0);

test("each outcome has a melody of its own", () => {
  expect(new Set(OUTCOMES.map(heard)).size).toBe(3);
  expect(heard("pass")).toBe("2 1");
  expect(heard("turn_back")).toBe("2 -1");
});

test("each outcome shakes differently: in number, or twice as long", () => {
  for (const one of OUTCOMES) {
    for (const other of OUTCOMES) {
      if (one === other) continue;
      const counts = [VIBRATIONS[one].length, VIBRATIONS[other].length];
      const [short = 0, long = 0] = [shaken_ms(one), shaken_ms(other)].sort((two, three) => two - three);
      expect(counts[0] !== counts[1] || long >= 2 * short, `${one} and ${other}`).toBe(true);
    }
  }
});

test("nothing else sounds or shakes like an outcome", () => {
  for (const other of ALL.filter((signal) => !OUTCOMES.includes(signal))) {
    for (const outcome of OUTCOMES) {
      expect(TONES[other]).not.toEqual(TONES[outcome]);
      expect(VIBRATIONS[other]).not.toEqual(VIBRATIONS[outcome]);
      // A note that something was read or saved is over before an outcome's first tone would be.
      expect(length_s(other)).toBeLessThan(length_s(outcome));
    }
  }
});

test("no signal keeps anybody waiting", () => {
  for (const signal of ALL) {
    expect(length_s(signal)).toBeLessThan(1);
    expect(VIBRATIONS[signal].reduce((sum, ms) => sum + ms, 0)).toBeLessThan(1000);
  }
});
