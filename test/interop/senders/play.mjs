// One history, one sender, one reader: how long until the reader is right again after each burst, and what stays wrong.
import { setTimeout as sleep } from "node:timers/promises";

/** Longer than the 5 s between two reopened streams, with room for a slow machine. */
const patienceMs = 15_000;

export async function playTo(trial, dialect, bursts) {
  const agent = await trial.startAgent({ settings: "" });
  const observed = await trial.startConsumer({ dialect });
  await observed.consumer.waitReady({ timeoutMs: 20_000 });
  const wrong = [];
  const times = [];
  let compared = 0;
  let changes = 0;
  for (const burst of bursts) {
    for (const change of burst) {
      if (change.op === "wait") {
        await sleep(change.ms);
        continue;
      }
      await agent.command(change.op, change);
      changes += 1;
    }
    const state = await agent.command("state");
    const calmAt = performance.now();
    let different = differencesOf(observed.reader, state);
    while (different.length > 0 && performance.now() - calmAt < patienceMs) {
      await sleep(10);
      different = differencesOf(observed.reader, state);
    }
    times.push(Math.round(performance.now() - calmAt));
    compared += Object.keys(state.settings).length;
    wrong.push(...different);
  }
  // A stream may be reopening just now.
  await observed.reached(({ state }) => state === "live", "it is not live at the end");
  const reopened = await observed.metric("reconnect_count");
  return { changes, compared, wrong, reopened, rightMs: { p50: quantile(times, 0.5), p99: quantile(times, 0.99) } };
}

/** Values may be equal before the changes have arrived, so the reader has to be at the sender's sequence id, too. */
function differencesOf(reader, { sequenceId, settings }) {
  const view = reader.view();
  if (view.sequenceId !== sequenceId) return [`the reader is at ${view.sequenceId}, the sender at ${sequenceId}`];
  const keys = new Set([...view.keys(), ...Object.keys(settings)]);
  return [...keys].flatMap((key) => {
    const ours = canonical(view.get(key) ?? null);
    const theirs = canonical(settings[key]?.value ?? null);
    return ours === theirs ? [] : [`${key} is ${ours}, not ${theirs} of ${settings[key]?.source}`];
  });
}

/** JSON with sorted keys. */
function canonical(value) {
  return JSON.stringify(value, (_key, part) => {
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}
