/** What happens to the host: its network, its files, its clock, and the way to the store. */
import type { Acts } from "../acts.js";

export const hostActs: Acts<
  | "partition"
  | "half-open"
  | "connections cut"
  | "slow network"
  | "no credentials"
  | "clock step"
  | "calm"
  | "store: away"
  | "store: compacted"
  | "store: watch lost"
> = {
  partition({ network, clock }, { ms }) {
    network.partition();
    clock.setTimer(ms, () => network.heal());
  },
  "half-open": ({ network }) => network.halfOpen(),
  "connections cut": ({ network }) => network.cut(),
  "slow network"({ network }, { ms }) {
    network.slowestMs = ms;
  },
  "no credentials"(world, { ms }) {
    world.hasCredentials = false;
    world.clock.setTimer(ms, () => {
      world.hasCredentials = true;
    });
  },
  "clock step": ({ clock }, { ms }) => clock.step(ms),
  calm() {},
  "store: away"({ cluster, clock }, { ms }) {
    cluster.leave();
    clock.setTimer(ms, () => cluster.comeBack());
  },
  "store: compacted": ({ cluster }) => cluster.compact(),
  "store: watch lost": ({ cluster }) => cluster.loseWatches(),
};
