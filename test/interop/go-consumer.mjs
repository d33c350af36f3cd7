// Puts the embedded core agent to a consumer written in Go (test/interop/mirror), which takes the stream into a configuration of the
// published module nodetreemodel as the real one does. One of them follows a random history and has to hold the core agent's
// values after each burst; others, in Go and of this library, start late and have to know every layer.
// `node test/interop/go-consumer.mjs [changes]`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./agent/trial.mjs";
import { buildGo } from "./go-program.mjs";
import { canonical } from "./mirror/canonical.mjs";
import { GoConsumer } from "./mirror/process.mjs";
import { randomHistory } from "./senders/history.mjs";

const buildScript = fileURLToPath(new URL("../../scripts/build.mjs", import.meta.url));

/** Keys with their types: one or more of each. */
const declared = [
  { key: "log_level", type: "string", default: "info" },
  { key: "tags", type: "array", default: [] },
  { key: "apm.enabled", type: "bool", default: false },
  { key: "apm.port", type: "int", default: 8126 },
  { key: "apm.timeout", type: "duration", default: 5_000_000_000 },
  { key: "logs.ratio", type: "number", default: 0.5 },
  { key: "logs.paths", type: "array", default: ["/var/log"] },
  { key: "logs.labels", type: "object", default: {} },
  { key: "logs.text", type: "string", default: "" },
  { key: "net.routes", type: "object", default: {} },
  { key: "net.peers", type: "array", items: "any", default: [] },
  { key: "net.depth", type: "int", default: 3 },
];
const seed = 20_261_127;

/** `tell(name, problem)` is called for each promise. */
export async function checkGoConsumer(tell, { changes = 300, burst = 25 } = {}) {
  const build = spawnSync(process.execPath, [buildScript], { encoding: "utf8" });
  if (build.status !== 0) throw new Error(`the library could not be built: ${build.stdout}${build.stderr}`);
  const { createConsumer } = await import("configstream-consumer");
  const { createCoreAgent } = await import("configstream/core-agent");
  const directory = mkdtempSync(join(tmpdir(), "interop-consumer-"));
  const binary = buildGo("mirror", directory);
  const agent = createCoreAgent({ dataDir: directory, address: "localhost:0", env: {}, defaults: declared });
  const late = { go: 0, ours: 0, layers: 0 };
  const problems = { follows: [], go: [], ours: [] };
  await agent.start();
  const follower = new GoConsumer(binary, directory, agent.address, declared);
  try {
    const bursts = randomHistory(changes, burst, seed);
    for (const [index, changesOfBurst] of bursts.entries()) {
      for (const change of changesOfBurst) apply(agent, change);
      const differing = await settled(follower, agent, valuesOf);
      if (differing !== undefined) problems.follows.push(differing);
      if (index % Math.ceil(bursts.length / 10) !== 0) continue;
      const starting = new GoConsumer(binary, directory, agent.address, declared);
      const inGo = await settled(starting, agent, layersOf);
      await starting.end();
      late.go += 1;
      if (inGo !== undefined) problems.go.push(inGo);
      const ours = await layersOfConsumer(createConsumer, agent);
      late.ours += 1;
      late.layers += [...agent.settings().values()].reduce((sum, { layers }) => sum + layers.length, 0);
      if (ours !== undefined) problems.ours.push(ours);
    }
  } finally {
    await follower.end();
    await agent.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  const problemOf = (list) => (list.length === 0 ? undefined : list.slice(0, 3).join("; "));
  tell(
    `a consumer in Go holds the values of the embedded core agent after ${changes} changes`,
    problemOf(problems.follows),
  );
  tell(`${late.go} consumers in Go that start late know all of its layers`, problemOf(problems.go));
  tell(
    `${late.ours} consumers of this library that start late know all of its layers (${late.layers} layers in all)`,
    problemOf(problems.ours),
  );
}

function apply(agent, { op, source, key, value }) {
  if (op === "set") agent.set(key, value, source);
  else agent.unset(key, source);
}

const valuesOf = ({ value }) => ({ value });
const layersOf = ({ value, source, layers }) => ({
  value,
  source,
  layers: Array.isArray(layers) ? Object.fromEntries(layers.map((layer) => [layer.source, layer.value])) : layers,
});

/** What keeps a consumer in Go from being equal to the core agent; `aspect` is what is compared of each setting. */
async function settled(consumer, agent, aspect) {
  const compare = async () => {
    const { sequenceId, settings } = await consumer.state();
    if (sequenceId !== agent.sequenceId) return `it is at ${sequenceId}, the core agent at ${agent.sequenceId}`;
    return differenceOf(Object.entries(settings), agent, aspect);
  };
  let last;
  try {
    await until(
      compare,
      (problem) => {
        last = problem;
        return problem === undefined;
      },
      15_000,
      String,
    );
  } catch {
    return last;
  }
  return undefined;
}

function differenceOf(entries, agent, aspect) {
  const held = agent.settings();
  if (entries.length !== held.size) return `it has ${entries.length} keys, the core agent ${held.size}`;
  for (const [key, setting] of entries) {
    const ours = canonical(aspect(setting));
    const theirs = canonical(aspect(held.get(key)));
    if (ours !== theirs) return `${key} is ${ours}, not ${theirs}`;
  }
  return undefined;
}

async function layersOfConsumer(createConsumer, agent) {
  const consumer = createConsumer({
    clientName: "interop-late",
    coreAgentAddress: agent.address,
    authTokenFile: agent.authTokenFile,
    ipcCertFile: agent.ipcCertFile,
  });
  try {
    await consumer.start();
    await consumer.waitReady({ timeoutMs: 20_000 });
    const reader = consumer.reader();
    const entries = reader.allKeysLowercased().map((key) => [key, reader.explain(key)]);
    const untold = entries.find(([, { lowerLayers }]) => lowerLayers !== "possibly old");
    if (untold !== undefined) return `what lies below ${untold[0]} is called ${untold[1].lowerLayers}`;
    return differenceOf(entries, agent, layersOf);
  } finally {
    await consumer.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const changes = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 300);
  await checkGoConsumer(
    (name, problem) => {
      process.stdout.write(problem === undefined ? `ok: ${name}\n` : `FAILED: ${name}\n  ${problem}\n`);
      if (problem !== undefined) process.exitCode = 1;
    },
    { changes },
  );
}
