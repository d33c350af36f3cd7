/** What must be true of a remote agent once it is calm for long enough. */

import type { ConfigValue } from "../../../src/shared/types.js";
import type { RemoteAgent } from "../world/remote-agent.js";
import { guards } from "../world/remote-agent.js";
import type { World } from "../world/world.js";
import { seenBy, type Winner } from "./model.js";

/** Why it is not, if it is not. */
export function whyNotSettled(world: World, remote: RemoteAgent): string | undefined {
  const { agent, model } = world;
  if (agent === undefined) return "there is no core agent";
  if (agent.hasForgotten) return "streams of forgotten sessions have not ended yet";
  const { revision } = world.cluster;
  if (world.story.setup.store && agent.storeRevision !== revision) {
    return `the core agent is at revision ${agent.storeRevision} of the store, which is at ${revision}`;
  }
  const status = remote.consumer.status();
  const { state, step, attempt, sequenceId, ready } = status;
  if (state !== "live" || step !== "done" || !ready)
    return `state ${state}, step ${step}, ready ${ready}: ${status.lastError?.message}`;
  if (attempt !== 0 || status.nextAttemptInMs !== undefined)
    return `attempt ${attempt}, next in ${status.nextAttemptInMs} ms`;
  if (status.interruptedForMs !== undefined)
    return `interrupted for ${status.interruptedForMs} ms: ${status.lastError?.message}`;
  if (sequenceId !== agent.sequenceId) return `sequence id ${sequenceId} instead of ${agent.sequenceId}`;
  if (status.sessionAgeMs === undefined) return "no session";
  if ((status.lastMessageAgeMs ?? -1) < 0 || (status.lastChangeAgeMs ?? -1) < 0) return "an age that is none";
  return (
    differences(world, remote, seenBy(remote.name, model.settings())) ?? heldFault(world, remote, model.settings())
  );
}

function differences(
  { dialect }: World,
  remote: RemoteAgent,
  expected: ReadonlyMap<string, Winner>,
): string | undefined {
  const reader = remote.consumer.reader();
  const tellsSources = dialect === "newest" || dialect === "section-per-source";
  const keys = new Set([...expected.keys(), ...reader.allKeysLowercased()]);
  for (const key of keys) {
    if (remote.apart.has(key) && !isGood(remote, expected, key)) continue;
    const should = expected.get(key);
    const is = reader.get(key);
    if (json(is) !== json(should?.value))
      return `"${key}" is ${json(is)}, and ${json(should?.value)} at the core agent`;
    const source = reader.getSource(key);
    if (tellsSources && !(should?.sources ?? [""]).includes(source)) {
      return `"${key}" comes from "${source}", not from ${should?.sources.join(" or ")}`;
    }
  }
  return undefined;
}

/** Keys that are held: those that are bad, the others of their group, and no more; and none of them shows a bad value. */
function heldFault(world: World, remote: RemoteAgent, settings: ReadonlyMap<string, Winner>): string | undefined {
  const held = remote.consumer.status().held.map(({ key }) => key);
  for (const key of remote.apart) {
    const isBad = !isAllowed(settings.get(key)?.value);
    if (isBad && !held.includes(key)) return `"${key}" is bad and not held`;
    if (held.includes(key) && isGood(remote, settings, key)) return `"${key}" is good and held`;
    if (!isAllowed(remote.consumer.reader().get(key)))
      return `"${key}" shows a bad value: ${json(remote.consumer.reader().get(key))}`;
  }
  const { report, clients } = world.story.setup;
  const issues = report ? held.length : 0;
  const told = world.agent?.openIssues ?? [];
  if (clients.length === 1 && !told.includes(issues)) return `the core agent has ${told} issues of ${issues} held keys`;
  if (held.some((key) => !remote.apart.has(key))) return `held without a guard: ${held}`;
  return undefined;
}

/** Whether neither the key nor another one of its group is bad. */
function isGood(remote: RemoteAgent, settings: ReadonlyMap<string, Winner>, key: string): boolean {
  const group = guards[key]?.group;
  const keys = group === undefined ? [key] : [...remote.apart].filter((other) => guards[other]?.group === group);
  return keys.every((each) => isAllowed(settings.get(each)?.value));
}

function isAllowed(value: ConfigValue | undefined): boolean {
  return value === undefined || (typeof value === "number" && value >= 0 && value <= 100);
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
