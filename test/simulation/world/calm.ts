/** What ends each disturbance that does not end by itself. Connections that died without a word are left to those who hold them. */
import { pairKeys } from "../story/invent.js";
import { flood } from "./acts/setting-acts.js";
import type { World } from "./world.js";

/** The key that changes at the beginning of each calm, and no other then. */
export const lastChanged = "tick";

export function endDisturbances(world: World): void {
  const { network, remotes, clock, story } = world;
  if (world.agent === undefined) {
    const { services } = story.setup;
    world.startAgent({ downMs: 0, sequenceId: 0, dialect: world.dialect, services, newToken: false });
  }
  world.agent?.faults.clear();
  world.agent?.forgetNextStream(false);
  world.isSilent = false;
  world.hasCredentials = true;
  world.cluster.comeBack();
  network.slowestMs = 2;
  network.heal();
  for (const remote of remotes) {
    remote.main?.thaw();
    remote.thread?.life.thaw();
    remote.thawLate();
    remote.thread?.life.spare();
    remote.disk.failing = false;
    remote.disk.slowestMs = 0;
    remote.start();
  }
  // What was lost before shows by what comes after: mostly by an update alone, because a snapshot would put everything right.
  const value = `calm at ${clock.monotonic()}`;
  if (world.isFlooded) world.change(flood(0));
  // Nothing in a stream of the oldest senders shows that a set has lost which was the first word of its key.
  if (world.dialect.endsWith("-set") || Math.floor(clock.monotonic()) % 4 === 0)
    world.change(pairKeys.map((key) => ({ key, source: "cli", value })));
  world.change([{ key: lastChanged, source: "cli", value }]);
}
