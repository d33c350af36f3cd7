// How long a change takes from the store to a reader, against a bare watch; and ten thousand keys from nothing, against a bare range.

import { createCoreAgent } from "configstream/core-agent";
import { createConsumer } from "configstream-consumer";
import { connectTo } from "../../packages/configstream/dist/store/index.js";
import { startCluster } from "./cluster.mjs";
import { check } from "./support.mjs";

const changes = 500;
const keys = 10_000;
const turns = 5;
const prefix = "/fleet/prod/";
const range = { key: Buffer.from(prefix), range_end: Buffer.from("/fleet/prod0") };

const quantile = (list, share) => list.toSorted((a, b) => a - b)[Math.floor(share * list.length)];
const put = (name, value) => ({ request_put: { key: Buffer.from(prefix + name), value: Buffer.from(`${value}`) } });

export async function measure({ tell }) {
  const cluster = await startCluster();
  const { endpoints } = cluster;
  try {
    await cluster.healthy();
    const connect = connectTo({ tls: undefined, auth: undefined });
    const connection = await connect(endpoints[0]);
    const store = { endpoints: [endpoints[0]], layers: { "remote-config": prefix } };
    const agent = createCoreAgent({ env: false, address: "127.0.0.1:0", store });
    await agent.start();
    const { address: coreAgentAddress, authTokenFile, ipcCertFile } = agent;
    const consumer = createConsumer({ clientName: "measure", coreAgentAddress, authTokenFile, ipcCertFile });
    await consumer.start();
    await consumer.waitReady();
    const handle = consumer.reader().setting("number").asInt();
    let seen = 0;
    const watching = connection.watch(
      { ...range, start_revision: 0 },
      {
        onResponse: ({ events = [] }) => {
          for (const { kv } of events) seen = Number(kv.value);
        },
        onEnd: () => {},
      },
    );
    const timesOf = async (arrived) => {
      const times = [];
      for (let at = 0; at < changes; at += 1) {
        number += 1;
        const begin = performance.now();
        void connection.txn({ compare: [], success: [put("number", number)] });
        while (!arrived(number)) await new Promise((done) => setImmediate(done));
        times.push(performance.now() - begin);
      }
      return times;
    };
    let number = 0;
    await timesOf((wanted) => seen >= wanted && handle.value >= wanted);
    const bare = await timesOf((wanted) => seen >= wanted);
    const ours = await timesOf((wanted) => handle.value >= wanted);
    watching.cancel();
    await consumer.stop();
    await agent.stop();
    const [bareP99, oursP99] = [quantile(bare, 0.99), quantile(ours, 0.99)];
    tell(
      `put to a reader, p99 of ${changes}: ${oursP99.toFixed(2)} ms; bare watch ${bareP99.toFixed(2)} ms; ratio ${(oursP99 / bareP99).toFixed(2)}`,
    );
    check("a change takes at most three times what a bare watch takes", oursP99 <= 3 * bareP99);

    for (let from = 0; from < keys; from += 100) {
      const success = Array.from({ length: 100 }, (_unused, at) => put(`k${from + at}`, from + at));
      await connection.txn({ compare: [], success });
    }
    const ranges = [];
    const starts = [];
    const without = [];
    for (let turn = 0; turn < turns; turn += 1) {
      const begin = performance.now();
      const other = await connect(endpoints[0]);
      await other.range(range);
      other.close();
      ranges.push(performance.now() - begin);
      for (const [times, given] of [
        [without, {}],
        [starts, { store }],
      ]) {
        const started = performance.now();
        const one = createCoreAgent({ env: false, address: "127.0.0.1:0", ...given });
        await one.start();
        times.push(performance.now() - started);
        await one.stop();
      }
    }
    connection.close();
    const [rangeMs, startMs] = [quantile(ranges, 0.5), quantile(starts, 0.5) - quantile(without, 0.5)];
    tell(
      `${keys} keys from nothing, median of ${turns}: ${startMs.toFixed(1)} ms; bare range ${rangeMs.toFixed(1)} ms; ratio ${(startMs / rangeMs).toFixed(2)}`,
    );
    check("ten thousand keys take at most twice what a bare range takes", startMs <= 2 * rangeMs);
  } finally {
    await cluster.stop();
  }
}
