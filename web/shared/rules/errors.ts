/** The one error of this room. It carries evidence; what it means to a person is said elsewhere. */

/**
 * An expression, pack or piece of data that cannot be used.
 *
 * `code` is a stable dotted code ("expression.invalid"); `at` says where, as a JSON pointer into the
 * expression or pack ("/rules/3/condition/and/0"), "" being the whole of it.
 */
export class RuleError extends Error {
  readonly code: string;
  readonly at: string;

  constructor(code: string, at = "") {
    super(`${code} at ${at === "" ? "/" : at}`);
    this.name = "RuleError";
    this.code = code;
    this.at = at;
  }
}
