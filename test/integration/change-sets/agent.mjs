// A core agent in a process of its own, which changes its settings set by set, and cuts its streams now and then.
import { execFile } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createCoreAgent } from "configstream/core-agent";
import { serveControl } from "../../../packages/configstream/build/cli/agent/control-server.js";
import { groups, ways } from "./groups.mjs";

const [dataDir, keyByKey] = process.argv.slice(2);
const program = fileURLToPath(new URL("../../../packages/configstream/dist/cli/main.js", import.meta.url));
const file = join(dataDir, "settings.yaml");
const unavailable = 14;
const of = (way) => groups.filter((group) => group.way === way);
const entries = (list, number) => Object.fromEntries(list.flatMap(({ keys }) => keys.map((key) => [key, number])));

async function edit(number) {
  const text = of("file").flatMap(({ name, size }) => [
    `${name}:`,
    ...Array.from({ length: size }, (_, index) => `  k${index}: ${number}`),
  ]);
  await writeFile(`${file}.new`, `${text.join("\n")}\n`);
  await rename(`${file}.new`, file);
}

await edit(0);
const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, dataDir, configFiles: [file], origin: "sets" });
agent.setMany(entries([...of("many"), ...of("transaction"), ...of("command")], 0));
await agent.start();
const control = await serveControl(
  agent,
  () => {},
  (message) => {
    throw new Error(message);
  },
);

/** `configstream set a=1 b=2 …`, as users run it. */
async function set(keys, number) {
  const pairs = keys.map((key) => `${key}=${number}`);
  await promisify(execFile)(process.execPath, [program, "set", ...pairs, "--data-dir", dataDir]);
}

let isCommanding = false;
let commanded = Promise.resolve();
async function command(number) {
  const [small, large] = of("command");
  const { keys } = number % 8 < 4 ? small : large;
  if (keyByKey === "key-by-key") await set(keys.slice(1), number);
  await set(keyByKey === "key-by-key" ? keys.slice(0, 1) : keys, number);
  commands++;
}

/** What the run must find when it is asked to. The pause makes a half that every consumer has time to see. */
async function oneByOne({ keys }, number) {
  for (const key of keys.slice(1)) agent.set(key, number);
  await delay(20);
  agent.set(keys[0], number);
}

const make = {
  file: edit,
  async many(number) {
    for (const group of of("many")) {
      if (keyByKey === "key-by-key") await oneByOne(group, number);
      else agent.setMany(entries([group], number));
    }
  },
  /** Beside the other ways, because a process takes long to start. */
  command(number) {
    if (isCommanding) return;
    isCommanding = true;
    commanded = command(number).finally(() => {
      isCommanding = false;
    });
  },
  transaction(number) {
    for (const { keys } of of("transaction")) {
      agent.transaction((transaction) => {
        for (const key of keys) transaction.set(key, number);
      });
    }
  },
};

let sets = 0;
let commands = 0;
let cuts = 0;
let running = true;
process.on("message", () => {
  running = false;
});
process.send({ address: agent.address, authTokenFile: agent.authTokenFile, ipcCertFile: agent.ipcCertFile });
for (let number = 1; running; number++) {
  const way = ways[number % ways.length];
  await make[way](number);
  if (way !== "command") sets += 2;
  // Sometimes at once after a change, when it is still on its way.
  if (number % 11 === 0) cuts += agent.status().subscribers > 0 ? 1 : 0;
  if (number % 11 === 0) agent.faults.closeStreams(unavailable);
  await delay(Math.random() * 30);
}
await commanded;
process.send({ sets, commands, cuts });
await control.close();
await agent.stop();
process.disconnect();
