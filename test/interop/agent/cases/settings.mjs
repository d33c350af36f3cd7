// What readers see: snapshots, updates, removals, gaps and limits.
import { check } from "../trial.mjs";

const mib = 1024 * 1024;

export const settingsCases = [
  {
    promise: "it becomes ready with every setting that a real agent declares",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      const { settings } = await t.agent.command("state");
      check(Object.keys(settings).length > 1_000, "the agent has few settings");
      check(observed.status().keys === Object.keys(settings).length, "the status counts other settings");
      check((await observed.metric("reconnect_count")) === 0, "it needed more than one attempt");
    },
  },
  {
    promise: "waitReadySync blocks until the settings are there, and a loop that never yields sees an update",
    async run(t) {
      await t.startAgent();
      const observed = await t.startConsumer();
      observed.consumer.waitReadySync({ timeoutMs: 10_000 });
      check(observed.reader.isSet("log_level"), "the settings are not there");
      const done = t.agent.set("agent-runtime", "log_level", "trace");
      const level = observed.reader.setting("log_level").asString();
      const giveUpAt = performance.now() + 5_000;
      while (level.value !== "trace" && performance.now() < giveUpAt);
      check(level.value === "trace", "the loop did not see the update");
      await done;
      await t.settled(observed);
    },
  },
  {
    promise: "updates arrive one by one: every type of value, and maps with dots in their keys",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      const values = [true, -0.5, 2 ** 53, "", "ünï\u0000 ", null, [], [1, "1", null], {}, { a: { b: [{}] } }];
      for (const value of values) await t.agent.set("agent-runtime", "interop.value", value);
      await t.agent.set("file", "interop.labels", { "app.kubernetes.io/name": "app", nested: { "a.b": [1, "1"] } });
      await t.agent.set("cli", "LOG_LEVEL", "trace");
      await t.settled(observed);
      check(observed.reader.getString("log_level") === "trace", "log_level is not trace");
      check((await observed.metric("updates_applied")) === values.length + 2, "it did not apply each update");
      check((await observed.metric("discontinuities")) === 0, "it saw a gap");
    },
  },
  {
    promise: "a setting below the winner changes nothing, and shows when the layer above is cleared",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.agent.set("cli", "log_level", "error");
      await t.agent.set("file", "log_level", "warn");
      await t.settled(observed);
      const layers = observed.reader.getAllSources("log_level").map(({ source }) => source);
      check(layers.join() === "default,cli", `the layers are ${layers}`);
      await t.agent.unset("cli", "log_level");
      await t.settled(observed);
      check(observed.reader.getSource("log_level") === "file", "it did not fall back to the file");
    },
  },
  {
    promise: "a layer that was cleared below the winner, which is not told, does not come back",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      for (const source of ["file", "agent-runtime", "cli"]) {
        for (const key of ["log_level", "interop.undeclared"]) await t.agent.set(source, key, source);
      }
      for (const source of ["agent-runtime", "file", "cli"]) {
        for (const key of ["log_level", "interop.undeclared"]) await t.agent.unset(source, key);
        await t.settled(observed);
      }
      check(observed.reader.getSource("log_level") === "default", "the default is not back");
      check(!observed.reader.isSet("interop.undeclared"), "the undeclared key is not gone");
    },
  },
  {
    promise: "a removal falls back layer by layer down to the default",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      for (const source of ["file", "agent-runtime", "remote-config"]) await t.agent.set(source, "log_level", source);
      await t.settled(observed);
      for (const source of ["remote-config", "agent-runtime", "file"]) {
        await t.agent.unset(source, "log_level");
        await t.settled(observed);
      }
      check(observed.reader.getSource("log_level") === "default", "the default is not back");
    },
  },
  {
    promise: "a removal of a key that nobody declared takes the key away",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.agent.set("agent-runtime", "interop.undeclared", { a: 1 });
      await t.settled(observed);
      check(observed.reader.isSet("interop.undeclared"), "it did not appear");
      await t.agent.unset("agent-runtime", "interop.undeclared");
      await t.settled(observed);
      check(!observed.reader.isSet("interop.undeclared"), "it is still set");
      check(observed.reader.get("interop.undeclared") === undefined, "it still has a value");
    },
  },
  {
    promise: "lost updates are made good by the agent's resync snapshot, on the same stream",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      await t.agent.set("file", "interop.early", "goes away unheard");
      await t.agent.command("lose", { count: 3 });
      await t.agent.unset("file", "interop.early");
      await t.agent.set("file", "log_level", "unheard");
      await t.agent.set("file", "interop.late", "unheard");
      await t.agent.set("file", "interop.last", 1);
      await t.settled(observed);
      check((await t.agent.report()).streamsOpened === 1, "it opened another stream");
    },
  },
  {
    promise: "a storm of 20,000 updates, more than the agent can queue, ends in the agent's state",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer();
      const sets = [];
      for (let i = 0; i < 20_000; i++) sets.push(t.agent.set("agent-runtime", `interop.storm.${i % 50}`, i));
      await Promise.all(sets);
      // The last update may be among those that the agent dropped; what comes next shows it.
      await t.agent.set("agent-runtime", "interop.after", 1);
      await t.agent.set("agent-runtime", "interop.after", 2);
      await t.settled(observed);
      check((await t.agent.report()).streamsOpened <= 2, "it opened more than one other stream");
    },
  },
  {
    promise: "several consumers of one agent all have its state",
    async run(t) {
      await t.startAgent();
      const observed = [];
      for (const name of ["one", "two", "three"])
        observed.push(await t.liveConsumer({ clientName: `interop-${name}` }));
      for (let i = 0; i < 50; i++) await t.agent.set("agent-runtime", "interop.shared", i);
      await t.agent.unset("agent-runtime", "interop.shared");
      for (const each of observed) await t.settled(each);
      check((await t.agent.report()).streamsOpen === 3, "there are not three streams");
    },
  },
  {
    promise: "a snapshot of more than 30 MiB is taken as the first one and as a resync",
    async run(t) {
      await t.startAgent();
      const bulk = { source: "file", key: "interop.bulk.", count: 30 * 1024, bytes: 1024 };
      check((await t.agent.command("bulk", bulk)) > 30 * mib, "the snapshot is smaller");
      const observed = await t.startConsumer();
      await t.settled(observed, 40_000);
      await t.agent.command("bulk", { ...bulk, bytes: 1040 });
      await t.settled(observed, 40_000);
      check((await t.agent.report()).streamsOpened === 1, "it opened another stream");
    },
  },
  {
    promise: "a snapshot over the receive limit is refused with the option's name, and the last good settings stay",
    async run(t) {
      await t.startAgent();
      const observed = await t.liveConsumer({ maxReceiveMessageBytes: 2 * mib });
      const { keys } = observed.status();
      await t.agent.command("bulk", { source: "file", key: "interop.bulk.", count: 3, bytes: mib });
      await observed.reached(
        ({ lastError }) => /maxReceiveMessageBytes/.test(lastError?.message),
        "the error does not name the option",
      );
      check(observed.status().keys === keys, "it reads other settings");
      for (let i = 0; i < 3; i++) await t.agent.unset("file", `interop.bulk.${i}`);
      await t.settled(observed);
    },
  },
];
