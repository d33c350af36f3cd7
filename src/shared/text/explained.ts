/** A sentence that says what happened and, after a semicolon, what to do; both are kept apart for programs. */
import type { ErrorDetails } from "../errors.js";

/** Message and options of an error. `what` and `advice` are without full stop, the advice begins with a small letter. */
export function explained(
  what: string,
  advice: string | undefined,
  details: ErrorDetails = {},
): [message: string, options: { readonly details: ErrorDetails }] {
  if (advice === undefined) return [`${what}.`, { details: { ...details, what: `${what}.` } }];
  const whole = `${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`;
  return [`${what}; ${advice}.`, { details: { ...details, what: `${what}.`, advice: whole } }];
}
