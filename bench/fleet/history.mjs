// What keeping a past costs the core agent: all that it does for one subscriber while changes flow, and its history alone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHistory } from "../../packages/configstream/build/core-agent/history/history.js";
import { args, report } from "../lib/arguments.mjs";
import { startChild } from "./child.mjs";
import { atRate } from "./pace.mjs";

const { who, rate, ms } = args;
const dataDir = mkdtempSync(join(tmpdir(), "configstream-bench-"));
process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
const flow = await { agent, alone, nothing }[who]();
// The first one, during which engines compile, is not counted.
await flow({ rate, ms });
const { done, cpuMs } = await flow({ rate, ms });
report({ who, rate, microsPerChange: (cpuMs / done) * 1_000 });
process.exit(0);

async function agent() {
  const server = await startChild("./server.mjs", "agent", dataDir);
  const subscriber = await startChild("./subscribers.mjs", String(server.started.port), dataDir);
  await subscriber.ask("open", { subscribers: 1, registers: true });
  return (pace) => server.ask("flow", pace);
}

/** With its file, as everywhere with a data directory. */
async function alone() {
  const kept = createHistory({ now: Date.now, settings: new Map(), warn: console.error });
  await kept.open(join(dataDir, "history"), "a secret");
  let value = 0;
  return (pace) =>
    atRate(pace, () => {
      const before = value++;
      kept.prepare([{ source: "agent-runtime", key: "fan_out.number", value, before }], { kind: "runtime" })();
    });
}

/** What it costs to keep time. */
async function nothing() {
  return (pace) => atRate(pace, () => {});
}
