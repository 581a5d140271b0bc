/** The one error of this room; twin of sync/errors.py. */

export class SyncError extends Error {
  /** A stable dotted code, "batch.signature". */
  readonly code: string;
  /** The number in sync/SPEC.md. */
  readonly rule: string;
  /** The sequence number or field concerned, where there is one. */
  readonly at: string | number | null;

  constructor(code: string, rule: string, at: string | number | null = null) {
    super(at === null ? `${code} (${rule})` : `${code} (${rule}) at ${at}`);
    this.name = "SyncError";
    this.code = code;
    this.rule = rule;
    this.at = at;
  }
}
