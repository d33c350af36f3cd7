import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setEnvironmentData } from "node:worker_threads";
import type { CoreAgent } from "configstream/core-agent";
import type { ConfigChange } from "configstream-consumer";
import { describe, expect, it } from "vitest";
import { newConsumer, optionsFor, readyConsumer, runModule, sample, startAgent, until } from "./support.js";
import { commands, probe, releaseFileData } from "./words.mjs";

const workerTimeoutMs = 4_000;

/** Says where a worker that waits in native code finds its release, and gives what releases it. */
function releasable(agent: CoreAgent): () => Promise<void> {
  const file = join(agent.authTokenFile, "..", "release");
  setEnvironmentData(releaseFileData, file);
  return () => writeFile(file, "");
}

describe.concurrent("a worker that is stuck", () => {
  for (const [how, command] of [
    ["in a loop that never ends", commands.loop],
    ["in a wait that nobody ends", commands.wait],
  ] as const) {
    it(`${how} is replaced, while reads go on and nothing is lost`, { timeout: 60_000 }, async ({
      onTestFinished: tidy,
    }) => {
      const agent = await startAgent(tidy);
      const { consumer, words } = await readyConsumer(tidy, agent, { workerTimeoutMs });
      const reader = consumer.reader();
      const changes: ConfigChange[] = [];
      consumer.subscribe({ key: "a.b", onChange: (change) => changes.push(change) });
      Atomics.store(words, probe.command, command);
      await until(() => Atomics.load(words, probe.command) === commands.none);
      agent.set("a.b", 2);
      agent.set("a.b", 3);
      await until(() => {
        expect(reader.getInt("a.b")).not.toBe(2);
        return reader.getInt("a.b") === 3 && changes.length === 1;
      });
      expect(changes).toMatchObject([{ oldValue: 1, newValue: 3 }]);
      expect(consumer.status().lastError).toMatchObject({
        code: "worker_died",
        message: expect.stringMatching(/was stuck for 4 s \(option "workerTimeoutMs"\), and was ended by force/),
      });
      expect(await sample(consumer, "worker_restarts")).toBe(1);
    });
  }

  it("in native code cannot be ended, is given up and replaced, and does not hold up stop", {
    timeout: 60_000,
  }, async ({ onTestFinished: tidy }) => {
    const agent = await startAgent(tidy);
    const release = releasable(agent);
    const lines: string[] = [];
    const silent = () => {};
    const error = (line: string) => void lines.push(line);
    const logger = { debug: silent, info: silent, warn: silent, error };
    const { consumer, words } = newConsumer(tidy, agent, { workerTimeoutMs, logger });
    await consumer.start();
    await consumer.waitReady();
    Atomics.store(words, probe.command, commands.native);
    agent.set("a.b", 2);
    await until(() => Atomics.load(words, probe.lives) === 2 && consumer.status().state === "live");
    agent.set("a.b", 3);
    await until(() => consumer.reader().getInt("a.b") === 3);
    expect(consumer.status().lastError?.message).toContain("Native code holds its thread up");
    expect(lines.join()).toContain("native code holds it up");
    expect(consumer.status().workerRestarts).toBe(1);
    await consumer.stop();
    await release();
  });

  it("in native code does not hold up stop for ever", { timeout: 60_000 }, async ({ onTestFinished: tidy }) => {
    const agent = await startAgent(tidy);
    const release = releasable(agent);
    const { consumer, words } = await readyConsumer(tidy, agent, { stopTimeoutMs: 50 });
    Atomics.store(words, probe.command, commands.native);
    await until(() => Atomics.load(words, probe.command) === commands.none);
    await consumer.stop();
    expect(consumer.status().state).toBe("stopped");
    await release();
  });

  it("before it is up makes start reject, with the reason", { timeout: 60_000 }, async ({ onTestFinished: tidy }) => {
    const agent = await startAgent(tidy);
    const workerUrl = new URL("data:text/javascript,for (;;);");
    const { consumer } = newConsumer(tidy, agent, { workerTimeoutMs, workerUrl });
    await expect(consumer.start()).rejects.toThrow(/stuck for 4 s/);
    expect(consumer.status()).toMatchObject({ state: "failed", lastError: { code: "worker_died" } });
  });
});

describe.concurrent("a worker that is well is not replaced", () => {
  it("by a main thread that was blocked for longer than the time limit", { timeout: 60_000 }, async ({
    onTestFinished: tidy,
  }) => {
    const agent = await startAgent(tidy);
    const { output } = await runModule(
      tidy,
      `
      const consumer = createConsumer({ ...options, workerTimeoutMs: ${workerTimeoutMs} });
      await consumer.start();
      await consumer.waitReady();
      const sleeper = new Int32Array(new SharedArrayBuffer(4));
      for (let i = 0; i < 2; i++) {
        Atomics.wait(sleeper, 0, 0, ${workerTimeoutMs * 1.2});
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { workerRestarts, state } = consumer.status();
      console.log(workerRestarts, state);
      await consumer.stop();
    `,
      optionsFor(agent),
    );
    expect(output).toBe("0 live\n");
  });

  it.skipIf(process.platform === "win32")(
    "when the whole process was suspended and goes on",
    { timeout: 60_000 },
    async ({ onTestFinished: tidy }) => {
      const agent = await startAgent(tidy);
      let suspended = 0;
      const { output } = await runModule(
        tidy,
        `
        const consumer = createConsumer({ ...options, workerTimeoutMs: ${workerTimeoutMs} });
        await consumer.start();
        await consumer.waitReady();
        for (let i = 0; i < 2; i++) {
          console.log("suspend me");
          await new Promise((resolve) => setTimeout(resolve, 700));
        }
        console.log(consumer.status().workerRestarts);
        await consumer.stop();
      `,
        optionsFor(agent),
        (text, child) => {
          if (text.split("suspend me").length - 1 <= suspended) return;
          suspended++;
          child.kill("SIGSTOP");
          setTimeout(() => child.kill("SIGCONT"), workerTimeoutMs * 1.2);
        },
      );
      expect(output.replaceAll("suspend me\n", "")).toBe("0\n");
      expect(suspended).toBe(2);
    },
  );
});
