/** Which colours a screen wears: chosen, or by the hour where a checkpoint stands. */

export type Theme = "auto" | "day" | "night";

const OFFSET_MS = 7 * 3_600_000; // Vietnam has no daylight saving time
const DAY_FROM_HOUR = 6;
const NIGHT_FROM_HOUR = 18;

/** Tablets rarely switch their own dark mode, so "auto" goes by the hour, +07:00. */
export function shownTheme(theme: Theme, now_ms: number): "day" | "night" {
  if (theme !== "auto") return theme;
  const hour = new Date(now_ms + OFFSET_MS).getUTCHours();
  return hour >= DAY_FROM_HOUR && hour < NIGHT_FROM_HOUR ? "day" : "night";
}
