/** Core agents that report sets which lose, and unsets, as plain updates. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Dialect } from "../../../../src/shared/params.js";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { OldAgent, type Version } from "../../../support/agents/old-agent.js";
import { EngineBench } from "../../../support/engine/engine-bench.js";
import { grpcError } from "../../../support/engine/fake-transport.js";

const dialects: readonly (Dialect | "auto")[] = ["auto", "leaf", "newest"];
const versions: readonly Version[] = ["0.83", "0.84", "0.85"];
const each = dialects.flatMap((dialect) => versions.map((version) => [version, dialect] as const));

const permissionDenied = 7;

let bench: EngineBench;

afterEach(async () => {
  await bench.engine.stop();
  expect(bench.clock.pending).toBe(0);
});

async function live(version: Version, dialect: Dialect | "auto"): Promise<OldAgent> {
  bench = new EngineBench({ dialect });
  const agent = new OldAgent(bench, version, { "a.level": "info", "a.list": ["x"], "a.port": 1 });
  await bench.start();
  return agent;
}

describe("what an old core agent reports", () => {
  it.each(each)("ends right after sets that lose and unsets (v%s, %s)", async (version, dialect) => {
    const agent = await live(version, dialect);
    const steps: (() => void)[] = [
      () => agent.set("cli", "a.level", "debug"),
      () => agent.set("remote-config", "a.level", "warn"),
      () => agent.set("agent-runtime", "a.level", "error"),
      () => agent.unset("cli", "a.level"),
      () => agent.set("remote-config", "a.level", "info2"),
      () => agent.unset("remote-config", "a.level"),
      () => agent.set("file", "a.level", "trace"),
    ];
    for (const step of steps) {
      step();
      await bench.clock.advance(100);
    }
    await bench.clock.advance(6_000);
    expect(agent.winner("a.level")).toEqual({ source: "agent-runtime", value: "error" });
    expect(bench.visible).toEqual(agent.winners);
    expect(bench.status).toMatchObject({ state: "live", attempt: 0, lastError: undefined });
    if (version === "0.85") expect([bench.count("ambiguousUpdates"), bench.count("reconnects")]).toEqual([0, 0]);
    else expect(bench.count("reconnects")).toBeGreaterThan(0);
  });

  it("opens the stream anew at once, and then not again within 5 s", async () => {
    const agent = await live("0.83", "auto");
    agent.set("cli", "a.level", "debug");
    for (let ms = 0; ms < 20_000; ms += 100) {
      agent.set("file", "a.level", `loses at ${ms}`);
      await bench.clock.advance(100);
      expect(bench.visible["a.level"]).toBe("debug");
    }
    const openedAtMs = bench.transport.streams.map((stream) => stream.openedAtMs);
    expect(openedAtMs[1]).toBe(250);
    expect(openedAtMs.length).toBe(5);
    for (const [index, atMs] of openedAtMs.entries()) {
      if (index > 1) expect(atMs - (openedAtMs[index - 1] as number)).toBeGreaterThanOrEqual(5_000);
    }
  });

  it.each(dialects)(
    "does not stay wrong after a set that lost to one of an equal value, once it has shown itself (%s)",
    async (dialect) => {
      const agent = await live("0.83", dialect);
      agent.set("cli", "a.port", 2);
      agent.set("file", "a.port", 3);
      await bench.clock.advance(6_000);
      agent.setEqual("cli", "a.level");
      agent.set("remote-config", "a.level", "looks as if it won");
      await bench.clock.advance(6_000);
      expect(agent.winner("a.level").source).toBe("cli");
      expect(bench.visible).toEqual(agent.winners);
    },
  );

  it("says so once where people look, and is no outage", async () => {
    const agent = await live("0.83", "auto");
    agent.set("cli", "a.level", "debug");
    for (let i = 0; i < 3; i++) {
      agent.set("file", "a.level", i);
      await bench.clock.advance(6_000);
    }
    expect(bench.count("ambiguousUpdates")).toBe(3);
    expect(bench.visibleLines).toMatchObject([{ level: "info", message: expect.stringContaining("opened anew") }]);
  });

  it.each(["0.84", "0.85"] as const)(
    "is held against nobody who comes in its place with a new session (v%s)",
    async (version) => {
      const old = await live("0.83", "auto");
      old.set("cli", "a.level", "debug");
      old.set("file", "a.level", "loses");
      await bench.clock.advance(6_000);
      const reopened = bench.count("reconnects");
      // The old one is known for what it is by now.
      old.set("cli", "a.port", 2);
      await bench.clock.advance(6_000);
      expect(bench.count("reconnects")).toBe(reopened + 1);
      const successor = new OldAgent(bench, version, { "a.level": "info", "a.list": ["x"], "a.port": 1 });
      bench.transport.stream.end(grpcError(permissionDenied));
      await bench.clock.advance(1_000);
      const streams = bench.transport.streams.length;
      successor.set("cli", "a.level", "warn");
      await bench.clock.advance(60_000);
      expect(bench.transport.streams.length).toBe(streams);
      expect(bench.visible).toEqual(successor.winners);
    },
  );

  it("is not taken for a set that lost when it was an unset, and the layer was set again before a snapshot could say so", async () => {
    const agent = await live("0.84", "leaf");
    agent.set("cli", "a.level", "debug");
    bench.transport.stream.end();
    await bench.clock.advance(6_000);
    agent.unset("cli", "a.level");
    agent.set("cli", "a.level", "again");
    await bench.clock.advance(6_000);
    const streams = bench.transport.streams.length;
    agent.set("cli", "a.port", 2);
    await bench.clock.advance(6_000);
    expect(bench.transport.streams.length).toBe(streams);
    expect(bench.visible).toEqual(agent.winners);
  });

  it("is not forgotten while its session lasts, however its streams end", async () => {
    const old = await live("0.83", "auto");
    old.set("cli", "a.level", "debug");
    old.set("file", "a.level", "loses");
    await bench.clock.advance(6_000);
    bench.transport.stream.end();
    await bench.clock.advance(6_000);
    const streams = bench.transport.streams.length;
    old.set("cli", "a.port", 2);
    await bench.clock.advance(6_000);
    expect(bench.transport.streams.length).toBe(streams + 1);
  });

  it("needs no stream of its own when the core agent sends a snapshot in time", async () => {
    const agent = await live("0.83", "auto");
    agent.set("cli", "a.level", "debug");
    agent.set("file", "a.level", "x");
    await bench.clock.advance(1_000);
    agent.set("file", "a.level", "y");
    await bench.clock.advance(1_000);
    bench.transport.stream.snapshot(99, { "a.level": "snapshot" }, "cli");
    await bench.clock.advance(60_000);
    expect(bench.count("reconnects")).toBe(1);
    expect(bench.visible).toEqual({ "a.level": "snapshot" });
  });
});

interface Step {
  readonly key: string;
  readonly source: string;
  readonly value: ConfigValue | undefined;
  readonly pauseMs: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    key: fc.constantFrom("a.level", "a.list", "a.port"),
    source: fc.constantFrom("file", "environment-variable", "agent-runtime", "remote-config", "cli"),
    value: fc.constantFrom<ConfigValue | undefined>(undefined, undefined, 1, "1", null, "x", true),
    pauseMs: fc.constantFrom(0, 0, 10, 300, 6_000),
  }),
  { maxLength: 60 },
);

describe("any history of sets and unsets", () => {
  it.each(each)("ends with what the core agent holds (v%s, %s)", async (version, dialect) => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const agent = await live(version, dialect);
        for (const { key, source, value, pauseMs } of script) {
          if (value === undefined) agent.unset(source, key);
          else agent.set(source, key, value);
          await bench.clock.advance(pauseMs);
        }
        await bench.clock.advance(6_000);
        expect(bench.visible).toEqual(agent.winners);
        if (version === "0.85") expect(bench.count("reconnects")).toBe(0);
        await bench.engine.stop();
      }),
      { numRuns: 100 },
    );
  });
});
