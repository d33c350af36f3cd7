// A core agent in a process of its own, which changes its settings set by set, and cuts its streams now and then.
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createCoreAgent } from "configstream/core-agent";
import { groups, ways } from "./groups.mjs";

const [dataDir, keyByKey] = process.argv.slice(2);
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
agent.setMany(entries([...of("many"), ...of("transaction")], 0));
await agent.start();

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
  transaction(number) {
    for (const { keys } of of("transaction")) {
      agent.transaction((transaction) => {
        for (const key of keys) transaction.set(key, number);
      });
    }
  },
};

let sets = 0;
let cuts = 0;
let running = true;
process.on("message", () => {
  running = false;
});
process.send({ address: agent.address, authTokenFile: agent.authTokenFile, ipcCertFile: agent.ipcCertFile });
for (let number = 1; running; number++) {
  const way = ways[number % ways.length];
  await make[way](number);
  sets += 2;
  // Sometimes at once after a change, when it is still on its way.
  if (number % 11 === 0) cuts += agent.status().subscribers > 0 ? 1 : 0;
  if (number % 11 === 0) agent.faults.closeStreams(unavailable);
  await delay(Math.random() * 30);
}
process.send({ sets, cuts });
await agent.stop();
process.disconnect();
