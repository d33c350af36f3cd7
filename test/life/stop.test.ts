import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { ConsumerStoppedError, createConsumer } from "configstream-consumer";
import { describe, expect, it } from "vitest";
import { newConsumer, optionsFor, readyConsumer, runModule, startAgent, until } from "./support.js";
import { commands, probe } from "./words.mjs";

const helpers = `
  const until = async (condition) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const ready = async (consumer) => {
    await consumer.start();
    await consumer.waitReady();
  };
  let worker;
  process.on("worker", (started) => { worker = started; });
`;

/** Nothing listens there. */
const nowhere = { coreAgentAddress: "127.0.0.1:1" };

/** How a consumer gets into a state; each leaves a variable `consumer`. */
const states: readonly [state: string, options: object, code: string][] = [
  ["was never started", {}, "const consumer = createConsumer(options);"],
  [
    "is being started",
    {},
    "const consumer = createConsumer(options); consumer.start().catch(({ code }) => code === 'stopped' || console.log(code));",
  ],
  [
    "waits for its credential files",
    { authTokenFile: "/nowhere/auth_token" },
    "const consumer = createConsumer(options); await consumer.start(); await until(() => consumer.status().step === 'credentials');",
  ],
  [
    "finds no core agent",
    nowhere,
    "const consumer = createConsumer(options); await consumer.start(); await until(() => consumer.status().attempt > 1);",
  ],
  [
    "waits between two attempts",
    { ...nowhere, backoff: { initialMs: 3_600_000, maxMs: 3_600_000, floorMs: 3_600_000 } },
    "const consumer = createConsumer(options); await consumer.start(); await until(() => consumer.status().attempt > 0);",
  ],
  [
    "waits for a session id that nobody gives",
    {},
    "const consumer = createConsumer({ ...options, sessionIdProvider: () => new Promise(() => {}) }); await consumer.start(); await until(() => consumer.status().step === 'registration');",
  ],
  [
    "has a session id that is refused",
    { sessionId: "made-up" },
    "const consumer = createConsumer(options); await consumer.start(); await until(() => consumer.status().state === 'failed');",
  ],
  ["is live", {}, "const consumer = createConsumer(options); await ready(consumer);"],
  [
    "has subscribers",
    {},
    `const consumer = createConsumer(options); await ready(consumer);
     consumer.subscribe({ onChange() {} });
     consumer.subscribe({ signal: new AbortController().signal });
     (async () => { for await (const change of consumer.subscribe({ overflow: "coalesce" })); })();`,
  ],
  [
    "waits to replace a worker that died",
    { backoff: { initialMs: 3_600_000, maxMs: 3_600_000, floorMs: 3_600_000 } },
    `const consumer = createConsumer(options); await ready(consumer); await worker.terminate();
     await until(() => consumer.status().lastError);`,
  ],
  [
    "has just replaced a worker that died",
    {},
    `const consumer = createConsumer(options); await ready(consumer); const first = worker; await first.terminate();
     await until(() => worker !== first);`,
  ],
];

describe.concurrent("stop, twice at a time and once more, of a consumer that", () => {
  for (const [state, options, code] of states) {
    it(`${state} leaves nothing behind, and the process ends by itself`, {
      timeout: 60_000,
    }, async ({ onTestFinished: tidy }) => {
      const agent = await startAgent(tidy);
      const stop = `
        await Promise.all([consumer.stop(), consumer.stop()]);
        await consumer.stop();
        const held = () => process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|File|Immediate/.test(name));
        // Node.js itself may still be closing files that it has loaded code from.
        for (let i = 0; i < 100 && held().length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 20));
        console.log(consumer.status().state, JSON.stringify(held()));
      `;
      const result = await runModule(tidy, helpers + code + stop, { ...optionsFor(agent), ...options });
      expect(result).toEqual({ exitCode: 0, output: "stopped []\n" });
      await until(() => agent.status().subscribers === 0);
    });
  }
});

describe.concurrent("a consumer that is forgotten and", () => {
  for (const [state, options, code] of states.filter(([name]) => !/never started/.test(name))) {
    it(`${state} does not keep the process alive`, { timeout: 60_000 }, async ({ onTestFinished: tidy }) => {
      const agent = await startAgent(tidy);
      const result = await runModule(tidy, helpers + code, { ...optionsFor(agent), ...options });
      expect(result).toEqual({ exitCode: 0, output: "" });
    });
  }
});

describe("a consumer that nothing refers to any more", () => {
  it("still serves its readers, handles and subscriptions", {
    timeout: 60_000,
  }, async ({ onTestFinished: tidy }) => {
    const agent = await startAgent(tidy);
    const done = runModule(
      tidy,
      `${helpers}
      const make = async () => {
        const consumer = createConsumer(options);
        await ready(consumer);
        return { reader: consumer.reader(), changes: consumer.subscribe({ key: "a.b" }) };
      };
      const { reader, changes } = await make();
      const handle = reader.setting("a.b").asInt();
      for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 20)); }
      console.log("collected");
      const hold = setTimeout(() => {}, 60_000);
      for await (const { newValue } of changes) { console.log(newValue, handle.value, reader.getInt("a.b")); break; }
      clearTimeout(hold);
    `,
      optionsFor(agent),
      (output) => {
        if (output.includes("collected")) agent.set("a.b", 2);
      },
    );
    expect(await done).toEqual({ exitCode: 0, output: "collected\n2 2 2\n" });
  });
});

describe("stop", () => {
  it("ends every wait with ConsumerStoppedError: here, and in a thread that is blocked", {
    timeout: 60_000,
  }, async ({ onTestFinished: tidy }) => {
    const agent = await startAgent(tidy);
    const { consumer } = newConsumer(tidy, agent, nowhere);
    await consumer.start();
    const waits = [consumer.waitReady(), consumer.waitReady({ timeoutMs: Number.POSITIVE_INFINITY })];
    const entry = new URL("../../dist/index.js", import.meta.url).href;
    const thread = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
       import(workerData.entry).then(({ attachReader }) => {
         parentPort.postMessage("waits");
         try { attachReader(workerData.shared).waitReadySync({ timeoutMs: Infinity }); }
         catch ({ code }) { parentPort.postMessage(code); }
       });`,
      { eval: true, workerData: { shared: consumer.share(), entry } },
    );
    await once(thread, "message");
    const settled = Promise.allSettled(waits);
    const [, [code]] = await Promise.all([consumer.stop(), once(thread, "message")]);
    expect(code).toBe("stopped");
    for (const result of await settled) {
      expect(result).toMatchObject({ status: "rejected", reason: expect.any(ConsumerStoppedError) });
    }
  });

  it("comes at the end of a scope, with `await using`", async ({ onTestFinished: tidy }) => {
    const agent = await startAgent(tidy);
    let escaped: ReturnType<typeof createConsumer>;
    {
      await using consumer = createConsumer(optionsFor(agent));
      await consumer.start();
      await consumer.waitReady();
      escaped = consumer;
    }
    expect(escaped.status().state).toBe("stopped");
    expect(escaped.reader().getInt("a.b")).toBe(1);
    // The core agent learns of it a moment later.
    await expect.poll(() => agent.status().subscribers).toBe(0);
  });

  it("called while a snapshot is being applied lets it end, and leaves the core agent nothing to wait for", {
    timeout: 60_000,
  }, async ({ onTestFinished: tidy }) => {
    const defaults = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`many.key_${i}`, `value ${i}`]));
    const agent = await startAgent(tidy, { defaults });
    for (let i = 0; i < 5; i++) {
      const { consumer } = newConsumer(tidy, agent);
      await consumer.start();
      await until(() => consumer.status().step === "first snapshot" || consumer.status().ready);
      await consumer.stop();
      const { keys, ready } = consumer.status();
      expect(keys).toBe(ready ? 20_000 : 0);
    }
    await until(() => agent.status().subscribers === 0);
  });

  it("ends a worker that is stuck, by force, and does not count that as a death", {
    timeout: 60_000,
  }, async ({ onTestFinished: tidy }) => {
    const agent = await startAgent(tidy);
    const { consumer, words } = await readyConsumer(tidy, agent, { stopTimeoutMs: 100 });
    Atomics.store(words, probe.command, commands.loop);
    await until(() => Atomics.load(words, probe.command) === commands.none);
    await consumer.stop();
    expect(consumer.status()).toMatchObject({ state: "stopped", workerRestarts: 0 });
    expect(consumer.status().lastError?.code).not.toBe("worker_died");
  });
});
