// What the suites of the runtimes share. They use node:assert and the built packages alone, because vitest runs on Node.js only.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createConsumer } from "configstream-consumer";

const patienceMs = 60_000;
const farewellMs = 3_000;

/** At once: what is still on its way is lost when the process ends. */
function say(line) {
  writeSync(1, `${line}\n`);
}

/** Runs promises one after the other; the first one that is broken ends the process. */
export async function suite(name, promises) {
  const only = process.argv[2];
  for (const [promise, run] of Object.entries(promises)) {
    if (only !== undefined && !promise.includes(only)) continue;
    const cleanups = [];
    const late = setTimeout(() => {
      say(`FAILED: ${name}: ${promise}: it took more than ${patienceMs} ms`);
      process.exit(1);
    }, patienceMs);
    try {
      await run((cleanup) => cleanups.push(cleanup));
      for (const cleanup of cleanups.reverse()) await cleanup();
      say(`ok: ${name}: ${promise}`);
    } catch (error) {
      say(`FAILED: ${name}: ${promise}: ${error?.stack ?? error}`);
      process.exit(1);
    } finally {
      clearTimeout(late);
    }
  }
}

/** A core agent in a process of Node.js, which ends with the promise. */
export async function startAgent(after) {
  const directory = mkdtempSync(join(tmpdir(), "configstream-runtimes-"));
  const child = spawn(process.env.NODE_BINARY, [fileURLToPath(new URL("agent.mjs", import.meta.url)), directory], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  after(async () => {
    child.stdin.end();
    // A thread that the runtime cannot end keeps its connection, and the core agent with it.
    const enough = setTimeout(() => child.kill("SIGKILL"), farewellMs);
    await ended;
    clearTimeout(enough);
    rmSync(directory, { recursive: true, force: true });
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (deed, argument) => {
    child.stdin.write(`${JSON.stringify({ deed, argument })}\n`);
    return JSON.parse((await answers.next()).value);
  };
  const place = await ask("start");
  return { ask, options: optionsOf(place) };
}

function optionsOf({ address, authTokenFile, ipcCertFile }) {
  return {
    clientName: "runtimes",
    coreAgentAddress: address,
    authTokenFile,
    ipcCertFile,
    backoff: { initialMs: 250, maxMs: 500 },
  };
}

/** A consumer that is ready, and stops with the promise. */
export async function startConsumer(after, options) {
  const consumer = createConsumer(options);
  after(() => consumer.stop());
  await consumer.start();
  await consumer.waitReady({ timeoutMs: 30_000 });
  return consumer;
}

/** Waits until something is so. */
export async function until(isSo, what) {
  const endMs = performance.now() + patienceMs / 2;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`${what} did not come`);
    await sleep(10);
  }
}
