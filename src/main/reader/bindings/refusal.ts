/** Why a binding refuses a change. */
import { ConfigStreamError, type ValueIssue } from "../../../shared/errors.js";
import { describeThrown } from "../../../shared/thrown.js";

/** Thrown by what is bound, and caught by the binding. */
export class Refusal extends Error {
  readonly issues: readonly ValueIssue[];

  constructor(issues: readonly ValueIssue[]) {
    super("refused");
    this.issues = issues;
  }
}

/** The error that the application gets for whatever was thrown while a binding took its values. */
export function refusedValue(keys: readonly string[], thrown: unknown): ConfigStreamError {
  if (thrown instanceof ConfigStreamError) return thrown;
  const isRefusal = thrown instanceof Refusal;
  const issues = isRefusal ? thrown.issues : [{ path: "", message: `A function threw ${describeThrown(thrown)}.` }];
  const listed = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  const what = `The settings of the binding of ${named(keys)} were refused: ${listed}`;
  return new ConfigStreamError("refused_value", what, {
    ...(isRefusal ? {} : { cause: thrown }),
    details: { what, issues },
  });
}

function named(keys: readonly string[]): string {
  const first = keys.slice(0, 3).map((key) => `"${key}"`);
  return keys.length > 3 ? `${first.join(", ")} and ${keys.length - 3} more` : first.join(", ");
}
