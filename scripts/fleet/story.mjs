// What is shown, one after the other. Each step rejects when it does not come true.
import { histogramLines, quantile } from "./histogram.mjs";
import { eventually, leaderOf, replaceMember, revisionOf } from "./members.mjs";
import { page } from "./page.mjs";
import { consumersPerHost, hostCount, partKeys, workersKey } from "./place.mjs";
import { createWriter } from "./writer.mjs";

const transactions = 100;
const all = hostCount * consumersPerHost;
const guards = { [workersKey]: { type: "integer", min: 1, max: 64 } };
const seconds = (fromMs) => `${((performance.now() - fromMs) / 1_000).toFixed(1)} s`;

export async function tellStory(stage) {
  const writer = createWriter({ endpoints: stage.cluster.endpoints, signal: stage.signal });
  try {
    const scene = { ...stage, write: countedWrites(writer) };
    for (const step of [begin, reach, loseLeader, loseDisk, refuse, rollBack, end]) await step(scene);
  } finally {
    writer.close();
  }
}

function countedWrites(writer) {
  let number = -1;
  return async (others) => {
    number += 1;
    return { number, revision: await writer.put(number, others) };
  };
}

async function begin({ cluster, hosts, write, version, signal }) {
  page.chapter("A fleet on one machine");
  const beginMs = performance.now();
  const leader = await leaderOf(cluster.members, signal);
  page.done(`Three members of etcd ${version}; ${leader.name} leads.`);
  await write({ [workersKey]: 8 });
  await hosts.start();
  await hosts.allRead(({ number }) => number === 0);
  page.done(
    `${hostCount} core agents and ${all} consumers have their settings, ${seconds(beginMs)} after the beginning.`,
  );
  page.say(
    `A host is one process here: a core agent and ${consumersPerHost} consumers of it, each with its own worker thread and connection.`,
  );
}

async function reach({ hosts, write }) {
  page.chapter("A transaction reaches all");
  const times = [];
  hosts.observe(({ number, ms }) => {
    if (number > 0) times.push(ms);
  });
  for (let at = 0; at < transactions; at += 1) {
    const { number } = await write();
    await hosts.allRead((reader) => reader.number === number);
  }
  hosts.observe(() => {});
  page.say(
    `${transactions} transactions of ${partKeys.length + 1} keys: time from put to reader, ${times.length} readings.`,
  );
  page.lines(histogramLines(times));
  const [half, most] = [0.5, 0.99].map((share) => quantile(times, share).toFixed(1));
  page.done(`Half of them within ${half} ms, 99 % within ${most} ms, all ${all} consumers each time.`);
}

async function loseLeader({ cluster, hosts, write, signal }) {
  page.chapter("The leader is killed and comes back");
  const lost = await leaderOf(cluster.members, signal);
  const beginMs = performance.now();
  await cluster.kill(lost);
  page.say(`${lost.name} led, and was killed.`);
  const { number } = await write();
  const leader = await leaderOf(cluster.members, signal);
  await hosts.allRead((reader) => reader.number === number);
  page.done(
    `${leader.name} leads, and the next transaction was at all ${all} consumers ${seconds(beginMs)} after the kill.`,
  );
  cluster.start(lost);
  const { number: next, revision } = await write();
  await caughtUp(lost, revision, signal);
  await hosts.allRead((reader) => reader.number === next);
  page.done(`${lost.name} is back and holds revision ${revision}.`);
}

async function loseDisk({ cluster, hosts, write, signal }) {
  page.chapter("A member loses its disk");
  const leader = await leaderOf(cluster.members, signal);
  const lost = cluster.members.find((member) => member !== leader);
  const beginMs = performance.now();
  await cluster.kill(lost);
  await replaceMember(cluster, lost, signal);
  page.say(`${lost.name} was killed, its disk was wiped, and the cluster took it in as a new member.`);
  const { number, revision } = await write();
  await caughtUp(lost, revision, signal);
  await hosts.allRead((reader) => reader.number === number);
  page.done(`After ${seconds(beginMs)} it holds revision ${revision} again, as do all ${all} consumers.`);
}

function caughtUp(member, revision, signal) {
  const holds = async () => ((await revisionOf(member)) >= revision ? true : undefined);
  return eventually(`${member.name} holds revision ${revision}`, holds, signal);
}

async function refuse({ hosts, command }) {
  page.chapter("A bad value is refused");
  command.file("guards.json", JSON.stringify(guards));
  await shown(command, 0, "guards", "guards.json");
  await shown(command, 1, "set", `${workersKey}=640O`, "--reason", "more load");
  await hosts.allRead(({ workers }) => workers === 8);
  page.done(`All ${all} consumers still read 8.`);
}

async function rollBack({ hosts, command }) {
  page.chapter("A change that was wrong is taken back");
  const { out } = await shown(command, 0, "set", `${workersKey}=64`, "--reason", "more load");
  await hosts.allRead(({ workers }) => workers === 64);
  page.done(`All ${all} consumers read 64.`);
  const before = Number(/revision (\d+)/.exec(out)[1]) - 1;
  await shown(command, 0, "history", "--limit", "2");
  await shown(command, 0, "rollback", `${before}`, "--reason", "too many");
  await hosts.allRead(({ workers }) => workers === 8);
  page.done(`All ${all} consumers read 8 again.`);
}

async function shown(command, code, ...args) {
  const result = await command.run(...args);
  page.command(args, result);
  if (result.code !== code) throw new Error(`exit code ${code} was expected, and it was ${result.code}.`);
  return result;
}

async function end({ hosts: { counts } }) {
  page.chapter("At the end");
  const { halves, backwards } = counts;
  if (halves + backwards > 0)
    throw new Error(`${halves} halves of a transaction and ${backwards} older ones were read.`);
  page.done("No consumer has read half of a transaction, or an older one after a newer one.");
}
