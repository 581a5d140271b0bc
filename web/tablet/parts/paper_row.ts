/** A line of the paper log while it is being copied: its time and its number. */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** "0815" → 08:15; "42" after a line at 08:15 → 08:42, for a log goes on in its hour. null while it is no time. */
export function timeOf(typed: string, last_hour: number | null): { hour: number; minute: number } | null {
  const whole = /^([01][0-9]|2[0-3])([0-5][0-9])$/.exec(typed);
  if (whole !== null) return { hour: Number(whole[1]), minute: Number(whole[2]) };
  const minutes = /^[0-5][0-9]$/.test(typed) && last_hour !== null;
  return minutes ? { hour: last_hour, minute: Number(typed) } : null;
}

/** How it reads while digits are missing: "08:1_". */
export function timeText(typed: string, last_hour: number | null): string {
  const time = typed.length === 2 ? timeOf(typed, last_hour) : null;
  if (time !== null) return `${String(time.hour).padStart(2, "0")}:${typed}`;
  const shown = typed.padEnd(4, "_");
  return `${shown.slice(0, 2)}:${shown.slice(2)}`;
}

/** `day_start_ms`: midnight in Vietnam of the day entered; `days_ago` before it. */
export function occurredMs(day_start_ms: number, days_ago: number, time: { hour: number; minute: number }): number {
  return day_start_ms - days_ago * DAY_MS + (time.hour * 60 + time.minute) * MINUTE_MS;
}

/** The line after this one: "S2-17" → "S2-18", "017" → "018"; without a number at the end it stays. */
export function nextLine(no: string): string {
  const number = /[0-9]+$/.exec(no)?.[0] ?? "";
  if (number === "" || number.length > 9) return no;
  return no.slice(0, -number.length) + String(Number(number) + 1).padStart(number.length, "0");
}
