import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { attachReader } from "../../../../src/main/consumer/attach.js";
import { type SharedConfig, sharedConfig } from "../../../../src/main/consumer/shared-config.js";
import { markReady, writeStatus } from "../../../../src/memory/facts.js";
import { header } from "../../../../src/memory/layout.js";
import { Region } from "../../../../src/memory/region.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";
import { createMockConsumer } from "../../../../src/testing/index.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function shared(required?: readonly string[]) {
  const { memory } = newRegion();
  const region = new Region(memory);
  const facts = { memory, clientName: "me", coreAgentAddress: "core:5001", readyTimeoutMs: 1 };
  return { region, given: sharedConfig(required === undefined ? facts : { ...facts, required }) };
}

describe("an attached reader", () => {
  it("reads and waits by what the consumer shared: its time limit, its core agent's address, its required settings", async () => {
    const { region, given } = shared(["a"]);
    const reader = attachReader(given);
    region.store64(header.startedAtMs, 1);
    await expect(reader.waitReady()).rejects.toThrow(/^Not ready after 1 ms: .*core agent core:5001/);
    expect(() => reader.waitReadySync()).toThrow(/^Not ready after 1 ms/);
    const writer = new TestWriter(region);
    writer.publish({ b: "12", c: "text" });
    markReady(region, 1);
    await expect(reader.waitReady()).rejects.toMatchObject({ code: "required_settings" });
    expect(() => reader.waitReadySync()).toThrow(/missing: "a"/);
    reader.waitReadySync({ required: false });
    writer.publish({ a: 1 });
    await reader.waitReady();
    expect([reader.getInt("a"), reader.reader.getInt("b"), reader.reader === reader]).toEqual([1, 12, true]);
  });

  it("has the status of the consumer, with what this thread could not read", () => {
    const { region, given } = shared();
    const reader = attachReader(given);
    new TestWriter(region).publish({ a: "no number" });
    const status = { step: "done", attempt: 0, nextAttemptAtMs: undefined, sessionSinceMs: undefined } as const;
    writeStatus(region, { ...status, state: "live", lastError: undefined });
    expect(reader.getInt("a", 7)).toBe(7);
    expect(reader.status()).toMatchObject({ state: "live", keys: 1, unreadable: ["a"] });
  });

  it("puts its metrics where it was told to, with the client's name, once they are asked for", async () => {
    const { given } = shared();
    const registry = new Registry();
    const reader = attachReader(given, { registry });
    expect(registry.getMetricsAsArray()).toEqual([]);
    expect(reader.metrics).toBe(registry);
    expect(await registry.metrics()).toContain('client="me"');
  });

  it("reports what a callback throws to its logger, and is silent without one", () => {
    const { region, given } = shared();
    const lines: string[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (line: string) => void lines.push(line) };
    const handles = [attachReader(given, { logger }), attachReader(given)].map((reader) =>
      reader.setting("a").as((value) => {
        if (value === 1) throw new Error("refused");
        return value;
      }),
    );
    new TestWriter(region).publish({ a: 1 });
    expect(handles.map(({ value }) => value)).toEqual([undefined, undefined]);
    expect(lines).toHaveLength(1);
  });

  it.each([
    [{ loger: {} }, /"logger"/],
    [{ logger: {} }, /"logger" must be an object with the functions/],
    [{ registry: {} }, /"registry" must be an object with the functions/],
  ])("refuses the options %j", (options, words) => {
    expect(() => attachReader(shared().given, options as never)).toThrow(words);
  });

  it("refuses what no consumer has shared, and what has lost its memory on the way", async () => {
    await using mock = createMockConsumer({ a: 1 });
    const given = mock.share();
    expect(attachReader(given).getInt("a")).toBe(1);
    for (const wrong of [undefined, null, "x", {}, { ...given, kind: "other" }, mock]) {
      expect(() => attachReader(wrong as SharedConfig)).toThrow(/expects the value of consumer\.share\(\)/);
    }
    for (const memory of [undefined, {}, { buffer: new ArrayBuffer(8) }]) {
      expect(() => attachReader({ ...given, memory } as never)).toThrow(/has lost its memory on the way/);
      expect(() => attachReader({ ...given, memory } as never)).toThrow(InvalidOptionError);
    }
  });
});
