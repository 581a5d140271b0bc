/** The one error of the core: a stable code, and what a screen may show with it. */
export class CoreError extends Error {
  readonly code: string;
  /** The field concerned, or the milliseconds to wait for "badge.wait". */
  readonly at: string | number | null;

  constructor(code: string, at: string | number | null = null) {
    super(at === null ? code : `${code} at ${at}`);
    this.name = "CoreError";
    this.code = code;
    this.at = at;
  }
}
