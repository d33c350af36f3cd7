/** Rules of options that are more than a kind and a range. Pure. */
import { InvalidOptionError } from "../../shared/errors.js";
import { checkNames, described, stringOption } from "../../shared/options/option-checks.js";
import { defaultOverrides, type OverrideRule, type SessionParams } from "../../shared/params.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import { isToken } from "../../shared/text/token.js";

export function overrideRules(name: string, given: unknown): readonly OverrideRule[] {
  if (given === undefined) return defaultOverrides;
  if (!Array.isArray(given)) {
    throw new InvalidOptionError(`Option "${name}" must be an array of rules, but is ${described(given)}.`);
  }
  return given.map((rule: Partial<OverrideRule>, index) => {
    const at = `${name}[${index}]`;
    checkNames(rule, ["clientName", "from", "to"], `Option "${at}"`);
    return {
      clientName: stringOption(`${at}.clientName`, rule.clientName ?? null, ""),
      from: lowerCase(stringOption(`${at}.from`, rule.from ?? null, "")),
      to: lowerCase(stringOption(`${at}.to`, rule.to ?? null, "")),
    };
  });
}

/** Where the session comes from. At most one of the two may be given. */
export function sessionOrigin(sessionId: unknown, provider: unknown): SessionParams {
  if (sessionId !== undefined && provider !== undefined) {
    throw new InvalidOptionError(
      'Both "sessionId" and "sessionIdProvider" were given; a session has one origin. Give one of them, or none to let the ' +
        "consumer register itself.",
    );
  }
  if (provider !== undefined) return { kind: "provider" };
  if (sessionId === undefined) return { kind: "register" };
  // Not described: a session id must not get into an error.
  if (typeof sessionId !== "string" || !isToken(sessionId)) {
    throw new InvalidOptionError('Option "sessionId" must be a non-empty string of visible ASCII characters.');
  }
  return { kind: "fixed", sessionId };
}

/** The path of a credential file, as an option or a variable gives it; `undefined`: neither does. */
export function credentialPath(name: string, given: unknown, variable: string | undefined): string | undefined {
  const path = stringOption(name, given, variable ?? "");
  // Neither is quoted: the content of such a file is what must not get into an error.
  if (path.includes("-----BEGIN") || /[\r\n]/.test(path) || /^[0-9a-f]{32,}$/i.test(path)) {
    throw new InvalidOptionError(
      `Option "${name}" must be the path of a file, but looks like the content of one. Give the path.`,
    );
  }
  return path === "" ? undefined : path;
}
