/**
 * The net below the whole suite: what must never be seen, and what was seen. Everything that the product prints or throws in a
 * test passes through here (see setup.ts and the watched package), and a test in which a secret was seen fails.
 */

/** Every planted text begins with it. */
const marker = "pl4nted-s3cret";

interface Net {
  /** Secrets that no test planted: real tokens, keys and session ids of the core agents of this test. */
  readonly hidden: Set<string>;
  readonly leaks: string[];
  /** What to look at when the net is checked. */
  readonly looks: (() => void)[];
  /** How much passed through, by kind: a net that sees nothing catches nothing. */
  readonly seen: Map<string, number>;
  muted: boolean;
  isLaid: boolean;
}

// One for all copies of this module in the process.
const key = Symbol.for("configstream-test/secret-net");
const holder = globalThis as typeof globalThis & { [key]?: Net };
holder[key] ??= { hidden: new Set(), leaks: [], looks: [], seen: new Map(), muted: false, isLaid: false };
const net: Net = holder[key];

/** Whether it has not been called in this process: the net is laid once, also when many test files share the process. */
export function isFirstCall(): boolean {
  const isFirst = !net.isLaid;
  net.isLaid = true;
  return isFirst;
}

/** A secret for a test to put in a token, a key, a session id, a setting value, or a message that may quote one. */
export function planted(what: string): string {
  return `${marker}-${what}`;
}

/** Whether a text shows a planted secret, in the forms in which one might slip out. */
export function showsPlanted(text: string): boolean {
  return text.toLowerCase().includes(marker) || text.includes(Buffer.from(marker).toString("base64").slice(0, -4));
}

/** From now on, until the end of the test, this text must not be seen. */
export function hide(secret: string): void {
  if (secret.length >= 8) net.hidden.add(secret);
}

/** Something that people may see: a line of the log, an error, metrics, an inspection, the output of a process. */
export function saw(kind: string, text: string): void {
  net.seen.set(kind, (net.seen.get(kind) ?? 0) + 1);
  if (showsPlanted(text)) net.leaks.push(`${kind}: ${text}`);
  // A folder's name is made in the same way as a session id, but is no secret.
  const searched = text.replaceAll(/configstream-core-agent-[0-9a-f-]{36}/g, "");
  for (const secret of net.hidden) if (searched.includes(secret)) net.leaks.push(`${kind}: ${text}`);
}

/** Looks at something later, when the net is checked, because it is not complete yet. */
export function later(look: () => void): void {
  net.looks.push(look);
}

/** How often each kind passed through in this test. */
export function seenSoFar(): ReadonlyMap<string, number> {
  return net.seen;
}

/** Runs what prints, and keeps it from the console; the net sees it all the same. */
export function mute(print: () => unknown): void {
  net.muted = true;
  try {
    print();
  } finally {
    net.muted = false;
  }
}

export function isMuted(): boolean {
  return net.muted;
}

/** What leaked since the last call. */
export function takeLeaks(): readonly string[] {
  for (const look of net.looks.splice(0)) look();
  return net.leaks.splice(0);
}

/** As {@link takeLeaks}, and forgets everything else, for the next test. */
export function emptyNet(): readonly string[] {
  const leaks = takeLeaks();
  net.seen.clear();
  net.hidden.clear();
  return leaks;
}
