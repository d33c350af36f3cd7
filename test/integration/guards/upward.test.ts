/** What a held setting becomes outside: a notice, an issue at the core agent, a state in its list of clients. */
import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import type { CoreAgent } from "configstream/core-agent";
import type { HeldNotice } from "configstream-consumer";
import { createMockConsumer } from "configstream-consumer/testing";
import { expect, test } from "vitest";
import { liveTest, until } from "../../support/engine/live-consumer.js";
import { planted } from "../../support/secret-net/net.js";

const live = liveTest({ port: 9_000, host: "a" });
const guards = { port: { type: "integer", min: 1, max: 65_535 } } as const;
const bad = planted("setting");

const titles = async (agent: CoreAgent) =>
  (await agent.clients()).flatMap(({ issues }) => issues.map(({ title }) => title));
const isReported = async (agent: CoreAgent) => (await titles(agent)).join() === "The setting port is held back";
const isResolved = async (agent: CoreAgent) => (await titles(agent)).length === 0;

async function guarded(agent: CoreAgent) {
  const consumer = live.newConsumer(agent, { guards, report: true, serve: true });
  const told: HeldNotice[] = [];
  consumer.on("held", (notice) => told.push(notice));
  await consumer.start();
  await consumer.waitReady();
  return { consumer, told };
}

test("a typo at the producer is told to the application and to the core agent, and taken back when it is mended", async () => {
  const agent = await live.startAgent();
  const { consumer, told } = await guarded(agent);
  agent.set("port", bad);
  await until(() => isReported(agent));
  expect(told).toMatchObject([{ held: [{ key: "port", source: "agent-runtime", sequenceId: 1 }], healed: [] }]);
  expect(consumer.reader().getInt("port")).toBe(9_000);
  const [client] = await agent.clients();
  expect(client).toMatchObject({ state: "held", behind: 0, held: 1, heldSettings: [{ key: "port" }] });
  expect(JSON.stringify([told, client])).not.toContain(bad);
  agent.set("port", 9_001);
  await until(() => isResolved(agent));
  await until(() => told.length === 2);
  expect(told[1]).toEqual({ held: [], healed: ["port"] });
  expect((await agent.clients())[0]).toMatchObject({ state: "synced", held: 0, heldSettings: [] });
});

test("an issue is open as long as its setting is held: in another session, after a worker's death, and until stop", async () => {
  const agent = await live.startAgent({ sessionIdleTimeoutMs: 2_000, recommendedRefreshIntervalSecs: 1 });
  const born = once(process as unknown as NodeJS.EventEmitter, "worker");
  const { consumer } = await guarded(agent);
  agent.set("port", bad);
  await until(() => isReported(agent));
  agent.faults.evictSessions();
  await until(() => isReported(agent));
  const [worker] = (await born) as [Worker];
  await worker.terminate();
  await until(async () => consumer.status().workerRestarts === 1 && consumer.status().state === "live");
  await until(() => isReported(agent));
  await consumer.stop();
  expect(await titles(agent)).toEqual([]);
});

test("a key that heals while its worker is dead is healed at the core agent, too", async () => {
  const agent = await live.startAgent();
  const born = once(process as unknown as NodeJS.EventEmitter, "worker");
  const { consumer, told } = await guarded(agent);
  agent.set("port", bad);
  await until(() => isReported(agent));
  const [worker] = (await born) as [Worker];
  const ended = once(worker, "exit");
  void worker.terminate();
  agent.set("port", 9_001);
  await ended;
  await until(() => consumer.reader().getInt("port") === 9_001);
  await until(() => isResolved(agent));
  await until(() => told.at(-1)?.healed.includes("port") === true);
});

test("a mock tells held settings as a consumer does", () => {
  const consumer = createMockConsumer({ port: 9_000 }, { guards });
  const told: HeldNotice[] = [];
  consumer.on("held", (notice) => told.push(notice));
  consumer.set("port", bad);
  consumer.set("port", 9_001);
  expect(told).toMatchObject([
    { held: [{ key: "port" }], healed: [] },
    { held: [], healed: ["port"] },
  ]);
});

test("a core agent asks what remote agents would hold of a change, which changes nothing, and says who could not be asked", async () => {
  const agent = await live.startAgent();
  const { consumer, told } = await guarded(agent);
  const plain = live.newConsumer(agent, { clientName: "plain" });
  await plain.start();
  await plain.waitReady();
  const verdicts = async (port: string | number, more = "") => {
    const all = await agent.judge((change) => {
      change.set("port", port);
      change.set("more", more);
    });
    return Object.fromEntries(all.map((each) => [each.why === "serves no commands" ? "plain" : "guarded", each]));
  };
  expect(await verdicts(9_001)).toMatchObject({
    plain: { verdict: "unasked" },
    guarded: { verdict: "takes", held: [] },
  });
  const asked = await verdicts(bad);
  expect(asked.guarded).toMatchObject({
    verdict: "holds",
    held: [{ key: "port", rule: "must be an integer" }],
    why: "",
  });
  expect(JSON.stringify(asked)).not.toContain(bad);
  const { guarded: large } = await verdicts(bad, "x".repeat(100_000));
  expect(large).toMatchObject({
    verdict: "unasked",
    held: [],
    why: expect.stringContaining("refused (RESOURCE_EXHAUSTED)"),
  });
  expect([consumer.status().held, told, agent.sequenceId, agent.get("more")]).toEqual([[], [], 0, undefined]);
});
