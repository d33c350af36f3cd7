/** Runs one story, and says what was wrong, if anything was. */
import { whyNotSettled } from "./checks/settled.js";
import type { Counts } from "./counts.js";
import type { Story } from "./story/story.js";
import { act } from "./world/acts.js";
import { endDisturbances, lastChanged } from "./world/calm.js";
import { World } from "./world/world.js";

export interface Outcome {
  readonly failure: string | undefined;
  readonly counts: Counts;
  /** Virtual time that passed. */
  readonly ms: number;
}

/** Longest time that everything may take to come right once it is calm: two back-offs, two dead refreshes, a dead keepalive. */
const longestUnrestMs = 240_000;
/** Time in which what is right stays right. */
const quietMs = 25_000;

/** Never rejects. */
export async function runStory(story: Story): Promise<Outcome> {
  const world = new World(story);
  try {
    await play(world, story);
  } catch (thrown) {
    world.fail(`thrown: ${thrown instanceof Error ? thrown.stack : thrown}`);
  }
  return { failure: world.failure, counts: world.counts, ms: world.clock.monotonic() };
}

async function play(world: World, { events }: Story): Promise<void> {
  const { clock, remotes } = world;
  for (const remote of remotes) remote.start();
  for (const { afterMs, what } of events) {
    await clock.advance(afterMs);
    act(world, what);
    world.look(`after "${what.kind}"`);
    if (what.kind === "calm") await calm(world);
    if (world.failure !== undefined) return;
  }
  await calm(world);
  if (world.failure !== undefined) return;
  await mustHold(world);
  await end(world);
}

async function calm(world: World): Promise<void> {
  const { clock, remotes, counts } = world;
  endDisturbances(world);
  const until = clock.monotonic() + longestUnrestMs;
  const why = (): string | undefined => {
    for (const remote of remotes) {
      const reason = whyNotSettled(world, remote);
      if (reason !== undefined) return `${remote.name}: ${reason}`;
    }
    return undefined;
  };
  while (why() !== undefined && clock.monotonic() < until && world.failure === undefined) await clock.advance(500);
  await clock.advance(quietMs);
  const reason = why();
  if (reason !== undefined) world.fail(`not calm again: ${reason}`);
  counts.add("runs of calm");
  for (const remote of remotes) {
    if (world.failure !== undefined) return;
    remote.look("after a calm");
    remote.subscribers?.mustBeUpToDate();
    remote.lookAtCache(lastChanged);
    const mismatches = remote.counter("checksumMismatches");
    if (mismatches > 0) world.fail(`${remote.name}: ${mismatches} checksums did not match`);
  }
}

/** Each remote agent has one session, one stream, one connection, and no more. */
async function mustHold(world: World): Promise<void> {
  const { agent, remotes, network, clock } = world;
  // Until the core agent has noticed what died without a word.
  await clock.advance(60_000);
  const wanted = remotes.length;
  const { subscribers = 0, connections = 0 } = agent ?? {};
  if (subscribers !== wanted) world.fail(`${subscribers} streams are open, and ${wanted} remote agents run`);
  if (connections !== wanted || network.wires.size !== wanted) {
    world.fail(`${network.wires.size} connections, ${connections} at the core agent, and ${wanted} remote agents run`);
  }
}

/** Everything ends, and nothing is left of it. */
async function end(world: World): Promise<void> {
  const { clock, remotes, network, cluster, counts, agent } = world;
  for (const remote of remotes) {
    for (const [name, counter] of counted) counts.add(name, remote.counter(counter));
    void remote.stop();
  }
  await clock.advance(60_000);
  if ((agent?.subscribers ?? 0) > 0) world.fail(`${agent?.subscribers} streams are left after the end`);
  if ((agent?.sessions ?? 0) > 0) world.fail(`${agent?.sessions} sessions are left after the end`);
  world.endAgent();
  await clock.advance(1_000);
  if (cluster.watches > 0) world.fail(`${cluster.watches} watches of the store are left after the end`);
  if (network.wires.size > 0) world.fail(`${network.wires.size} connections are left after the end`);
  if (clock.pending > 0) world.fail(`${clock.pending} timers are left after the end`);
}

const counted = [
  ["reconnects", "reconnects"],
  ["stale events dropped", "droppedStaleUpdates"],
  ["discontinuities", "discontinuities"],
  ["snapshots applied", "snapshotsApplied"],
  ["updates applied", "updatesApplied"],
  ["sessions registered", "sessionRegistrations"],
  ["refreshes failed", "sessionRefreshFailures"],
  ["states refused", "refusedStates"],
  ["values held", "heldValues"],
  ["messages unreadable", "badMessages"],
  ["caches loaded", "cacheLoads"],
  ["caches written", "cacheWrites"],
  ["workers restarted", "workerRestarts"],
] as const;
