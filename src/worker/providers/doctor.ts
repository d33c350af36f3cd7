/** Looks for what is wrong with the consumer, from inside its worker. Says no value, token or session id. */

import type { CounterName } from "../../memory/counters.js";
import { readCounter } from "../../memory/facts.js";
import { ConfigStreamError } from "../../shared/errors.js";
import { duration } from "../../shared/text/duration.js";
import { printable } from "../../shared/text/printable.js";
import { consumerStatus } from "../../status/status.js";
import type { CommandOutcome } from "./outcome.js";
import type { ProviderSources } from "./sources.js";

/** One look: whether it is as it should be, and what was seen. A note is worth knowing, but not a fault. */
interface Finding {
  readonly verdict: "ok" | "note" | "fault";
  readonly text: string;
}

export async function doctor(sources: ProviderSources): Promise<CommandOutcome> {
  const findings = [await credentials(sources), ...stream(sources), ...counted(sources), ...held(sources)];
  const lines = findings.map(({ verdict, text }) => `${verdict.padEnd(5)} ${printable(text)}`);
  return { code: findings.some(({ verdict }) => verdict === "fault") ? 1 : 0, stdout: `${lines.join("\n")}\n` };
}

async function credentials({ credentials: reader }: ProviderSources): Promise<Finding> {
  try {
    await reader.read();
    return { verdict: "ok", text: "Token and certificate can be read, and belong together." };
  } catch (thrown) {
    return { verdict: "fault", text: ConfigStreamError.from(thrown, "credentials").message };
  }
}

function stream({ region, params }: ProviderSources): Finding[] {
  const status = consumerStatus(region);
  const { state, step, attempt, lastError, interruptedForMs, sequenceId, keys, cachedAgeMs, sessionAgeMs } = status;
  const findings: Finding[] = [];
  if (state === "live" && interruptedForMs === undefined) {
    findings.push({ verdict: "ok", text: `The stream of ${params.coreAgentAddress} is live.` });
  } else {
    const since = interruptedForMs === undefined ? "" : ` for ${duration(interruptedForMs)}`;
    const why = lastError === undefined ? "" : ` Last error: ${lastError.message}`;
    const text = `Settings do not follow ${params.coreAgentAddress}${since}: state ${state}, step "${step}", ${attempt} failed attempts.${why}`;
    findings.push({ verdict: "fault", text });
  }
  if (sessionAgeMs !== undefined)
    findings.push({ verdict: "ok", text: `The session is ${duration(sessionAgeMs)} old.` });
  findings.push(
    sequenceId === undefined
      ? { verdict: "fault", text: "No settings have arrived yet." }
      : { verdict: "ok", text: `${keys} settings can be read, sequence id ${sequenceId}.` },
  );
  if (cachedAgeMs !== undefined) {
    findings.push({ verdict: "note", text: `They come from the cache file; confirmed ${duration(cachedAgeMs)} ago.` });
  }
  return findings;
}

/** What should not happen, and what it means. */
const suspicious: readonly (readonly [counter: CounterName, verdict: "note" | "fault", meaning: string])[] = [
  ["checksumMismatches", "fault", "values whose checksum did not match; a defect of the library"],
  ["refusedStates", "note", "states that were refused whole, since a limit would have been exceeded"],
  ["badMessages", "note", "messages that could not be understood"],
  ["discontinuities", "note", "gaps in the sequence ids, each made good by a snapshot"],
  ["unknownSources", "note", "settings from a source that the option sourcePriority does not name"],
  ["sessionRefreshFailures", "note", "session refreshes that failed"],
  ["workerRestarts", "note", "workers that died and were replaced"],
];

function counted({ region }: ProviderSources): Finding[] {
  return suspicious.flatMap(([counter, verdict, meaning]) => {
    const count = readCounter(region, counter);
    return count === 0 ? [] : [{ verdict, text: `Since the start: ${count} ${meaning}.` }];
  });
}

function held({ held: read }: ProviderSources): Finding[] {
  return (read?.() ?? []).map(({ key, rule }) => ({ verdict: "fault", text: `"${key}" is held: rule "${rule}".` }));
}
