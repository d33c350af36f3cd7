/** Judges a remote agent by its status. Pure. */
import type { ClientState } from "./client.js";

/** The main section of a status, by title; every field comes from another process. */
export type MainSection = { readonly [title: string]: string | undefined };

export interface Judgement {
  readonly state: ClientState;
  readonly sequenceId: number | undefined;
  readonly behind: number | undefined;
  readonly held: number | undefined;
  readonly reason: string;
}

/** `newest`: the core agent's sequence id. */
export function judge(main: MainSection, newest: number): Judgement {
  const sequenceId = numberIn(main.sequence_id);
  const held = numberIn(main.held);
  if (sequenceId === undefined && main.state === undefined) {
    return { ...silent("Its status does not say which state it has."), held };
  }
  const isLive = main.state === "live";
  // Ids begin anew with the core agent: those of a stream that is not live may be of its former life.
  const behind = sequenceId === undefined || !isLive ? undefined : Math.max(0, newest - sequenceId);
  const known = { sequenceId, behind, held };
  if (!isLive) return { ...known, state: "behind", reason: `Its stream is not live: state ${word(main.state)}.` };
  if (behind !== 0)
    return { ...known, state: "behind", reason: `It has still to reach ${behind ?? "all"} sequence ids.` };
  if (held !== undefined && held > 0) {
    return { ...known, state: "held", reason: `It keeps the last good value of ${held} settings.` };
  }
  return { ...known, state: "synced", reason: "" };
}

/** Of a remote agent whose status is not known. */
export function silent(reason: string): Judgement {
  return { state: "silent", sequenceId: undefined, behind: undefined, held: undefined, reason };
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function word(text: string | undefined): string {
  return text !== undefined && /^[a-z-]{1,20}$/.test(text) ? text : "unknown";
}
