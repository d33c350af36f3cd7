import { describe, expect, it } from "vitest";
import { writeStatus } from "../../../../src/memory/facts.js";
import { RegionWriter } from "../../../../src/memory/writer/region-writer.js";
import { runCommand } from "../../../../src/worker/providers/commands.js";
import { flareFiles } from "../../../../src/worker/providers/flare-files.js";
import type { ProviderSources } from "../../../../src/worker/providers/sources.js";
import { statusDetails } from "../../../../src/worker/providers/status-details.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";
import { newRegion, TestWriter, testLimits } from "../../../support/memory/region.js";

function sources(isHeld = true): ProviderSources {
  const region = newRegion();
  new TestWriter(region).publish({ "my_agent.port": 8126, "other\nkey": 1 });
  const held = [{ key: "my_agent.port", rule: "max 65535", sinceMs: 1_700_000_000_000, source: "file", sequenceId: 7 }];
  return {
    params: { clientName: "test-agent", displayName: "Test", coreAgentAddress: "localhost:5001", limits: testLimits },
    region,
    clock: new VirtualClock(),
    credentials: { read: async () => ({ token: "t", certificate: "", privateKey: "" }) },
    logLines: () => ["a line"],
    trial: () => [],
    ...(isHeld ? { held: () => held } : {}),
  };
}
const run = (from: ProviderSources, ...commandPath: string[]) =>
  runCommand(from, { providerName: "", commandPath, arguments: {} });
const sentence = 'broke the rule "max 65535"; held since 2023-11-14T22:13:20.000Z, from file, sequence id 7';

describe("a setting that is held", () => {
  it("is counted and named in the status", () => {
    const { main, named } = statusDetails(sources());
    expect(main.get("held")).toBe("1");
    expect([...(named.get("Held settings") ?? [])]).toEqual([["my_agent.port", sentence]]);
    expect(statusDetails(sources(false)).named.has("Held settings")).toBe(false);
  });

  it("is said by the commands held and explain, and is a fault for doctor", async () => {
    expect(await run(sources(), "held")).toEqual({ code: 0, stdout: `my_agent.port ${sentence}.\n` });
    expect(await run(sources(false), "held")).toEqual({ code: 0, stdout: "No setting is held.\n" });
    expect((await run(sources(), "explain", "my_agent.port")).stdout).toContain(`A newer value ${sentence}.\n`);
    expect((await run(sources(), "doctor")).stdout).toContain('fault "my_agent.port" is held: rule "max 65535".\n');
  });

  it("is said to come from no source when it was taken away", () => {
    const [taken] = sources().held?.() ?? [];
    const { named } = statusDetails({ ...sources(), held: () => (taken ? [{ ...taken, source: "" }] : []) });
    expect(named.get("Held settings")?.get("my_agent.port")).toBe(sentence.replace(", from file", ""));
  });

  it("stands in the flare", () => {
    expect(flareFiles(sources(), 2 ** 20).get("held.txt")).toBe(`my_agent.port ${sentence}\n`);
    expect(flareFiles(sources(false), 2 ** 20).get("held.txt")).toBe("No setting is held.\n");
  });
});

it("a name with a line break in it forges no line", async () => {
  const settings = flareFiles(sources(), 2 ** 20).get("settings.txt");
  expect(settings).toBe("my_agent.port: 8126 (file)\nother\\u000akey: 1 (file)\n");
  expect((await run(sources(), "explain", "nothing\nhere")).stderr?.trimEnd()).not.toContain("\n");
});

it("nothing that is served moves a cursor, turns the direction of writing, or forges a line, whatever the core agent sends", async () => {
  const odd = "\u001b[2J\u009b31m\u202e\u2066\u061c\ufeff\nforged: line";
  const region = newRegion();
  const setting = { source: odd, value: { [odd]: odd } };
  const changes = [{ key: `key${odd}`, setting, oldValue: undefined, valueChanged: true }];
  new RegionWriter(region, testLimits, () => 1).publish({ sequenceId: 1, origin: odd, changes });
  const lastError = { code: "unavailable" as const, message: odd, atMs: 0 };
  const quiet = { step: "done", attempt: 1, nextAttemptAtMs: undefined, sessionSinceMs: undefined } as const;
  writeStatus(region, { ...quiet, state: "stale", lastError });
  const held = [{ key: `held${odd}`, rule: odd, sinceMs: 0, source: odd, sequenceId: 1, kind: "text" as const }];
  const served = { ...sources(), region, held: () => held, logLines: () => [odd] };
  const texts = [...flareFiles(served, 2 ** 20).values()];
  for (const path of [
    ["explain", `key${odd}`],
    ["explain", `held${odd}`],
    ["explain", odd],
    ["status"],
    ["held"],
    ["doctor"],
    [odd],
  ]) {
    const { stdout = "", stderr = "" } = await run(served, ...path);
    texts.push(stdout, stderr);
  }
  for (const text of texts) {
    expect(text.split("\n").join("")).not.toMatch(/[\p{Cc}\u061c\u202a-\u202e\u2066-\u2069\ufeff]/u);
    expect(text).not.toMatch(/^\s*forged/m);
  }
  expect(texts.join("").match(/forged/g)?.length).toBeGreaterThan(15);
});

it("doctor names what is wrong: no stream, and credentials that cannot be read", async () => {
  const broken: ProviderSources = {
    ...sources(false),
    credentials: { read: () => Promise.reject(new Error("token abc")) },
  };
  const { code, stdout } = await run(broken, "doctor");
  expect(code).toBe(1);
  expect(stdout).toMatch(/^fault Unexpected Error/);
  expect(stdout).not.toContain("abc");
  expect(stdout).toContain("fault Settings do not follow localhost:5001: state starting");
});
