/** Settings change, by whatever cause. */

import type { Acts } from "../acts.js";
import type { Write } from "../agent.js";
import { maxKeys } from "../remote-agent.js";

export const settingActs: Acts<"set" | "edit of the file" | "burst" | "flood" | "store: put"> = {
  set(world, { writes }) {
    world.change(writes);
    if (writes.length > 1) world.counts.add("change sets");
  },
  "edit of the file": (world, { leaves }) => world.edit(leaves),
  burst(world, { key, values }) {
    for (const value of values) world.change([{ key, source: "agent-runtime", value }]);
  },
  flood: (world, { keys }) => world.change(flood(keys)),
  "store: put": (world, { puts }) => world.cluster.put(puts),
};

/** How the keys of a flood begin. */
export const floodPrefix = "flood.";

/** So many keys, of which more than the limits allow are refused whole. */
export function flood(keys: number): Write[] {
  return Array.from({ length: maxKeys + 15 }, (_, i) => {
    return { key: `${floodPrefix}k${i}`, source: "cli", value: i < keys ? i : undefined };
  });
}
