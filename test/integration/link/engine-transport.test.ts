import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { quietGrpcLog } from "../../../src/worker/link/transport.js";
import { makeCertificate } from "../../support/agents/certificates.js";
import { type RawAgentOptions, startRawAgent } from "../../support/agents/raw-agent.js";
import { startRecordedEngine } from "../../support/engine/recorded-engine.js";

quietGrpcLog();

const own = await makeCertificate();
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await until(() => process.getActiveResourcesInfo().every((kind) => !/TCP|TLS|Timeout/.test(kind)));
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2);
}

async function agent(options: RawAgentOptions = {}) {
  const started = await startRawAgent({ certificate: own, ...options });
  cleanups.push(() => started.close());
  return started;
}

function run(address: string) {
  const credentials = { token: "token", certificate: own.certificate, privateKey: own.privateKey };
  const recorded = startRecordedEngine({ coreAgentAddress: address }, () => ({ read: async () => credentials }));
  cleanups.push(() => recorded.engine.stop());
  return { ...recorded, state: () => recorded.last()?.state };
}

const value = (id: number) => ({ source: "file", key: "a", value: { number_value: id } });
const snapshot = (id: number) => ({ snapshot: { origin: "agent", sequence_id: id, settings: [value(id)] } });
const update = (id: number) => ({ update: { origin: "agent", sequence_id: id, setting: value(id) } });

describe("the engine over the real transport", () => {
  it("applies every update of a burst, in far fewer publishes than messages", async () => {
    const newest = 2_001;
    const core = await agent({
      onStream: (stream) => {
        stream.write(snapshot(1));
        for (let id = 2; id <= newest; id++) stream.write(update(id));
      },
    });
    const { publications, count } = run(core.address);
    await until(() => publications.at(-1)?.sequenceId === newest);
    expect(count("updatesApplied")).toBe(newest - 1);
    expect(count("discontinuities")).toBe(0);
    expect(publications.at(-1)?.changes[0]?.setting?.value).toBe(newest);
    expect(publications.length).toBeLessThan(newest / 4);
  });

  it("is stale while the core agent is away and live again with its new state, from a lower id", async () => {
    const first = await agent({ onStream: (stream) => stream.write(snapshot(100)) });
    const { publications, state, last } = run(first.address);
    await until(() => state() === "live");
    first.close();
    await until(() => state() === "stale" && (last()?.attempt ?? 0) >= 2);
    expect(last()?.lastError?.message).toContain("connection refused");
    await agent({ port: first.port, onStream: (stream) => stream.write(snapshot(0)) });
    await until(() => state() === "live");
    expect(publications.map((publication) => publication.sequenceId)).toEqual([100, 0]);
  });

  it("leaves neither a socket nor a timer when it is stopped, at any step", async () => {
    const core = await agent({ onStream: () => {} });
    for (const turns of [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89]) {
      const { engine, state } = run(core.address);
      for (let i = 0; i < turns; i++) await turn();
      await engine.stop();
      expect(state()).toBe("stopped");
    }
  });
});
