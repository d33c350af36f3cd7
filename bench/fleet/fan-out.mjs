// How soon a change reaches the last of many subscribers after the first, and what it costs the server.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { args, report } from "../lib/arguments.mjs";
import { distribution } from "../lib/distribution.mjs";
import { sleep } from "../lib/loop-delay.mjs";
import { startChild } from "./child.mjs";

const { who, subscribers, changes } = args;
/** The first ones, during which engines compile, are not counted. */
const unmeasured = Math.ceil(changes / 5);
const dataDir = mkdtempSync(join(tmpdir(), "configstream-bench-"));
process.once("exit", () => rmSync(dataDir, { recursive: true, force: true }));
const server = await startChild("./server.mjs", who, dataDir);
const herd = await startChild("./subscribers.mjs", String(server.started.port), dataDir);
const { ms: upMs } = await herd.ask("open", { subscribers, registers: who === "agent" });
const spreads = [];
let cpuMs = 0;
for (let i = 0; i < unmeasured + changes; i++) {
  await server.ask("prepare");
  const ready = herd.ready();
  const last = herd.ask("next");
  await ready;
  const before = await server.ask("cpu");
  await server.ask("change");
  const { ms } = await last;
  // What the server still has to do after the last one has it belongs to the change.
  await sleep(10);
  const after = await server.ask("cpu");
  if (i < unmeasured) continue;
  spreads.push(ms);
  cpuMs += after.ms - before.ms;
}
herd.stop();
server.stop();
report({
  who,
  subscribers,
  upMs,
  firstToLast: distribution(spreads),
  cpuMicros: (cpuMs / changes / subscribers) * 1_000,
});
