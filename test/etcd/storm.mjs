// Transactions of 1 to 50 keys while leaders are killed and stopped, the log is compacted, and logins expire: every consumer must end equal
// to the store, without having seen half a transaction or an older one after a newer one.

import { createCoreAgent } from "configstream/core-agent";
import { createConsumer } from "configstream-consumer";
import { connectTo } from "../../packages/configstream/dist/store/index.js";
import { startCluster } from "./cluster.mjs";
import { check, pause, until } from "./support.mjs";

const prefix = "/fleet/test/";
/** Groups of 1 to 50 keys; a transaction gives all keys of one group the same number. */
const sizes = [1, 2, 3, 5, 8, 13, 21, 34, 50];
const keyOf = (group, at) => `g${group}.k${at}`;
/** Besides, each transaction writes its number where none writes for so many: what is skipped is missing for long. */
const marks = 200;
const markOf = (number) => `mark.m${number % marks}`;

export async function storm({ transactions, tell }) {
  const cluster = await startCluster();
  const agents = [];
  const consumers = [];
  try {
    const root = ["--user", "root:root-password"];
    await cluster.healthy();
    await cluster.ctl("user", "add", "root:root-password");
    await cluster.ctl("role", "add", "fleet");
    await cluster.ctl("role", "grant-permission", "fleet", "--prefix=true", "readwrite", prefix);
    await cluster.ctl("user", "add", "agent:first");
    await cluster.ctl("user", "grant-role", "agent", "fleet");
    await cluster.ctl("user", "grant-role", "root", "root").catch(() => {});
    await cluster.ctl("auth", "enable");
    const auth = { user: "agent", password: "first" };
    const counts = {
      skipped: 0,
      halves: 0,
      backwards: 0,
      sets: 0,
      writes: 0,
      kills: 0,
      stops: 0,
      compactions: 0,
      logins: 0,
    };

    for (let at = 0; at < 2; at += 1) {
      const agent = createCoreAgent({
        env: false,
        address: "127.0.0.1:0",
        store: { endpoints: cluster.endpoints, layers: { "remote-config": prefix }, auth },
      });
      agents.push(agent);
      await agent.start();
      const { address: coreAgentAddress, authTokenFile, ipcCertFile } = agent;
      for (let each = 0; each < 2; each += 1) {
        const consumer = createConsumer({ clientName: "storm", coreAgentAddress, authTokenFile, ipcCertFile });
        consumers.push(consumer);
        await consumer.start();
        await consumer.waitReady();
        const newest = new Map();
        const look = (view) => {
          sizes.forEach((size, group) => {
            const numbers = Array.from({ length: size }, (_unused, key) => view.getInt(keyOf(group, key), -1));
            if (new Set(numbers).size > 1) counts.halves += 1;
            if (numbers[0] < (newest.get(group) ?? -1)) counts.backwards += 1;
            newest.set(group, numbers[0]);
          });
        };
        consumer.changeSets({
          onChange(set) {
            counts.sets += 1;
            const found = new Map();
            for (const { key, newValue } of set.changes) {
              const group = key.slice(0, key.indexOf("."));
              if (group === "mark") continue;
              found.set(group, [...(found.get(group) ?? []), newValue]);
            }
            for (const [group, numbers] of found) {
              if (numbers.length !== sizes[group.slice(1)] || new Set(numbers).size !== 1) counts.halves += 1;
            }
            look(set.view);
          },
        });
        const poll = setInterval(() => look(consumer.reader().view()), 3);
        consumer.stopPolling = () => clearInterval(poll);
      }
    }

    const connect = connectTo({ tls: undefined, auth });
    let connection;
    let member = 0;
    const expected = new Map();
    /** Tries until the transaction is known to be in; a second time changes nothing, because the values are the same. */
    const write = async (group, number) => {
      const success = Array.from({ length: sizes[group] }, (_unused, at) => ({
        request_put: { key: Buffer.from(prefix + keyOf(group, at)), value: Buffer.from(`${number}`) },
      }));
      success.push({ request_put: { key: Buffer.from(prefix + markOf(number)), value: Buffer.from(`${number}`) } });
      for (;;) {
        try {
          connection ??= await connect(cluster.endpoints[member++ % cluster.endpoints.length]);
          const { header } = await connection.txn({ compare: [], success });
          written.push({ number, revision: Number(header.revision) });
          break;
        } catch {
          connection?.close();
          connection = undefined;
          await pause(50);
        }
      }
      expected.set(group, number);
    };

    /** An agent has everything up to the revision that it says it serves. */
    const written = [];
    const audit = () => {
      for (const agent of agents) {
        const { state, revision } = agent.status().store;
        if (state !== "live") continue;
        for (const { number, revision: at } of written.slice(-marks)) {
          if (at <= revision && !(agent.get(markOf(number))?.value >= number)) counts.skipped += 1;
        }
      }
    };

    let over = false;
    let turn = 0;
    const chaos = (async () => {
      for (; !over; turn += 1) {
        await pause(1_500);
        if (over) return;
        const leader = (await cluster.leader(...root)) ?? cluster.members[turn % 3];
        const { endpoint } = agents[turn % agents.length].status().store;
        const followed = cluster.members.find(({ client }) => endpoint.endsWith(`:${client}`));
        const kind = turn % 5;
        if (kind === 0) {
          counts.kills += 1;
          await cluster.kill(leader);
          await pause(700);
          cluster.start(leader);
        } else if (kind === 1 || kind === 3) {
          // A member that hangs: its sockets stay open. The leader, then the one that an agent follows.
          const hung = kind === 1 ? leader : followed;
          counts.stops += 1;
          hung.process.kill("SIGSTOP");
          await pause(kind === 1 ? 2_500 : 12_000);
          hung.process.kill("SIGCONT");
        } else if (kind === 2) {
          const status = await cluster.ctl(...root, "get", "x", "-w", "json").catch(() => "{}");
          const revision = JSON.parse(status).header?.revision;
          if (revision > 1)
            await cluster.ctl(...root, "compact", `${revision}`).then(
              () => counts.compactions++,
              () => {},
            );
        } else {
          // The right is taken away and given back, which makes every login old; the member that agents follow dies meanwhile.
          const denied = await cluster.ctl(...root, "user", "revoke-role", "agent", "fleet").then(
            () => true,
            () => false,
          );
          await cluster.kill(followed);
          await pause(700);
          cluster.start(followed);
          for (let tries = 0; denied && tries < 60; tries += 1) {
            const given = await cluster.ctl(...root, "user", "grant-role", "agent", "fleet").then(
              () => true,
              () => false,
            );
            if (given) break;
            await pause(250);
          }
          counts.logins += 1;
        }
      }
    })();

    const startedMs = Date.now();
    // Until every kind of trouble has been there twice, however fast the machine is.
    for (let number = 1; number <= transactions || turn < 10; number += 1) {
      await write(number % sizes.length, number);
      counts.writes += 1;
      audit();
      if (number % 500 === 0) tell(`${number} transactions after ${Math.round((Date.now() - startedMs) / 1_000)} s`);
    }
    over = true;
    await chaos;
    for (const each of cluster.members) each.process.kill("SIGCONT");
    connection?.close();
    const lost = () => {
      let missing = 0;
      for (const consumer of consumers) {
        for (const [group, number] of expected) {
          for (let at = 0; at < sizes[group]; at += 1) {
            if (consumer.reader().getInt(keyOf(group, at), -1) !== number) missing += 1;
          }
        }
      }
      return missing;
    };
    await until("every consumer equals the store", () => lost() === 0, 30_000).catch(() => {});
    const reads = agents.map((agent) => agent.status().store.reads);
    tell(JSON.stringify({ ...counts, lost: lost(), reads }));
    check("every consumer ends equal to the store", lost() === 0);
    check("no agent skipped a revision that it says it has", counts.skipped === 0);
    check("nobody saw half a transaction", counts.halves === 0);
    check("nobody went backwards", counts.backwards === 0);
    check(
      "the store was read anew, because watches ended",
      reads.every((count) => count > 1),
    );
  } finally {
    for (const consumer of consumers) {
      consumer.stopPolling();
      await consumer.stop();
    }
    for (const agent of agents) await agent.stop();
    await cluster.stop();
  }
}
