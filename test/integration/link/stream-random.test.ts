/** Random histories of a core agent and of everything that goes wrong between it and the consumer. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CoreAgent, createCoreAgent } from "../../../packages/configstream/src/core-agent/index.js";
import type { Dialect } from "../../../src/shared/params.js";
import { type Delivery, ModelAgent, textOf } from "../../support/agents/model-agent.js";
import { EngineBench } from "../../support/engine/engine-bench.js";
import { isInStep, type LiveEngine, startLiveEngine, until, valuesOf } from "../../support/engine/live-engine.js";
import { type LayerStep, layerStep } from "../../support/suites/random-settings.js";

const dialects: readonly Dialect[] = ["newest", "leaf", "section-merged", "section-per-source"];
const anyDialect = fc.constantFrom(...dialects);
/** A lone top-level setting looks alike in both section dialects, so without a name it may have one layer only. */
const oneLayerAtTheTop = (key: string) => (key.includes(".") ? ["default", "file", "cli"] : ["file"]);
/** OK, INTERNAL, UNAVAILABLE, RESOURCE_EXHAUSTED, and the three that reject a session. */
const endings = fc.constantFrom(undefined, 13, 14, 8, 5, 7, 16);
const sourcesFor = (expected: Dialect | "auto") => (expected === "auto" ? oneLayerAtTheTop : undefined);

type Event =
  | { readonly kind: "change"; readonly step: LayerStep; readonly delivery: Delivery }
  | { readonly kind: "set"; readonly steps: readonly LayerStep[]; readonly delivery: Delivery }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "repeat"; readonly back: number }
  | { readonly kind: "end" | "refuse streams"; readonly code: number | undefined }
  | { readonly kind: "restart"; readonly sequenceId: number; readonly dialect: Dialect }
  | { readonly kind: "refuse states" | "silence" | "no credentials"; readonly on: boolean }
  | { readonly kind: "resync" | "evict" | "haunt" };

const deliveries: fc.Arbitrary<Delivery> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Delivery>("delivered") },
  fc.constantFrom<Delivery>("lost", "lost, resync", "twice", "unreadable"),
);

function events(expected: Dialect | "auto"): fc.Arbitrary<Event[]> {
  const step = layerStep(sourcesFor(expected));
  const dialect = expected === "auto" ? anyDialect : fc.constant(expected);
  const change = fc.record({ kind: fc.constant("change" as const), step, delivery: deliveries });
  const steps = fc.array(step, { minLength: 2, maxLength: 6 });
  const set = fc.record({ kind: fc.constant("set" as const), steps, delivery: deliveries });
  return fc.array(
    fc.oneof(
      { weight: 20, arbitrary: change },
      { weight: 8, arbitrary: set },
      {
        weight: 8,
        arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(0, 1, 400, 6_000, 70_000) }),
      },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant("repeat" as const), back: fc.nat(5) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("end" as const), code: endings }) },
      fc.record({ kind: fc.constant("refuse streams" as const), code: endings }),
      fc.record({ kind: fc.constant("restart" as const), sequenceId: fc.nat(3), dialect }),
      fc.record({ kind: fc.constantFrom("refuse states", "silence", "no credentials"), on: fc.boolean() }),
      fc.record({ kind: fc.constantFrom("resync", "evict", "haunt") }),
    ),
    { maxLength: 60 },
  );
}

/** An engine in virtual time beside a model of its core agent. */
class World {
  readonly bench: EngineBench;
  readonly agent: ModelAgent;
  readonly visible = new Map<string, unknown>();
  #seen = 0;

  constructor(spoken: Dialect, expected: Dialect | "auto") {
    this.bench = new EngineBench({ dialect: expected });
    this.agent = new ModelAgent(this.bench, spoken);
    // As in real core agents, some setting has two layers at any time, by which one source's sections are known.
    this.agent.change({ key: "version", source: "default", value: 1 });
    this.agent.change({ key: "version", source: "file", value: 2 });
    this.agent.change({ key: "always.there", source: "default", value: 1 });
  }

  async take(event: Event): Promise<void> {
    const { agent, bench } = this;
    switch (event.kind) {
      case "change":
        return agent.change(event.step, event.delivery);
      case "set":
        return agent.changeTogether(event.steps, event.delivery);
      case "wait":
        return bench.clock.advance(event.ms);
      case "repeat":
        return agent.repeat(event.back);
      case "end":
        return agent.endStreams(event.code);
      case "refuse streams":
        agent.refusal = event.code;
        return;
      case "restart":
        return agent.restart(event.sequenceId, event.dialect);
      case "refuse states":
        bench.refusePublication = () => event.on;
        return;
      case "silence":
        if (event.on) agent.silent = true;
        else agent.endSilence();
        return;
      case "no credentials":
        bench.readCredentials = event.on ? noCredentials : goodCredentials;
        return;
      case "resync":
        return agent.resync();
      case "evict":
        return agent.evictSessions();
      case "haunt":
        return agent.haunt();
    }
  }

  /** What a sender without change sets does: the same settings one by one. Only the whole set is a state that may be seen. */
  async takeOneByOne(steps: readonly LayerStep[]): Promise<void> {
    const { agent, bench } = this;
    const before = [...agent.history];
    for (const step of steps) {
      agent.change(step);
      await bench.clock.settle();
    }
    agent.history.clear();
    for (const state of [...before, textOf(agent.values)]) agent.history.add(state);
  }

  /** Every state that becomes visible must be one that the core agent was in: never half a snapshot or set, never a mixture. */
  checkVisible(): void {
    for (const { changes } of this.bench.publications.slice(this.#seen)) {
      for (const { key, setting } of changes) {
        if (setting === undefined) this.visible.delete(key);
        else this.visible.set(key, setting.value);
      }
      const state = textOf(this.visible);
      // An update that was left out is missing until the snapshot that it asks for.
      if (this.bench.count("ambiguousUpdates") === 0 && !this.agent.history.has(state))
        throw new Error(`This was never the core agent's state: ${state}`);
    }
    this.#seen = this.bench.publications.length;
    expect(this.bench.transport.openStreams).toBeLessThanOrEqual(1);
    expect(this.bench.transport.openConnections).toBeLessThanOrEqual(1);
  }

  /** Ends every fault, sends one more change, because a lost last event shows only at the next one, and lets time pass. */
  async becomeQuiet(): Promise<void> {
    const { agent, bench } = this;
    agent.refusal = undefined;
    agent.endSilence();
    bench.refusePublication = () => false;
    bench.readCredentials = goodCredentials;
    await bench.clock.advance(60_000);
    agent.change({ key: "final.change", source: "cli", value: 1 });
    await bench.clock.advance(120_000);
  }
}

const goodCredentials = async () => ({ token: "token", certificate: "c", privateKey: "k" });
const noCredentials = () => Promise.reject(new Error("They are not there."));

async function play(script: readonly Event[], spoken: Dialect, expected: Dialect | "auto"): Promise<void> {
  const world = new World(spoken, expected);
  const { agent, bench } = world;
  await bench.start();
  try {
    for (const event of script) {
      await world.take(event);
      world.checkVisible();
    }
    await world.becomeQuiet();
    world.checkVisible();
    expect(world.visible).toEqual(agent.values);
    expect(bench.status.state).toBe("live");
    expect(bench.publications.at(-1)?.sequenceId).toBe(agent.sequenceId);
    expect([bench.transport.openStreams, bench.transport.openConnections]).toEqual([1, 1]);
    expect(agent.mostOpenStreams).toBe(1);
  } finally {
    await bench.engine.stop();
  }
  expect([bench.clock.pending, bench.transport.openStreams, bench.transport.openConnections]).toEqual([0, 0, 0]);
}

describe("after a quiet moment readers see exactly what the core agent holds, whatever happened on the stream", () => {
  it.each<[Dialect, Dialect | "auto"]>([
    ["newest", "auto"],
    ["section-per-source", "auto"],
    ...dialects.map((dialect): [Dialect, Dialect] => [dialect, dialect]),
  ])("first spoken %s, understood as %s", { timeout: 60_000 }, async (spoken, expected) => {
    await fc.assert(
      fc.asyncProperty(events(expected), (script) => play(script, spoken, expected)),
      { numRuns: Number(process.env.STREAM_RANDOM_RUNS ?? 400) },
    );
  });
});

describe("a change set", () => {
  const pairs = [1, 2, 3].map((value) =>
    ["s.a", "s.b", "log_level"].map((key): LayerStep => ({ key, source: "file", value })),
  );
  const spokenAs = [
    ...dialects.map((dialect): [Dialect, "auto"] => [dialect, "auto"]),
    ...dialects.map((one): [Dialect, Dialect] => [one, one]),
  ];

  it.each<[Dialect, Dialect | "auto"]>(spokenAs)(
    "is one publish, spoken %s and understood as %s",
    async (spoken, expected) => {
      const world = new World(spoken, expected);
      await world.bench.start();
      await world.bench.clock.advance(10);
      const before = world.bench.publications.length;
      for (const steps of pairs) {
        await world.take({ kind: "set", steps, delivery: "delivered" });
        await world.bench.clock.settle();
        world.checkVisible();
      }
      expect(world.bench.publications).toHaveLength(before + pairs.length);
      expect(world.visible).toEqual(world.agent.values);
      await world.bench.engine.stop();
    },
  );

  it.each<[Dialect, Dialect | "auto"]>(spokenAs)(
    "that is sent key by key is found, spoken %s and understood as %s",
    async (spoken, expected) => {
      const world = new World(spoken, expected);
      await world.bench.start();
      await world.bench.clock.advance(10);
      for (const steps of pairs) await world.takeOneByOne(steps);
      expect(() => world.checkVisible()).toThrow("never the core agent's state");
      await world.bench.engine.stop();
    },
  );
});

type SocketEvent =
  | { readonly kind: "set"; readonly steps: readonly LayerStep[] }
  | { readonly kind: "change"; readonly step: LayerStep }
  | { readonly kind: "drop"; readonly count: number; readonly resync: boolean }
  | { readonly kind: "duplicate" | "stale update" | "stale snapshot" | "evict" | "junk" | "breathe" | "settle" }
  | { readonly kind: "end" | "refuse streams" | "refuse registrations"; readonly code: number | undefined }
  | { readonly kind: "silence" | "refuse states"; readonly on: boolean }
  | { readonly kind: "restart"; readonly sequenceId: number; readonly dialect: Dialect };

const socketEvents: fc.Arbitrary<SocketEvent[]> = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.record({ kind: fc.constant("change" as const), step: layerStep(oneLayerAtTheTop) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("set" as const),
        steps: fc.array(layerStep(oneLayerAtTheTop), { minLength: 2, maxLength: 6 }),
      }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom("breathe", "settle") }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom("duplicate", "stale update", "stale snapshot") }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("drop" as const),
        count: fc.integer({ min: 1, max: 4 }),
        resync: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom("end", "refuse streams", "refuse registrations"), code: endings }),
    },
    fc.record({ kind: fc.constantFrom("silence", "refuse states"), on: fc.boolean() }),
    fc.record({ kind: fc.constant("restart" as const), sequenceId: fc.nat(3), dialect: anyDialect }),
    fc.record({ kind: fc.constantFrom("evict", "junk") }),
  ),
  { maxLength: 50 },
);

/**
 * After a refused state, and after junk in place of an event, the consumer waits for any newer snapshot, and the fault's
 * empty one, which claims the id of the last event, would rightly be believed.
 */
function fallsBehind(script: readonly SocketEvent[]): boolean {
  return script.some((event) => event.kind === "junk" || (event.kind === "refuse states" && event.on));
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function takeOnSocket(event: SocketEvent, agent: CoreAgent, engine: LiveEngine): Promise<void> {
  const { faults } = agent;
  switch (event.kind) {
    case "change": {
      const { key, source, value } = event.step;
      if (value === undefined) agent.unset(key, source);
      else agent.set(key, value, source);
      return;
    }
    case "set":
      return agent.transaction((transaction) => {
        for (const { key, source, value } of event.steps) {
          if (value === undefined) transaction.unset(key, source);
          else transaction.set(key, value, source);
        }
      });
    case "drop":
      return faults.dropUpdates(event.count, { resync: event.resync });
    case "duplicate":
      return faults.duplicateNext();
    case "stale update":
      return faults.stale("update");
    case "stale snapshot":
      return faults.stale("snapshot");
    case "evict":
      return faults.evictSessions();
    case "junk":
      return faults.send({ update: { sequence_id: agent.sequenceId + 1 } });
    case "breathe":
      await turn();
      return;
    case "settle":
      for (let turns = 0; turns < 50; turns++) await turn();
      return;
    case "end":
      return faults.closeStreams(event.code);
    case "refuse streams":
      return faults.rejectStreams(event.code);
    case "refuse registrations":
      return faults.rejectCalls("register", event.code);
    case "silence":
      return faults.silence(event.on);
    case "refuse states":
      engine.refuse = event.on;
      return;
    case "restart":
      return faults.restartAs(event.dialect, event.sequenceId);
  }
}

describe("over a real socket, with the faults of the core agent", () => {
  it("readers see exactly what the core agent holds after a quiet moment", { timeout: 60_000 }, async () => {
    const agent = createCoreAgent({
      address: "127.0.0.1:0",
      env: false,
      defaults: { version: 1, "always.there": 1 },
      recommendedRefreshIntervalSecs: 1,
    });
    agent.set("version", 2, "file");
    await agent.start();
    const engine = startLiveEngine(agent);
    let round = 0;
    let ambiguous = 0;
    try {
      // Once each for certain, because chance may leave them out.
      await until(() => engine.status?.state === "live" && agent.status().subscribers === 1);
      agent.faults.dropUpdates(1, { resync: true });
      for (const value of [3, 4]) agent.set("version", value, "file");
      await until(() => engine.count("discontinuities") > 0 && engine.status?.state === "live");
      agent.faults.stale("update");
      await until(() => engine.count("droppedStaleUpdates") > 0);
      agent.faults.closeStreams();
      await until(() => engine.count("reconnects") > 0);
      await fc.assert(
        fc.asyncProperty(socketEvents, async (script) => {
          for (const event of script) {
            if (event.kind !== "stale snapshot" || !fallsBehind(script)) await takeOnSocket(event, agent, engine);
          }
          agent.faults.clear();
          engine.refuse = false;
          await until(() => engine.status?.state === "live" && agent.status().subscribers === 1);
          round++;
          agent.set("final.change", round, "cli");
          await until(() => engine.visible.get("final.change")?.value === round && isInStep(engine, agent));
          if (engine.count("ambiguousUpdates") > ambiguous) {
            await until(() => textOf(valuesOf(engine.visible)) === textOf(valuesOf(agent.settings())));
          }
          ambiguous = engine.count("ambiguousUpdates");
          expect(valuesOf(engine.visible)).toEqual(valuesOf(agent.settings()));
        }),
        { numRuns: Number(process.env.STREAM_RANDOM_SOCKET_RUNS ?? 60), endOnFailure: true },
      );
    } finally {
      await engine.stop();
      await agent.stop();
    }
  });
});
