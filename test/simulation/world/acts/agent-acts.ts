/** The core agent misbehaves, or ends and comes back. */
import type { Acts } from "../acts.js";

/** What no message of the contract is. */
const garbage = Buffer.from("\xff\xff not an event", "latin1");

export const agentActs: Acts<
  | "core agent restarts"
  | "sessions are evicted"
  | "stream forgotten"
  | "event sent twice"
  | "stale event"
  | "older event"
  | "updates lost"
  | "silence"
  | "streams end"
  | "streams refused"
  | "registrations refused"
  | "refreshes refused"
  | "garbage"
> = {
  "core agent restarts"(world, { as }) {
    world.endAgent();
    if (as.downMs === 0) world.startAgent(as);
    else world.clock.setTimer(as.downMs, () => world.startAgent(as));
  },
  "sessions are evicted": ({ agent }) => agent?.evictSessions(),
  "stream forgotten": ({ agent }) => agent?.forgetNextStream(true),
  "event sent twice": ({ agent }) => agent?.faults.duplicateNext(),
  "stale event"(world, { event }) {
    // After a refused state, a snapshot with its id would rightly be taken in its place.
    if (!world.isFlooded) world.agent?.faults.stale(event);
  },
  "updates lost": ({ agent }, { count, resync }) => agent?.faults.dropUpdates(count, { resync }),
  "older event"(world, { event }) {
    // It would rightly be taken for the first snapshot of a stream that has none.
    if (!world.isSilent) world.agent?.sendOlder(event);
  },
  silence(world, { on, scope }) {
    world.isSilent ||= on;
    world.agent?.faults.silence(on, scope);
  },
  "streams end": ({ agent }, { code }) => agent?.faults.closeStreams(code),
  "streams refused": ({ agent }, { code }) => agent?.faults.rejectStreams(code),
  "registrations refused": ({ agent }, { code }) => agent?.faults.rejectCalls("register", code),
  "refreshes refused": ({ agent }, { code }) => agent?.faults.rejectCalls("refresh", code),
  garbage: ({ agent }) => agent?.faults.send(garbage),
};
