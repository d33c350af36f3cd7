import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type CoreAgent, createCoreAgent } from "../../../packages/configstream/src/core-agent/index.js";
import type { Dialect } from "../../../src/shared/params.js";
import type { ResolvedSetting } from "../../../src/shared/types.js";
import { layersOf } from "../../../src/worker/settings/priority.js";
import { isInStep, type LiveEngine, startLiveEngine, until, valuesOf } from "../../support/engine/live-engine.js";
import { type LayerStep, layerStep } from "../../support/suites/random-settings.js";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** As in real core agents, some setting has two layers at any time, by which one source's sections are known. */
async function start(spoken: Dialect, expected: Dialect | "auto"): Promise<{ agent: CoreAgent; engine: LiveEngine }> {
  const defaults = { version: 1, "always.there": 1 };
  const agent = createCoreAgent({ address: "127.0.0.1:0", env: false, dialect: spoken, defaults });
  cleanups.push(() => agent.stop());
  agent.set("version", 2, "file");
  await agent.start();
  const engine = startLiveEngine(agent, { dialect: expected });
  cleanups.push(() => engine.stop());
  await until(() => isInStep(engine, agent));
  return { agent, engine };
}

type View = (settings: ReadonlyMap<string, ResolvedSetting>) => unknown;

/** Waits until both have the same sequence id, and the same settings: a requested snapshot may still be on its way. */
async function inStep(engine: LiveEngine, agent: CoreAgent, view: View): Promise<void> {
  const isSame = () => isDeepStrictEqual(view(engine.visible), view(agent.settings()));
  const giveUpAtMs = performance.now() + 10_000;
  await until(() => (isInStep(engine, agent) && isSame()) || performance.now() > giveUpAtMs);
  expect(view(engine.visible)).toEqual(view(agent.settings()));
}

function take(agent: CoreAgent, { key, source, value }: LayerStep): void {
  if (value === undefined) agent.unset(key, source);
  else agent.set(key, value, source);
}

/** Values, and the layers where the dialect sends them: of equal values, the source that wins is not sent. */
function visibleIn(dialect: Dialect, settings: ReadonlyMap<string, ResolvedSetting>): Map<string, unknown> {
  if (dialect !== "section-per-source") return valuesOf(settings);
  return new Map([...settings].map(([key, setting]) => [key, layersOf(setting)]));
}

const dialects: readonly Dialect[] = ["newest", "leaf", "section-merged", "section-per-source"];
/** A lone top-level setting looks alike in both section dialects, so without a name it may have one layer only. */
const oneLayerAtTheTop = (key: string) => (key.includes(".") ? ["default", "file", "cli"] : ["file"]);

describe("what the consumer holds equals what the core agent holds", () => {
  it.each(dialects.flatMap((spoken) => [[spoken, "auto"] as const, [spoken, spoken] as const]))(
    "after random sets and unsets in the %s dialect, understood as %s",
    async (spoken, expected) => {
      const { agent, engine } = await start(spoken, expected);
      const ambiguous = spoken === "section-merged" && expected === "auto";
      const script = fc.array(layerStep(ambiguous ? oneLayerAtTheTop : undefined), { minLength: 1, maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(fc.array(script, { maxLength: 5 }), async (bursts) => {
          for (const burst of bursts) {
            for (const step of burst) take(agent, step);
            await inStep(engine, agent, (settings) => visibleIn(spoken, settings));
          }
        }),
        { numRuns: 40, endOnFailure: true },
      );
      // Where an update cannot say that no layer is left, the whole state follows without a gap.
      const saysAll = spoken === "newest" || spoken === "section-per-source";
      if (saysAll) expect(engine.count("discontinuities")).toBe(engine.count("snapshotsApplied") - 1);
      expect(engine.count("badMessages")).toBe(0);
    },
  );
});

describe("map-valued settings", () => {
  const labels = { "app.kubernetes.io/name": "app", plain: { Deep: [1, { "a.b": null }] } };

  it.each(dialects)("come back as they were sent, dots in their names included, in the %s dialect", async (dialect) => {
    const { agent, engine } = await start(dialect, "auto");
    const both = () => ["s.labels", "tags"].map((key) => engine.visible.get(key)?.value);
    agent.set("s.other", 1, "default");
    agent.set("s.labels", { "one.two": 1 }, "default");
    agent.set("s.labels", labels, "file");
    agent.set("tags", labels, "file");
    await until(() => isInStep(engine, agent));
    expect(both()).toEqual([labels, labels]);
    agent.faults.resetSequence(3);
    await until(() => isInStep(engine, agent) && engine.count("snapshotsApplied") >= 2);
    expect(both()).toEqual([labels, labels]);
    expect(engine.visible.has("s.labels.plain")).toBe(false);
    agent.unset("s.labels", "file");
    agent.unset("tags", "file");
    await until(() => isInStep(engine, agent));
    expect(both()).toEqual([{ "one.two": 1 }, undefined]);
  });
});

describe("a core agent that is restarted as another version", () => {
  it("is followed through all dialects, forth and back", async () => {
    const { agent, engine } = await start("newest", "auto");
    agent.setMany({ "s.a": 1, log_level: "info" }, "default");
    agent.setMany({ "s.a": 2, "s.labels": { "x.y": 1 } }, "file");
    const order = [...dialects, ...dialects.toReversed()];
    for (const [round, dialect] of order.entries()) {
      agent.faults.restartAs(dialect, round % 3);
      await until(() => engine.count("snapshotsApplied") >= round + 2);
      await inStep(engine, agent, valuesOf);
      agent.set("s.t.round", round, "agent-runtime");
      agent.set("s.a", round, "cli");
      await inStep(engine, agent, valuesOf);
      agent.unset("s.a", "cli");
      agent.set("log_level", `level ${round}`, "default");
      await inStep(engine, agent, valuesOf);
    }
  });
});
