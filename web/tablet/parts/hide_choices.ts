/** After how many seconds personal details may leave the screen; nobody leaves them there for good. */
export const HIDE_CHOICES_S = [5, 10, 20, 60] as const;
export type HideSeconds = (typeof HIDE_CHOICES_S)[number];
