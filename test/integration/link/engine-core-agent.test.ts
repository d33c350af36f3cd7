import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type CoreAgent, createCoreAgent } from "../../../packages/configstream/src/core-agent/index.js";
import { systemClock } from "../../../src/shared/clock.js";
import type { EngineParams } from "../../../src/shared/params.js";
import { createCredentialsReader } from "../../../src/worker/link/credentials.js";
import { quietGrpcLog } from "../../../src/worker/link/transport.js";
import { startRecordedEngine } from "../../support/engine/recorded-engine.js";

quietGrpcLog();

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

async function startAgent(): Promise<CoreAgent> {
  const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, recommendedRefreshIntervalSecs: 1 });
  cleanups.push(() => agent.stop());
  await agent.start();
  agent.set("a.b", 1);
  return agent;
}

function run(agent: CoreAgent, changes: Partial<EngineParams> = {}) {
  const { address: coreAgentAddress, authTokenFile, ipcCertFile } = agent;
  const recorded = startRecordedEngine(
    { coreAgentAddress, authTokenFile, ipcCertFile, callTimeoutMs: 200, ...changes },
    (params) => createCredentialsReader(params, systemClock),
  );
  cleanups.push(() => recorded.engine.stop());
  /** What readers see. */
  const newest = (key: string) =>
    recorded.publications.flatMap(({ changes: list }) => list).findLast((change) => change.key === key)?.setting?.value;
  return { ...recorded, visible: { get: newest } };
}

describe("the engine against the core agent of this package", () => {
  it("follows settings as they are set and unset", async () => {
    const agent = await startAgent();
    const { visible } = run(agent);
    await until(() => visible.get("a.b") === 1);
    agent.set("a.b", 2);
    agent.set("c", "new");
    await until(() => visible.get("a.b") === 2 && visible.get("c") === "new");
    agent.unset("c");
    await until(() => visible.get("c") === undefined);
  });

  it("gets over a restart of the core agent that counts from 0 and has forgotten the session", async () => {
    const agent = await startAgent();
    const { visible, last, count } = run(agent);
    await until(() => last()?.state === "live");
    agent.faults.resetSequence(0);
    agent.set("a.b", 3);
    await until(() => visible.get("a.b") === 3 && last()?.state === "live");
    expect(count("sessionRegistrations")).toBe(2);
    expect(count("droppedStaleUpdates")).toBe(0);
  });

  it("registers again when a refresh tells that the session was evicted", async () => {
    const agent = await startAgent();
    const { last, count } = run(agent);
    await until(() => last()?.state === "live");
    agent.faults.evictSessions();
    await until(() => count("sessionRegistrations") === 2 && last()?.state === "live");
    expect(count("sessionRefreshFailures")).toBe(1);
  });

  it("reconnects when two refreshes in a row stay unanswered on an open connection", async () => {
    const agent = await startAgent();
    const { last, count } = run(agent);
    await until(() => last()?.state === "live");
    agent.faults.silence(true, "all");
    await until(() => last()?.state === "stale");
    expect(last()?.lastError).toMatchObject({ code: "unavailable" });
    expect(count("sessionRefreshFailures")).toBe(2);
    agent.faults.clear();
    await until(() => last()?.state === "live");
  });

  it("keeps the last good settings and names the option when a snapshot is over maxReceiveMessageBytes", async () => {
    const agent = await startAgent();
    const { visible, last } = run(agent, { maxReceiveMessageBytes: 100_000 });
    await until(() => last()?.state === "live");
    agent.faults.padSnapshots(200_000);
    agent.faults.closeStreams();
    await until(() => last()?.lastError?.code === "message_too_large");
    expect(last()?.lastError?.message).toContain("maxReceiveMessageBytes");
    expect(last()?.state).toBe("stale");
    expect(visible.get("a.b")).toBe(1);
    agent.faults.clear();
    await until(() => last()?.state === "live");
  });
});
