/** What an officer may answer about when a journey began, as the moment that is written down. */

/**
 * `rises_ms`: when levels rose, oldest first. Before the first, between two of them, or after the last: each
 * answer is the latest moment it leaves open, and the last one the rise itself, no sooner than which it was.
 */
export function departureAnswers(rises_ms: readonly number[]): number[] {
  const last = rises_ms[rises_ms.length - 1];
  return last === undefined ? [] : [...rises_ms.map((rise_ms) => rise_ms - 1), last];
}

/** The answer that was given, as one of `answers`; null before it. */
export function givenAnswer(answers: readonly number[], departed_ms: number | null): number | null {
  if (departed_ms === null) return null;
  return answers.find((one) => departed_ms <= one) ?? answers[answers.length - 1] ?? null;
}
