/** A health check, made from a status alone: for probes of an orchestrator, in any thread that can ask for the status. */

import { InvalidOptionError } from "../../shared/errors.js";
import { checkNames, described, timeoutOption } from "../../shared/options/option-checks.js";
import { duration } from "../../shared/text/duration.js";
import type { ConsumerStatus } from "../../status/status.js";

/** Thresholds of {@link checkHealth}, in ms, 0 or more; `Infinity` switches one off. */
export interface HealthOptions {
  /**
   * Settings that nothing has confirmed for longer make the consumer not `ready`. Default: `Infinity`, because an
   * application that goes on with its last good settings is better than one that an outage of the core agent takes away.
   */
  readonly maxStaleMs?: number | undefined;
  /**
   * Without a message for longer, settings count as `stale` also while the stream seems to be alive. Default: `Infinity`, because
   * settings that do not change cause no message, and a dead connection is noticed otherwise.
   */
  readonly maxMessageAgeMs?: number | undefined;
  /**
   * Without a sign of life of the worker for longer, the consumer is not `live`. Default: 60,000. The sign comes once a
   * second; a worker that died is replaced after a back-off of up to 30 s by default.
   */
  readonly maxHeartbeatAgeMs?: number | undefined;
}

/** How a consumer is. */
export interface Health {
  /** False when only a restart of the process seems to help: the consumer was stopped, or its worker is stuck. */
  readonly live: boolean;
  /** True when settings can be read that are recent enough. */
  readonly ready: boolean;
  /** True when settings can be read that may not be the newest. */
  readonly stale: boolean;
  /** A sentence for each thing that is not as it should be; empty when all is well. Holds no token, address or setting value. */
  readonly reasons: readonly string[];
}

/**
 * Judges a status: `checkHealth(consumer.status())`. Call it at each probe; the worker's heartbeat is judged by what this thread
 * saw at earlier calls of `status()`. Throws `InvalidOptionError` for an option that is wrong.
 */
export function checkHealth(status: ConsumerStatus, options: HealthOptions = {}): Health {
  if (typeof status !== "object" || status === null || typeof status.state !== "string") {
    throw new InvalidOptionError(
      `checkHealth expects a status, as consumer.status() gives it, but was given ${described(status)}. Call checkHealth(consumer.status()).`,
    );
  }
  checkNames(options, ["maxStaleMs", "maxMessageAgeMs", "maxHeartbeatAgeMs"], "checkHealth");
  const infinite = Number.POSITIVE_INFINITY;
  const maxStaleMs = timeoutOption("maxStaleMs", options.maxStaleMs, infinite);
  const maxMessageAgeMs = timeoutOption("maxMessageAgeMs", options.maxMessageAgeMs, infinite);
  const maxHeartbeatAgeMs = timeoutOption("maxHeartbeatAgeMs", options.maxHeartbeatAgeMs, 60_000);
  const { state, cachedAgeMs, interruptedForMs, lastMessageAgeMs = 0, workerHeartbeatAgeMs = 0 } = status;

  const reasons: string[] = [];
  const isStopped = state === "stopped";
  const isStuck = workerHeartbeatAgeMs > maxHeartbeatAgeMs;
  const isReadable = status.sequenceId !== undefined;
  const isSilent = lastMessageAgeMs > maxMessageAgeMs;
  const staleMs = Math.max(interruptedForMs ?? 0, cachedAgeMs ?? 0, isSilent ? lastMessageAgeMs : 0);
  const isTooOld = isReadable && staleMs > maxStaleMs;

  if (isStopped) reasons.push("The consumer was stopped.");
  else if (!status.started) reasons.push("The consumer was not started.");
  else if (state !== "live") reasons.push(whyNotLive(status));
  else if (interruptedForMs !== undefined)
    reasons.push(`New settings have not arrived for ${duration(interruptedForMs)}${failure(status)}.`);
  if (cachedAgeMs !== undefined) {
    const when =
      cachedAgeMs === Number.POSITIVE_INFINITY ? "at a time that is not known" : `${duration(cachedAgeMs)} ago`;
    reasons.push(`Settings come from the cache file; the core agent confirmed them ${when}.`);
  }
  for (const { path, state: file } of status.configFiles ?? []) {
    // Not the folder: probes are often open to everybody.
    const name = JSON.stringify(path.replace(/^.*[\\/]/s, ""));
    if (file === "missing") reasons.push(`The configuration file ${name} does not exist and sets nothing.`);
    if (file === "refused")
      reasons.push(`The configuration file ${name} was refused; its last good settings are in force.`);
  }
  if (status.cacheFailedWrites !== undefined) {
    reasons.push(
      "The cache file could never be written; status, log and the option cache.path tell where it should be.",
    );
  }
  const held = status.held ?? [];
  if (held.length > 0) {
    const names = held.slice(0, 10).map(({ key }) => `"${key}"`);
    const others = held.length > names.length ? ` and ${held.length - names.length} more` : "";
    reasons.push(`The newest values of these settings break their guards and are held: ${names.join(", ")}${others}.`);
  }
  if (isSilent) {
    reasons.push(
      `The last message is ${duration(lastMessageAgeMs)} old, more than maxMessageAgeMs (${duration(maxMessageAgeMs)}).`,
    );
  }
  if (isTooOld) reasons.push(`Settings are stale for longer than maxStaleMs (${duration(maxStaleMs)}).`);
  if (isStuck) reasons.push(`The worker has given no sign of life for ${duration(workerHeartbeatAgeMs)}.`);
  return {
    live: !isStopped && !isStuck,
    ready: status.ready && !isStopped && !isTooOld,
    stale: isReadable && (state !== "live" || interruptedForMs !== undefined || isSilent),
    reasons,
  };
}

function whyNotLive(status: ConsumerStatus): string {
  const { state, step, sequenceId, interruptedForMs } = status;
  const since = interruptedForMs === undefined ? "" : `, for ${duration(interruptedForMs)}`;
  const what = sequenceId === undefined ? "No settings have arrived yet" : "Settings do not follow the core agent";
  return `${what}${since}: state ${state}, step "${step}"${failure(status)}.`;
}

/** Not the error's message: probes are often open to everybody, and it names paths and addresses. */
function failure({ attempt, lastError }: ConsumerStatus): string {
  const attempts = attempt > 0 ? `, ${attempt} failed attempt${attempt > 1 ? "s" : ""}` : "";
  return lastError === undefined ? attempts : `${attempts}, last error ${lastError.code}`;
}
