// Streams and connections that end, break or fall silent, and agents that come back.
import { check } from "../trial.mjs";

const grpc = { unavailable: 14, internal: 13, permissionDenied: 7 };

export const streamsCases = [
  {
    promise: "a clean end of the stream is followed by a new one, never in a hot loop",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({ backoff: { initialMs: 300, maxMs: 500, floorMs: 250 } });
      for (let round = 1; round <= 5; round++) {
        check((await t.agent.command("end")) === 1, "there was not one stream");
        await t.agent.set("agent-runtime", "interop.round", round);
        await t.settled(observed);
      }
      const seen = await t.agent.report();
      const least = Math.min(...seen.reopenedAfterMs);
      check(seen.streamsOpened === 6, `it opened ${seen.streamsOpened} streams`);
      // Timers may fire a millisecond early.
      check(least >= 245, `it came back after ${least} ms`);
      check(seen.registrations.length === 1, "it gave up its session");
      check((await observed.metric("reconnect_count")) === 5, "it counts other reconnects");
    },
  },
  {
    promise: "a stream that ends with UNAVAILABLE or INTERNAL is opened anew with the same session",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      for (const count of [grpc.unavailable, grpc.internal]) {
        await t.agent.command("end", { count });
        await t.agent.set("agent-runtime", "interop.after", count);
        await t.settled(observed);
      }
      check((await t.agent.report()).registrations.length === 1, "it gave up its session");
    },
  },
  {
    promise: "a GOAWAY of an agent that leaves in good order is survived",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.agent.command("goaway", { ms: 300 });
      check(observed.reader.isSet("log_level"), "the settings are gone");
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.report((seen) => seen.streamsOpened === 2, "it did not come back");
      await t.settled(observed);
      check((await t.agent.report()).goAways.length > 0, "the agent sent no GOAWAY");
    },
  },
  {
    promise: "an agent that was killed and comes back with lower sequence ids and fewer settings is believed",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.agent.command("bulk", { source: "file", key: "interop.bulk.", count: 5_000, bytes: 10 });
      await t.agent.set("cli", "log_level", "error");
      await t.settled(observed);
      const before = observed.status().sequenceId;
      await t.agent.kill();
      await observed.reached(({ state }) => state === "stale", "it did not notice");
      check(observed.reader.getString("log_level") === "error", "the last good settings are gone");
      await t.startAgent();
      await t.settled(observed);
      check(observed.status().sequenceId < before, "the new agent's ids are not lower");
      check(!observed.reader.isSet("interop.bulk.0"), "settings of the old agent are left");
      check((await observed.metric("dropped_stale_updates")) === 0, "it dropped something as stale");
    },
  },
  {
    promise: "an agent that comes back with no settings at all and sequence id 0 is believed",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.agent.kill();
      await t.startAgent({ settings: "" });
      await t.settled(observed);
      check(observed.status().sequenceId === 0 && observed.status().keys === 0, "settings are left");
    },
  },
  {
    promise: "a connection that falls silent is noticed by pings, and left for a new one",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({ keepaliveIntervalMs: 1_000, keepaliveTimeoutMs: 500 });
      check((await t.agent.command("silence", { on: true })) === 1, "there was not one connection");
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.settled(observed);
      check((await observed.metric("session_refresh_failures")) === 0, "it was noticed by other means");
    },
  },
  {
    promise: "a connection that falls silent is noticed by refreshes that get no answer, where pings are rare",
    flags: { refresh: 1 },
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({ keepaliveIntervalMs: 3_600_000 });
      check((await t.agent.command("silence", { on: true })) === 1, "there was not one connection");
      await t.agent.set("agent-runtime", "interop.after", true);
      await t.settled(observed);
      check((await observed.metric("session_refresh_failures")) === 2, "it was noticed by other means");
    },
  },
  {
    promise: "after stop the agent holds no stream of it, and its settings stay readable",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      const { keys } = observed.status();
      await observed.consumer.stop();
      await t.report(({ streamsOpen }) => streamsOpen === 0, "the stream is still open");
      await t.agent.set("agent-runtime", "log_level", "trace");
      check(observed.status().state === "stopped" && observed.status().keys === keys, "it changed after stop");
      check(observed.reader.allKeysLowercased().length === keys, "the settings are gone");
    },
  },
];
