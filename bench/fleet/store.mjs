// The store of a fleet with one real etcd member: how soon a put reaches a reader, against a bare watch; and how long ten thousand keys
// take from nothing, against a bare range.

import { createConsumer } from "../../dist/index.js";
import { defaultSourcePriority, systemClock } from "../../dist/internal/index.js";
import { createSettings } from "../../packages/configstream/build/core-agent/settings/settings.js";
import { createStoreSource } from "../../packages/configstream/build/core-agent/settings/sources/store.js";
import { connectTo } from "../../packages/configstream/build/store/index.js";
import { createCoreAgent } from "../../packages/configstream/dist/core-agent/index.js";
import { startCluster } from "../../test/etcd/cluster.mjs";
import { bareRange, bareWatch } from "../baselines/bare-etcd.mjs";
import { args, report } from "../lib/arguments.mjs";
import { distribution, summary } from "../lib/distribution.mjs";

const { changes, keys, times } = args;
const prefix = "/fleet/prod/";
const source = "remote-config";
const range = { key: Buffer.from(prefix), range_end: Buffer.from("/fleet/prod0") };
const put = (name, value) => ({ request_put: { key: Buffer.from(prefix + name), value: Buffer.from(`${value}`) } });

const cluster = await startCluster({ size: 1 });
let result;
try {
  await cluster.healthy();
  const connection = await connectTo({ tls: undefined, auth: undefined })(cluster.endpoints[0]);
  const store = { endpoints: cluster.endpoints, layers: { [source]: prefix } };
  result = { putToRead: await putToRead(connection, store), fromNothing: await fromNothing(connection, store) };
  connection.close();
} finally {
  await cluster.stop();
}
report({ keys, ...result });

/** Ms from before a put until it is seen: by a bare watch, and by a reader of an application whose core agent follows the store. */
async function putToRead(connection, store) {
  const agent = createCoreAgent({ env: false, address: "127.0.0.1:0", store, log: () => {} });
  await agent.start();
  const { address: coreAgentAddress, authTokenFile, ipcCertFile } = agent;
  const consumer = createConsumer({ clientName: "bench", coreAgentAddress, authTokenFile, ipcCertFile });
  await consumer.start();
  await consumer.waitReady();
  const handle = consumer.reader().setting("number").asInt();
  let seen = 0;
  const watching = await bareWatch(store.endpoints[0], range, ({ kv }) => {
    seen = Number(kv.value.toString());
  });
  let number = 0;
  const time = async (count, hasArrived) => {
    const times = [];
    for (let at = 0; at < count; at++) {
      number += 1;
      const begin = performance.now();
      const written = connection.txn({ compare: [], success: [put("number", number)] });
      while (!hasArrived()) await new Promise((done) => setImmediate(done));
      times.push(performance.now() - begin);
      await written;
    }
    return distribution(times);
  };
  const byWatch = () => seen === number;
  const byReader = () => handle.value === number;
  await time(Math.ceil(changes / 5), () => byWatch() && byReader());
  const bare = await time(changes, byWatch);
  const reader = await time(changes, byReader);
  watching.close();
  await consumer.stop();
  await agent.stop();
  return { bare, reader };
}

/** Ms until a core agent has all keys in their layer, and until a bare client has them in its hands; both connect first. */
async function fromNothing(connection, store) {
  for (let from = 0; from < keys; from += 100) {
    const success = Array.from({ length: 100 }, (_unused, at) => put(`section.key_${from + at}`, from + at));
    await connection.txn({ compare: [], success });
  }
  const [bareMs, layerMs] = [[], []];
  for (let turn = 0; turn <= times; turn++) {
    const begin = performance.now();
    const kvs = await bareRange(store.endpoints[0], range);
    bareMs.push(performance.now() - begin);

    const settings = createSettings({
      defaults: {},
      env: {},
      sourcePriority: defaultSourcePriority,
      log() {},
      onChange() {},
    });
    const resolved = { ...store, tls: undefined, auth: undefined, startTimeoutMs: 60_000 };
    const parts = { store: resolved, dataDir: undefined, clock: systemClock, log() {} };
    const started = performance.now();
    const followed = createStoreSource(parts, settings);
    await followed.open();
    layerMs.push(performance.now() - started);
    await followed.close();
    if (kvs.length < keys || settings.store.size !== kvs.length) throw new Error("Not all keys arrived.");
  }
  // The first ones, during which the engine compiles, are not counted.
  return { bareMs: summary(bareMs.slice(1)).median, layerMs: summary(layerMs.slice(1)).median };
}
