/** Judges a remote agent by its status, by what was sent to it, and by what it has reported. Pure. */
import type { ClientState, HeldByClient } from "./client.js";
import type { ReportedIssue } from "./reports.js";

/** The main section of a status, by title; every field comes from another process. */
export type MainSection = { readonly [title: string]: string | undefined };

export interface Judgement {
  readonly state: ClientState;
  readonly sequenceId: number | undefined;
  readonly behind: number | undefined;
  readonly held: number | undefined;
  readonly reason: string;
}

/** Settings that are listed of one remote agent, their names' and reasons' length in characters, and names in a sentence. */
const maxListed = 100;
const maxText = 300;
const maxNamed = 3;

/** `newest`: the core agent's sequence id. */
export function judge(main: MainSection, newest: number, heldSettings: readonly HeldByClient[] = []): Judgement {
  const sequenceId = numberIn(main.sequence_id);
  const held = numberIn(main.held);
  if (sequenceId === undefined && main.state === undefined) {
    return { ...silent("Its status does not say which state it has."), held };
  }
  const isLive = main.state === "live";
  // Ids start over with the core agent: those of a stream that is not live may be of its former life.
  const behind = sequenceId === undefined || !isLive ? undefined : Math.max(0, newest - sequenceId);
  const known = { sequenceId, behind, held };
  if (!isLive) return { ...known, state: "behind", reason: `Its stream is not live: state ${word(main.state)}.` };
  if (behind !== 0)
    return { ...known, state: "behind", reason: `It has still to reach ${behind ?? "all"} sequence ids.` };
  if (held !== undefined && held > 0) {
    return { ...known, state: "held", reason: `It keeps the last good value of ${named(heldSettings, held)}.` };
  }
  return { ...known, state: "synced", reason: "" };
}

/** Of a remote agent whose status is not known. */
export function silent(reason: string): Judgement {
  return { state: "silent", sequenceId: undefined, behind: undefined, held: undefined, reason };
}

/** Of one that serves no status: what is known is what was sent to it. */
export function unconfirmed(sent: number | undefined, newest: number): Judgement {
  if (sent === undefined) return silent("It serves no status, and has no stream.");
  const what = sent >= newest ? "the newest state was sent to it" : `it was sent state ${sent} of ${newest}`;
  return silent(`It serves no status; ${what}.`);
}

/** The settings that a remote agent holds, by the section of its status that lists them. */
export function heldIn(section: MainSection | undefined): readonly HeldByClient[] {
  return Object.entries(section ?? {})
    .slice(0, maxListed)
    .map(([key, reason = ""]) => ({ key: cut(key), reason: cut(reason) }));
}

const heldIssue = /^configstream-consumer:held:[^:]{1,600}:(.+)$/s;

/** As {@link heldIn}, by the issues that a consumer of this library has reported. */
export function heldByReport(issues: readonly ReportedIssue[]): readonly HeldByClient[] {
  return issues
    .flatMap(({ id, description }) => {
      const key = heldIssue.exec(id)?.[1];
      return key === undefined ? [] : [{ key: cut(key), reason: cut(description) }];
    })
    .slice(0, maxListed);
}

function named(heldSettings: readonly HeldByClient[], held: number): string {
  const names = heldSettings.slice(0, maxNamed).map(({ key }) => key);
  const others = held - names.length;
  if (names.length === 0) return `${held} settings`;
  return others > 0 ? `${names.join(", ")} and ${others} others` : names.join(", ");
}

function cut(text: string): string {
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function word(text: string | undefined): string {
  return text !== undefined && /^[a-z-]{1,20}$/.test(text) ? text : "unknown";
}
