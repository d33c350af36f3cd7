/** What remote agents say of changes that are only tried. Pure. */
import type { CommandResult } from "./client.js";

/**
 * | verdict | meaning |
 * |---|---|
 * | `takes` | its readers would get all of it |
 * | `holds` | it would keep the last good value of some settings |
 * | `unasked` | it could not be asked: it serves no commands, does not know this one, or does not answer |
 */
export type VerdictName = "takes" | "holds" | "unasked";

/** A setting that a remote agent would hold at its last good value. */
export interface WouldHold {
  readonly key: string;
  /** The rule that is broken, in the remote agent's own words, such as `must be an integer`. */
  readonly rule: string;
}

/** What a remote agent says of changes that are only tried. */
export interface ClientVerdict {
  /** Its name for people. */
  readonly name: string;
  /** Process id, as it was registered. */
  readonly pid: string;
  readonly verdict: VerdictName;
  /** At most 1,000 settings of the change, or that go with one of it. */
  readonly held: readonly WouldHold[];
  /** Why it could not be asked, completing the sentence that begins with its name; empty when it was. */
  readonly why: string;
}

export type Answer = Pick<ClientVerdict, "verdict" | "held" | "why">;

const maxListed = 1_000;
const maxText = 300;

/** What the command `judge` gave. What else it wrote is not repeated, because it may quote anything. */
export function answerOf({ exitCode, stdout }: CommandResult): Answer {
  if (exitCode === 2) return unasked("does not know the command judge");
  if (exitCode === 3) return unasked("has no settings yet to judge by");
  const held = heldIn(stdout);
  if (held === undefined) return unasked("gave an answer that cannot be read");
  return { verdict: held.length > 0 ? "holds" : "takes", held, why: "" };
}

export function unasked(why: string): Answer {
  return { verdict: "unasked", held: [], why };
}

function heldIn(text: string): readonly WouldHold[] | undefined {
  try {
    const { held } = JSON.parse(text) as { held: readonly WouldHold[] };
    return held.slice(0, maxListed).map(({ key, rule }) => ({ key: cut(key), rule: cut(rule) }));
  } catch {
    return undefined;
  }
}

/** Throws for what is no text. */
function cut(text: string): string {
  if (typeof text !== "string") throw new TypeError("no text");
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}
