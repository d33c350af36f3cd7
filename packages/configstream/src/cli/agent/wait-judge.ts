/** Who of the remote agents has a change. Pure. */
import { lowerCase, providerService } from "configstream-consumer/internal";
import type { RegisteredClient } from "../../core-agent/index.js";

/**
 * | standing | meaning |
 * |---|---|
 * | `has` | it has the change, and reads the new values |
 * | `sent` | it serves no status, so that it is unknown; the change was sent to it |
 * | `holds` | it has the change, and keeps the last good value of a setting in it |
 * | `behind` | it has still to get there |
 * | `silent` | it serves a status, and does not answer |
 */
export type StandingName = "has" | "sent" | "holds" | "behind" | "silent";

export interface Standing {
  readonly name: string;
  readonly pid: string;
  readonly standing: StandingName;
  /** Completes the sentence that begins with its name; empty for `has`. */
  readonly why: string;
}

/** @param sequenceId Of the state after the change, which has these keys. */
export function standingOf(client: RegisteredClient, sequenceId: number, keys: readonly string[]): Standing {
  return { name: client.name, pid: client.pid, ...judged(client, sequenceId, keys) };
}

/** Nothing is left to wait for. */
export function isSettled(standings: readonly Standing[]): boolean {
  return standings.every(({ standing }) => standing !== "behind" && standing !== "silent");
}

/** Remote agents for which the wait has failed. */
export function without(standings: readonly Standing[]): readonly Standing[] {
  return standings.filter(({ standing }) => standing !== "has" && standing !== "sent");
}

function judged(
  client: RegisteredClient,
  sequenceId: number,
  keys: readonly string[],
): Pick<Standing, "standing" | "why"> {
  const wanted = new Set(keys.map(lowerCase));
  const heldKeys = client.heldSettings.map(({ key }) => key).filter((key) => wanted.has(lowerCase(key)));
  const holds = { standing: "holds", why: `holds ${heldKeys.join(", ")} at the last good value` } as const;
  if (!client.services.includes(providerService.status)) {
    if (client.sent === undefined) return { standing: "behind", why: "serves no status, and has no stream" };
    if (client.sent < sequenceId) return { standing: "behind", why: "serves no status, and was not sent it yet" };
    if (heldKeys.length > 0) return holds;
    return { standing: "sent", why: "serves no status; it was sent to it" };
  }
  if (client.state === "silent") return { standing: "silent", why: "does not answer" };
  // Without a number of how far it is behind, its own number is of another life of the stream.
  if (client.behind === undefined || client.sequenceId === undefined) {
    return { standing: "behind", why: "has no live stream" };
  }
  if (client.sequenceId < sequenceId) {
    return { standing: "behind", why: `is at sequence id ${client.sequenceId}` };
  }
  return heldKeys.length > 0 ? holds : { standing: "has", why: "" };
}
