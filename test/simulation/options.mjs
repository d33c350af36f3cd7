// The options of the simulation's commands.
import { parseArgs } from "node:util";

/** Seeds are of 32 bits. */
export const largestSeed = 2 ** 32 - 1;

/** What `npm run simulate` was asked for: how many seeds, from which one on. Throws `UsageError`. */
export function simulateOptions(args) {
  const options = { seeds: { type: "string" }, seed: { type: "string" } };
  const { values } = parsed({ args, options });
  const first = values.seed === undefined ? 1 : wholeNumber("seed", values.seed, 0, largestSeed);
  const usual = values.seed === undefined ? 1_000 : 1;
  const seeds = values.seeds === undefined ? usual : wholeNumber("seeds", values.seeds, 1, largestSeed - first + 1);
  return { first, seeds };
}

/** What `npm run simulate:mistakes` was asked for. Throws `UsageError`. */
export function mistakesOptions(args, names) {
  const options = { seeds: { type: "string" }, check: { type: "boolean" }, "no-tests": { type: "boolean" } };
  const { values, positionals } = parsed({ args, options, allowPositionals: true });
  if (positionals.length > 1)
    throw new UsageError(`Give one regular expression, in quotes, not ${positionals.length}.`);
  const wanted = expression(positionals[0] ?? "");
  if (!names.some((name) => wanted.test(name))) throw new UsageError(`No mistake has a name like ${wanted}.`);
  const seeds = values.seeds === undefined ? 300 : wholeNumber("seeds", values.seeds, 1, largestSeed);
  return { seeds, check: values.check === true, tests: values["no-tests"] !== true, wanted };
}

/** What the user wrote is wrong. */
export class UsageError extends Error {
  name = "UsageError";
}

/** Reads options; where they are wrong, says so in a line and ends with 2. */
export function orUsage(read) {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    process.exit(2);
  }
}

function parsed(config) {
  try {
    return parseArgs(config);
  } catch (thrown) {
    throw new UsageError(thrown.message);
  }
}

function expression(text) {
  try {
    return new RegExp(text);
  } catch (thrown) {
    throw new UsageError(thrown.message);
  }
}

function wholeNumber(name, text, from, to) {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= from && number <= to) return number;
  throw new UsageError(`--${name} must be a whole number from ${from} to ${to}, but is "${text}".`);
}
