/** Revisions as they are given on the command line. Pure. */
import { InvalidArgumentError } from "commander";

/** `undefined` for a text that is no revision. */
export function revisionOrNone(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

/** @throws InvalidArgumentError for a text that is no whole number above 0. */
export function parseRevision(text: string): number {
  const revision = revisionOrNone(text);
  if (revision !== undefined) return revision;
  throw new InvalidArgumentError("Give a whole number above 0.");
}
