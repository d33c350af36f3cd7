// Transactions of 1 to 50 keys while members are killed, hang and are cut off, the log is compacted, and logins expire: every consumer must
// end equal to the store, without having seen half a transaction or an older one after a newer one.

import { createCoreAgent } from "configstream/core-agent";
import { createConsumer } from "configstream-consumer";
import { connectTo } from "../../../packages/configstream/build/store/index.js";
import { startCluster } from "../cluster.mjs";
import { makeNetwork } from "../network.mjs";
import { check, pause, until } from "../support.mjs";
import { createJudge } from "./judge.mjs";
import { keysOf, prefix, sizes } from "./shape.mjs";
import { createTroubles, root } from "./troubles.mjs";
import { createWriter } from "./writer.mjs";

const auth = { user: "agent", password: "first" };

/** Users, and a token that gets old soon when nothing is asked with it. */
async function startGuarded(network) {
  const cluster = await startCluster({ network, flags: { "--auth-token-ttl": "3" } });
  await cluster.healthy();
  await cluster.ctl("user", "add", "root:root-password");
  await cluster.ctl("role", "add", "fleet");
  await cluster.ctl("role", "grant-permission", "fleet", "--prefix=true", "readwrite", prefix);
  await cluster.ctl("user", "add", "agent:first");
  await cluster.ctl("user", "grant-role", "agent", "fleet");
  await cluster.ctl("user", "grant-role", "root", "root").catch(() => {});
  await cluster.ctl("auth", "enable");
  return cluster;
}

/** Keys of which a consumer shows something else than the store holds, which must be what was written last. */
async function differing(cluster, consumers, numbers) {
  const { kvs = [] } = JSON.parse(await cluster.ctl(...root, "get", "--prefix", `${prefix}g`, "-w", "json"));
  const stored = new Map(
    kvs.map(({ key, value }) => [
      Buffer.from(key, "base64").toString().slice(prefix.length),
      Number(Buffer.from(value, "base64")),
    ]),
  );
  let found = 0;
  for (const [group, number] of numbers) {
    for (const key of keysOf(group)) {
      if (stored.get(key) !== number) found += 1;
      for (const consumer of consumers) if (consumer.reader().getInt(key, -1) !== stored.get(key)) found += 1;
    }
  }
  return found;
}

/** `rounds`: how often each trouble comes at least, however fast the machine is; `pauseMs`: between two of them. */
export async function storm({ transactions, rounds, pauseMs, tell }) {
  const network = makeNetwork(3);
  tell(
    network === undefined ? "no namespaces can be made here: members are stopped only" : "each member has a network",
  );
  const ends = [() => network?.remove()];
  const agents = [];
  const consumers = [];
  try {
    const cluster = await startGuarded(network);
    ends.push(() => cluster.stop());
    const judge = createJudge();
    for (let at = 0; at < 2; at += 1) {
      const store = { endpoints: cluster.endpoints, layers: { "remote-config": prefix }, auth };
      const agent = createCoreAgent({ env: false, address: "127.0.0.1:0", store });
      ends.push(() => agent.stop());
      agents.push(agent);
      await agent.start();
      const { address: coreAgentAddress, authTokenFile, ipcCertFile } = agent;
      for (let each = 0; each < 2; each += 1) {
        const consumer = createConsumer({ clientName: "storm", coreAgentAddress, authTokenFile, ipcCertFile });
        ends.push(() => consumer.stop());
        consumers.push(consumer);
        await consumer.start();
        await consumer.waitReady();
        ends.push(judge.watch(consumer));
      }
    }

    const writer = createWriter({ connect: connectTo({ tls: undefined, auth }), endpoints: cluster.endpoints });
    ends.push(() => writer.close());
    const troubles = createTroubles({
      cluster,
      network,
      followed(turn) {
        const { endpoint } = agents[turn % agents.length].status().store;
        return cluster.members.find((member) => member.endpoint === endpoint);
      },
    });
    const kinds = Object.entries(troubles);
    let over = false;
    let turn = 0;
    const chaos = (async () => {
      for (; !over; turn += 1) {
        await pause(pauseMs);
        if (over) return;
        const [, strike] = kinds[turn % kinds.length];
        await strike(turn);
      }
    })();
    chaos.catch(() => {});

    const startedMs = Date.now();
    for (let number = 1; number <= transactions || turn < rounds * kinds.length; number += 1) {
      await writer.write(number % sizes.length, number);
      for (const agent of agents) judge.audit(agent, writer.written);
      if (number % 1_000 === 0) {
        tell(`${number} transactions and ${turn} troubles after ${Math.round((Date.now() - startedMs) / 1_000)} s`);
      }
      // The loop would else write all that it has before the last troubles come.
      if (number > transactions) await pause(5);
    }
    over = true;
    await chaos;

    const last = new Map(writer.written.slice(-sizes.length).map(({ number }) => [number % sizes.length, number]));
    const ready = () => differing(cluster, consumers, last).then((found) => found === 0);
    const equal = await until("every consumer equals the store", ready, 30_000).then(
      () => true,
      () => false,
    );
    const { sets, halves, backwards, ahead, skipped } = judge.counts;
    const reads = agents.map((agent) => agent.status().store.reads);
    const lost = equal ? 0 : await differing(cluster, consumers, last);
    tell(JSON.stringify({ ...writer.counts, ...judge.counts, lost, troubles: turn, reads }));
    check("every consumer ends equal to the store", equal);
    check("change sets were told and judged", sets > 0);
    check("no agent skipped a revision that it says it has", skipped === 0);
    check("nobody saw half a transaction", halves === 0);
    check("nobody went backwards", backwards === 0);
    check("nobody was told what could not be read yet", ahead === 0);
    check(
      "the store was read anew, because watches ended",
      reads.every((count) => count > 1),
    );
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
