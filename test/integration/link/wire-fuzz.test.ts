import { createConsumer } from "configstream-consumer";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type {
  ProtoConfigEvent,
  ProtoConfigSetting,
  ProtoValue,
} from "../../../packages/configstream/src/core-agent/contract.js";
import { type CoreAgent, createCoreAgent } from "../../../packages/configstream/src/core-agent/index.js";
import { anyBytes, encode, field, nestedUpdate } from "../../support/agents/wire-bytes.js";
import { isInStep, type LiveEngine, startLiveEngine, until, valuesOf } from "../../support/engine/live-engine.js";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  expectNoPollution();
});

function expectNoPollution(): void {
  const found: string[] = [];
  for (const name in {}) found.push(name);
  for (const name in []) found.push(name);
  expect(found).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
}

async function startAgent(): Promise<CoreAgent> {
  const defaults = { "a.b": 1, "s.labels": { "x.y": "z" }, good: 0 };
  const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, defaults });
  cleanups.push(() => agent.stop());
  await agent.start();
  return agent;
}

async function start(): Promise<{ agent: CoreAgent; engine: LiveEngine }> {
  const agent = await startAgent();
  const engine = startLiveEngine(agent);
  cleanups.push(() => engine.stop());
  await until(() => isInStep(engine, agent));
  return { agent, engine };
}

/** A good change, whatever has come before it, and everything else as the core agent has it. */
async function expectGoodSettingsToFollow(agent: CoreAgent, engine: LiveEngine): Promise<void> {
  const next = Number(agent.get("good")?.value) + 1;
  agent.set("good", next, "default");
  await until(() => engine.visible.get("good")?.value === next && isInStep(engine, agent));
  expect(valuesOf(engine.visible)).toEqual(valuesOf(agent.settings()));
}

const setting = (key: string, value: ProtoValue): ProtoConfigSetting => ({ source: "file", key, value });
const text = (string_value: string): ProtoValue => ({ string_value });
/** The deepest nesting that the protobuf library reads. */
const deepest = 48;
const nested = (depth: number): ProtoValue => (depth === 0 ? {} : { list_value: { values: [nested(depth - 1)] } });
const update = (id: number, of: ProtoConfigSetting): ProtoConfigEvent => ({ update: { sequence_id: id, setting: of } });

describe("a message that cannot be read", () => {
  const truncated = encode(update(1, setting("bad.key", text("x".repeat(50)))));
  it.each<[string, (nextId: number) => ProtoConfigEvent | Uint8Array]>([
    ["a truncated message", () => truncated.subarray(0, truncated.length - 10)],
    ["a length beyond the end", () => Buffer.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f])],
    ["a number where a message must be", () => Buffer.from([0x0a, 0x03, 0x1a, 0x7f, 0x01])],
    ["a group that nobody closes", () => Buffer.from([0x0b, 0x0b, 0x0b])],
    ["noise", () => Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
    ["an update without a setting", (id) => ({ update: { sequence_id: id } })],
    ["a value that is nested too deeply", (id) => nestedUpdate(id, "bad.key", 65)],
    ["a value that is nested more deeply than any stack", (id) => nestedUpdate(id, "bad.key", 50_000)],
  ])("changes nothing and is counted, and good settings follow: %s", async (_name, make) => {
    const { agent, engine } = await start();
    const before = valuesOf(engine.visible);
    agent.faults.send(make(agent.sequenceId + 1));
    await until(() => engine.count("badMessages") === 1);
    expect(valuesOf(engine.visible)).toEqual(before);
    expect(engine.status?.state).toBe("live");
    await until(() => engine.status?.lastError?.code === "bad_message");
    await expectGoodSettingsToFollow(agent, engine);
    expect(engine.visible.has("bad.key")).toBe(false);
    // It may have been the next event, so the consumer asked for the whole state by a new stream, and says why.
    expect(engine.status?.lastError).toMatchObject({
      code: "bad_message",
      message: expect.stringMatching(/^\S.*\. The core agent sent no resync snapshot.*could not be used.*\.$/),
    });
  });

  it("is passed over without a new stream when it is an event of an unknown kind, or nothing at all", async () => {
    const { agent, engine } = await start();
    for (const event of [Buffer.alloc(0), field(9, Buffer.from("a later version's event"))]) agent.faults.send(event);
    await until(() => engine.count("badMessages") === 2);
    await expectGoodSettingsToFollow(agent, engine);
    expect(engine.count("reconnects")).toBe(0);
    expect(engine.status?.lastError).toBeUndefined();
  });
});

describe("a setting that nobody could read", () => {
  const nameless: readonly ProtoConfigSetting[] = [
    setting("", text("x")),
    { value: text("neither key nor source") },
    { source: "file", value: text("no key") },
    {},
  ];

  it("is skipped in an update, counted and named, and the stream goes on", async () => {
    const { agent, engine } = await start();
    const before = valuesOf(engine.visible);
    for (const [index, bad] of nameless.entries()) {
      agent.faults.send(update(agent.sequenceId + 1 + index, bad));
      await until(() => engine.count("skippedSettings") === index + 1);
    }
    expect(valuesOf(engine.visible)).toEqual(before);
    expect(engine.status).toMatchObject({ state: "live", lastError: { code: "bad_message" } });
    expect(engine.status?.lastError?.message).toMatch(/empty key/);
    expect(engine.count("reconnects")).toBe(0);
  });

  it("is skipped in a snapshot, wherever it stands, and all others are applied", async () => {
    const { agent, engine } = await start();
    const total = 9;
    let sequenceId = agent.sequenceId;
    let skipped = 0;
    for (const bad of nameless) {
      for (const position of [0, 4, total - 1]) {
        const settings = Array.from({ length: total }, (_unused, index) =>
          index === position ? bad : setting(`half.key${index}`, text(`${skipped}`)),
        );
        agent.faults.send({ snapshot: { sequence_id: ++sequenceId, settings } });
        await until(() => engine.count("skippedSettings") === skipped + 1);
        const names = settings.flatMap(({ key }) => (key ? [key] : []));
        expect(valuesOf(engine.visible)).toEqual(new Map(names.map((key) => [key, `${skipped}`])));
        skipped++;
      }
    }
    expect(engine.count("badMessages")).toBe(0);
  });
});

describe("values that are odd but legal", () => {
  it("come through the whole consumer as plain data, and pollute nothing", async () => {
    const agent = await startAgent();
    const consumer = createConsumer({
      clientName: "wire-fuzz",
      coreAgentAddress: agent.address,
      authTokenFile: agent.authTokenFile,
      ipcCertFile: agent.ipcCertFile,
    });
    cleanups.push(() => consumer.stop());
    await consumer.start();
    await consumer.waitReady();
    const polluter: ProtoValue = {
      struct_value: {
        fields: JSON.parse(
          '{"__proto__": {"struct_value": {"fields": {"polluted": {"bool_value": true}}}}, "constructor": {"number_value": 1}}',
        ) as Record<string, ProtoValue>,
      },
    };
    const odd: [string, ProtoValue, string][] = [
      ["odd.nan", { number_value: Number.NaN }, '"NaN"'],
      ["odd.infinity", { number_value: Number.NEGATIVE_INFINITY }, '"-Infinity"'],
      ["odd.none", {}, "null"],
      ["odd.surrogate", text("a\uD800b"), '"a\uFFFD'],
      ["odd.map", polluter, '{"__proto__":{"polluted":true},"constructor":1}'],
      ["odd.empty", { struct_value: {} }, "{}"],
      ["odd.names", { struct_value: { fields: { "": text("") } } }, '{"":""}'],
      ["odd.deep", nested(deepest), `${"[".repeat(deepest)}null${"]".repeat(deepest)}`],
      ["__proto__", polluter, '{"__proto__":{"polluted":true},"constructor":1}'],
      ["__proto__.polluted", { bool_value: true }, "true"],
      ["constructor.prototype.polluted", { bool_value: true }, "true"],
      ["tostring", text("x"), '"x"'],
      ["odd.\uDFFFkey", text("x"), '"x"'],
    ];
    const id = agent.sequenceId + 1;
    const settings = odd.map(([key, value]) => ({ source: "__proto__", key, value }));
    agent.faults.send({ snapshot: { sequence_id: id, settings } });
    const reader = consumer.reader();
    await until(() => reader.getSequenceId() === id);
    const flat = reader.allFlattenedSettingsWithSequenceId().settings;
    for (const [key, , json] of odd) {
      if (key.includes("\uDFFF")) continue;
      expect(JSON.stringify(reader.get(key)), key).toContain(json);
      expect(reader.getSource(key)).toBe("__proto__");
      expect(JSON.stringify(Object.getOwnPropertyDescriptor(flat, key)?.value), key).toContain(json);
    }
    expect(reader.allKeysLowercased().filter((key) => key.includes("\uFFFD"))).toHaveLength(1);
    expect(JSON.stringify(reader.allSettings())).toContain('"polluted":true');
    expectNoPollution();
    expect(consumer.status()).toMatchObject({ state: "live", workerRestarts: 0 });
  });
});

describe("random and damaged messages", () => {
  it("never crash the worker or pollute a prototype, and after them the core agent's settings are all there", {
    timeout: 60_000,
  }, async () => {
    const agent = await startAgent();
    const consumer = createConsumer({
      clientName: "wire-fuzz",
      coreAgentAddress: agent.address,
      authTokenFile: agent.authTokenFile,
      ipcCertFile: agent.ipcCertFile,
      backoff: { initialMs: 5, maxMs: 10, floorMs: 1 },
      resyncTimeoutMs: 50,
    });
    cleanups.push(() => consumer.stop());
    await consumer.start();
    await consumer.waitReady();
    const reader = consumer.reader();
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyBytes, { minLength: 1, maxLength: 25 }), async (messages) => {
        for (const message of messages) agent.faults.send(message);
        round++;
        // Damaged messages may be valid ones of any id, after which good ids count as old: a new stream begins a new count.
        agent.faults.closeStreams();
        agent.set("good", round, "default");
        const expected = { "a.b": 1, good: round, "s.labels": { "x.y": "z" } };
        await until(() => reader.getInt("good") === round && reader.getSequenceId() === agent.sequenceId);
        const { settings } = reader.allFlattenedSettingsWithSequenceId();
        expect(settings).toEqual(expected);
        expectNoPollution();
        expect(consumer.status().workerRestarts).toBe(0);
      }),
      { numRuns: Number(process.env.WIRE_FUZZ_RUNS ?? 100), endOnFailure: true },
    );
    // The state is told after the settings that it is of.
    await until(() => consumer.status().state === "live");
  });

  it("never crash the engine in the same thread either, and no message leaves an unhandled failure", {
    timeout: 60_000,
  }, async () => {
    const { agent, engine } = await start();
    await fc.assert(
      fc.asyncProperty(fc.array(anyBytes, { minLength: 1, maxLength: 25 }), async (messages) => {
        for (const message of messages) agent.faults.send(message);
        agent.faults.closeStreams();
        await until(() => agent.status().subscribers === 1);
        await expectGoodSettingsToFollow(agent, engine);
      }),
      { numRuns: Number(process.env.WIRE_FUZZ_RUNS ?? 100), endOnFailure: true },
    );
    expect(engine.count("badMessages")).toBeGreaterThan(100);
  });
});
