/** How streams end, and what follows. */
import { status } from "@grpc/grpc-js";
import { Deviation } from "../deviation.js";
import { snapshot } from "../scripted/messages.js";
import type { ConsumerScenario } from "./entry.js";

const group = "reconnect";
/** The shortest time between two attempts is 250 ms. */
const watchedMs = 2_000;
const mostAttempts = 10;

export const reconnect: readonly ConsumerScenario[] = [
  {
    id: "clean-end",
    group,
    promise: "After a clean end of the stream another one is opened; the settings stay meanwhile.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.agent.greeting = snapshot(1, { a: 2 });
      trial.agent.stream?.end();
      await trial.reaches({ a: 2 });
    },
  },
  {
    id: "end-by-failure",
    group,
    promise: "After a stream that failed another one is opened; the settings stay meanwhile.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.agent.greeting = snapshot(1, { a: 2 });
      trial.agent.stream?.end({ code: status.INTERNAL, details: "Something went wrong." });
      await trial.reaches({ a: 2 });
    },
  },
  {
    id: "agent-restarts",
    group,
    promise: "While the core agent is away the settings stay, and when it is back its new ones arrive.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.agent.stop();
      await trial.stays();
      trial.agent.greeting = snapshot(1, { a: 2 });
      await trial.startAgent();
      await trial.reaches({ a: 2 });
    },
  },
  {
    id: "token-changes",
    group,
    promise: "The token is read again after a core agent that comes back with another one.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.agent.stop();
      trial.agent.rotateToken();
      trial.agent.greeting = snapshot(1, { a: 2 });
      await trial.startAgent();
      await trial.reaches({ a: 2 });
    },
  },
  {
    id: "no-hammering",
    group,
    promise: "When every stream ends at once, there are at least 250 ms between two of them, and never two at a time.",
    async run(trial) {
      await trial.begin({ a: 1 });
      const before = trial.agent.streams.length;
      let most = 0;
      await trial.during(watchedMs, () => {
        most = Math.max(most, trial.agent.openStreams);
        trial.agent.stream?.end();
      });
      const attempts = trial.agent.streams.length - before;
      if (attempts > mostAttempts) {
        throw new Deviation(`at most ${mostAttempts} streams within ${watchedMs / 1_000} s`, `${attempts}`);
      }
      if (most > 1) throw new Deviation("one stream at a time", `${most}`);
      trial.resync(snapshot(2, { a: 2 }));
      await trial.reaches({ a: 2 });
    },
  },
];
