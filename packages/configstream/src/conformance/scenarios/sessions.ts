/** Registration, and how sessions are kept and lost. */
import { status } from "@grpc/grpc-js";
import { sessionGone } from "../../core-agent/serving/auth.js";
import { Deviation } from "../deviation.js";
import { snapshot } from "../scripted/messages.js";
import type { Trial } from "../trial.js";
import type { ConsumerScenario } from "./entry.js";

const group = "sessions";
const eagerly = { refreshSeconds: 1 };

export const sessions: readonly ConsumerScenario[] = [
  {
    id: "registers",
    group,
    promise:
      "The consumer registers with names and its process id, and opens its stream with the session that it was given.",
    async run(trial) {
      await trial.begin({ a: 1 });
      const { registrations } = trial.agent.registry;
      const { displayName = "", flavor = "", pid = "" } = registrations[0] ?? {};
      const seen = JSON.stringify({ display_name: displayName, flavor, pid });
      if (displayName === "" || flavor === "" || !/^[0-9]+$/.test(pid)) {
        throw new Deviation("a display_name, a flavor, and a pid", seen);
      }
      hasSession(trial, 1);
    },
  },
  {
    id: "older-registry",
    group,
    promise: "Where the newer registry service is not served, the consumer registers with the older one.",
    agent: { services: "agent-secure" },
    run: (trial) => trial.begin({ a: 1 }),
  },
  {
    id: "newer-registry",
    group,
    promise: "Where the older registry service does not register, the consumer registers with the newer one.",
    agent: { services: "remote-agent" },
    run: (trial) => trial.begin({ a: 1 }),
  },
  {
    id: "refreshes",
    group,
    promise: "The session is refreshed at the recommended interval, and kept.",
    agent: eagerly,
    async run(trial) {
      await trial.begin({ a: 1 });
      await refreshed(trial, 2);
      hasSession(trial, 1);
    },
  },
  {
    id: "refresh-fails",
    group,
    promise: "A refresh that fails in another way than that the session is unknown keeps the session and the settings.",
    agent: eagerly,
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.agent.registry.refreshRefusal = { code: status.UNAVAILABLE, details: "Not now." };
      await refreshed(trial, 1);
      trial.agent.registry.refreshRefusal = undefined;
      await refreshed(trial, 1);
      hasSession(trial, 1);
    },
  },
  {
    id: "session-lost",
    group,
    promise:
      "When a refresh says that the session is unknown, the consumer registers again and opens a stream with the new session.",
    agent: eagerly,
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.agent.greeting = snapshot(1, { a: 2 });
      trial.agent.registry.forget();
      await trial.reaches({ a: 2 });
      hasSession(trial, 2);
    },
  },
  {
    id: "session-rejected",
    group,
    promise:
      "When the stream ends because its session is unknown, the consumer registers again; the settings stay meanwhile.",
    async run(trial) {
      await trial.begin({ a: 1 });
      trial.agent.greeting = snapshot(1, { a: 2 });
      trial.agent.registry.forget();
      trial.agent.stream?.end(sessionGone);
      await trial.reaches({ a: 2 });
      hasSession(trial, 2);
    },
  },
];

/** Waits for further refreshes. */
function refreshed(trial: Trial, times: number): Promise<void> {
  const { registry } = trial.agent;
  const before = registry.refreshes;
  return trial.until(
    () => registry.refreshes >= before + times,
    () => ({
      expected: `${times} refreshes of the session, which are recommended every second`,
      seen: `${registry.refreshes - before}`,
    }),
  );
}

/** The newest stream has the newest session, of as many as there should have been. */
function hasSession(trial: Trial, registrations: number): void {
  const { stream, registry } = trial.agent;
  if (registry.sessionIds.length !== registrations) {
    throw new Deviation(`${registrations} registrations`, `${registry.sessionIds.length}`);
  }
  if (stream?.sessionId !== registry.sessionIds.at(-1)) {
    throw new Deviation("a stream with the newest session", stream === undefined ? "no stream" : "one with another");
  }
}
