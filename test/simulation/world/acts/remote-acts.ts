/** What happens to a remote agent: its threads, its process, its disk. */

import type { Acts } from "../acts.js";
import type { Life } from "../life.js";
import type { RemoteAgent } from "../remote-agent.js";
import type { World } from "../world.js";

type Kind =
  | "worker dies"
  | "worker stands still"
  | "main thread blocked"
  | "process ends"
  | "another subscriber"
  | "disk";

export const remoteActs: Acts<Kind> = {
  "worker dies"(world, { client, steps, proved }) {
    const thread = running(world, client)?.thread;
    if (thread === undefined) return;
    thread.leavesNoProof ||= !proved;
    thread.life.endAfter(steps);
    world.counts.add(`worker dies within ${10 ** Math.ceil(Math.log10(steps + 1))} stores`);
  },
  "worker stands still": (world, { client, ms }) => standStill(world, running(world, client)?.thread?.life, ms),
  "main thread blocked": (world, { client, ms }) => standStill(world, running(world, client)?.main, ms),
  "process ends"(world, { client, downMs, crash }) {
    const remote = running(world, client);
    if (remote === undefined) return;
    world.counts.add(crash ? "process crashes" : "process stops");
    if (crash) remote.crash();
    else void remote.stop();
    world.clock.setTimer(downMs, () => remote.start());
  },
  "another subscriber"(world, { client }) {
    const remote = running(world, client);
    // Events that are merged begin with the first old value, which a subscriber that comes amid them did not see.
    if (remote?.main?.frozen === false) remote.subscribers?.addAll();
  },
  disk({ remotes }, { client, slowestMs, failing }) {
    const disk = remotes[client]?.disk;
    if (disk === undefined) return;
    disk.slowestMs = slowestMs;
    disk.failing = failing;
  },
};

function running({ remotes }: World, client: number): RemoteAgent | undefined {
  const remote = remotes[client];
  return remote?.runs ? remote : undefined;
}

function standStill({ clock }: World, life: Life | undefined, ms: number): void {
  life?.freeze();
  clock.setTimer(ms, () => life?.thaw());
}
