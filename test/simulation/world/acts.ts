/** What each happening of a story does to the host. */
import type { Happening, Return } from "../story/story.js";
import type { Write } from "./agent.js";
import { maxKeys } from "./remote-agent.js";
import type { World } from "./world.js";

/** What no message of the contract is. */
const garbage = "\xff\xff not an event";

export function act(world: World, what: Happening): void {
  const { agent, network, counts, clock } = world;
  counts.add(what.kind);
  const faults = agent?.faults;
  switch (what.kind) {
    case "set":
      world.change(what.writes);
      if (what.writes.length > 1) counts.add("change sets");
      return;
    case "edit of the file":
      return world.edit(what.leaves);
    case "burst":
      for (const value of what.values) world.change([{ key: what.key, source: "agent-runtime", value }]);
      return;
    case "flood":
      return world.change(flood(what.keys));
    case "core agent restarts":
      return restart(world, what.as);
    case "sessions are evicted":
      return faults?.evictSessions();
    case "event sent twice":
      return faults?.duplicateNext();
    case "stale event":
      // After a refused state, a snapshot with its id would rightly be taken in its place.
      if (!world.isFlooded) faults?.stale(what.event);
      return;
    case "updates lost":
      return faults?.dropUpdates(what.count, { resync: what.resync });
    case "silence":
      return faults?.silence(what.on, what.scope);
    case "streams end":
      return faults?.closeStreams(what.code);
    case "streams refused":
      return faults?.rejectStreams(what.code);
    case "registrations refused":
      return faults?.rejectCalls("register", what.code);
    case "refreshes refused":
      return faults?.rejectCalls("refresh", what.code);
    case "garbage":
      return faults?.send(Buffer.from(garbage, "latin1"));
    case "partition":
      network.partition();
      clock.setTimer(what.ms, () => network.heal());
      return;
    case "half-open":
      return network.halfOpen();
    case "connections cut":
      return network.cut();
    case "slow network":
      network.slowestMs = what.ms;
      return;
    case "no credentials":
      world.hasCredentials = false;
      clock.setTimer(what.ms, () => {
        world.hasCredentials = true;
      });
      return;
    case "clock step":
      return clock.step(what.ms);
    case "calm":
      return;
    default:
      return toRemoteAgent(world, what);
  }
}

type OfRemoteAgent = Extract<Happening, { readonly client: number }>;

function toRemoteAgent({ remotes, counts, clock }: World, what: OfRemoteAgent): void {
  const remote = remotes[what.client];
  if (remote === undefined || (!remote.runs && what.kind !== "disk")) return;
  switch (what.kind) {
    case "worker dies": {
      const { thread } = remote;
      if (thread === undefined) return;
      thread.leavesNoProof ||= !what.proved;
      thread.life.endAfter(what.steps);
      counts.add(`worker dies within ${10 ** Math.ceil(Math.log10(what.steps + 1))} stores`);
      return;
    }
    case "worker stands still":
    case "main thread blocked": {
      const life = what.kind === "main thread blocked" ? remote.main : remote.thread?.life;
      life?.freeze();
      clock.setTimer(what.ms, () => life?.thaw());
      return;
    }
    case "process ends":
      counts.add(what.crash ? "process crashes" : "process stops");
      if (what.crash) remote.crash();
      else void remote.stop();
      clock.setTimer(what.downMs, () => remote.start());
      return;
    case "another subscriber":
      remote.subscribers?.addAll();
      return;
    case "disk":
      remote.disk.slowestMs = what.slowestMs;
      remote.disk.failing = what.failing;
      return;
  }
}

function restart(world: World, as: Return): void {
  world.endAgent();
  if (as.downMs === 0) world.startAgent(as);
  else {
    world.clock.setTimer(as.downMs, () => {
      if (world.agent === undefined) world.startAgent(as);
    });
  }
}

/** So many keys, of which more than the limits allow are refused whole. */
export function flood(keys: number): Write[] {
  return Array.from({ length: maxKeys + 15 }, (_, i) => {
    return { key: `flood.k${i}`, source: "cli", value: i < keys ? i : undefined };
  });
}
