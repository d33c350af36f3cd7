/** Status, metrics and files as the core agent gets them. */
import { describe, expect, it } from "vitest";
import { count } from "../../../../src/memory/facts.js";
import { block, header, RETIRED } from "../../../../src/memory/layout.js";
import { regionNow } from "../../../../src/memory/region-clock.js";
import { explain } from "../../../../src/worker/providers/explain.js";
import { flareFiles } from "../../../../src/worker/providers/flare-files.js";
import { prometheusText } from "../../../../src/worker/providers/prometheus-text.js";
import { settingsText } from "../../../../src/worker/providers/settings-text.js";
import { statusDetails, statusText } from "../../../../src/worker/providers/status-details.js";
import { providerSources } from "../../../support/agents/provider-sources.js";
import { presentBlock } from "../../../support/memory/arena-map.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

const asObject = (fields: ReadonlyMap<string, string> | undefined) => Object.fromEntries(fields ?? []);

describe("the status", () => {
  it("says who the consumer is, where it stands, and how old everything is, in seconds", () => {
    const lastError = { code: "stream", message: "It broke.", atMs: 1 } as const;
    const { main, named } = statusDetails(
      providerSources({
        settings: { a: 1, b: 2 },
        status: {
          state: "stale",
          step: "connection",
          attempt: 3,
          sessionSinceMs: 90_000,
          interruptedSinceMs: 60_000,
          cachedAtMs: 120_000,
          nextAttemptAtMs: -30_000,
          lastError,
        },
      }),
    );
    expect(asObject(main)).toEqual({
      state: "stale",
      ready: "false",
      sequence_id: "1",
      settings: "2",
      held: "0",
      core_agent: "localhost:5001",
      origin: "test",
      client_name: "test-agent",
      display_name: "Test",
    });
    expect([...named.keys()]).toEqual(["Stream", "Process"]);
    const stream = asObject(named.get("Stream"));
    expect(stream).toEqual({
      step: "connection",
      last_change_age_seconds: expect.stringMatching(/^\d+\.\d{3}$/),
      session_age_seconds: expect.stringMatching(/^9\d\.\d{3}$/),
      interrupted_seconds: expect.stringMatching(/^6\d\.\d{3}$/),
      cached_settings_age_seconds: expect.stringMatching(/^12\d\.\d{3}$/),
      failed_attempts: "3",
      next_attempt_in_seconds: expect.stringMatching(/^2\d\.\d{3}$|^30\.000$/),
      last_error_code: "stream",
      last_error: "It broke.",
    });
    expect(asObject(named.get("Process"))).toEqual({
      pid: String(process.pid),
      node: process.version,
      worker_restarts: "0",
      region_bytes: expect.stringMatching(/^\d{5,}$/),
    });
  });

  it("leaves out what is not known, and as a text has the sections one below the other", () => {
    const { main, named } = statusDetails(providerSources());
    expect(asObject(named.get("Stream"))).toEqual({ step: "credentials", failed_attempts: "0" });
    expect([...main.keys()]).not.toContain("sequence_id");
    expect(
      statusText({
        main: new Map([
          ["state", "live"],
          ["ready", "true"],
        ]),
        named: new Map([
          ["Stream", new Map([["step", "done"]])],
          ["Process", new Map([["pid", "1"]])],
        ]),
      }),
    ).toBe("state: live\nready: true\n\nStream:\n  step: done\n\nProcess:\n  pid: 1\n");
  });
});

it("the status says how old the last message is", () => {
  const sources = providerSources({ status: {} });
  sources.region.store64(header.lastMessageAtMs, regionNow(sources.region) - 7_000);
  const stream = asObject(statusDetails(sources).named.get("Stream"));
  expect(stream.last_message_age_seconds).toMatch(/^7\.\d{3}$/);
});

describe("the metrics as text", () => {
  it("have help, type and one sample each, for the client whose name is escaped", () => {
    const { region } = providerSources({ settings: { a: 1 }, status: {} });
    count(region, "reconnects", 3);
    const text = prometheusText(region, 'a\\"b');
    const blocks = text.trimEnd().split("\n\n");
    const label = String.raw`client="a\\\"b"`;
    expect(blocks[0]).toMatch(/^# HELP configstream_consumer_reconnect_count Attempts to reconnect/);
    expect(blocks[0]?.split("\n").slice(1)).toEqual([
      "# TYPE configstream_consumer_reconnect_count counter",
      `configstream_consumer_reconnect_count{${label}} 3`,
    ]);
    expect(text).toContain(
      `# TYPE configstream_consumer_last_sequence_id gauge\nconfigstream_consumer_last_sequence_id{${label}} 1\n`,
    );
    const samples = blocks.at(-1)?.split("\n").slice(2) ?? [];
    expect(samples).toContain(`configstream_consumer_state{${label},state="live"} 1`);
    expect(samples.filter((line) => line.endsWith(" 0"))).toHaveLength(samples.length - 1);
    expect(
      blocks.every((block) => /^# HELP \S+ \S.*\n# TYPE \S+ (counter|gauge)(\n\S+\{.*\} [\d.e+]+)*$/.test(block)),
    ).toBe(true);
  });

  it("have no sample of what is not known", () => {
    const text = prometheusText(newRegion(), "a");
    expect(text).toContain("# TYPE configstream_consumer_last_sequence_id gauge\n\n");
    expect(text).toContain('configstream_consumer_state{client="a",state="starting"} 1\n');
  });
});

describe("the settings of a flare", () => {
  it("stand in the order of their keys, without those that are gone", () => {
    const region = newRegion();
    const writer = new TestWriter(region);
    writer.publish({ c: 1, a: { x: [1] }, d: null, b: "two", e: 5 });
    writer.publish({ c: undefined });
    expect(settingsText(region, 1_000)).toBe('a: {"x":[1]} (file)\nb: "two" (file)\nd: null (file)\ne: 5 (file)\n');
  });

  it("are as many as fit, and a line says how many do not", () => {
    const region = newRegion();
    new TestWriter(region).publish({ a: 1, b: 2, c: 3 });
    const line = "a: 1 (file)\n".length;
    expect(settingsText(region, 3 * line)).toBe("a: 1 (file)\nb: 2 (file)\nc: 3 (file)\n");
    expect(settingsText(region, 3 * line - 1)).toBe(
      `a: 1 (file)\nb: 2 (file)\n# 1 of 3 settings were left out: more than ${3 * line - 1} bytes.\n`,
    );
    expect(settingsText(region, 0)).toBe("# 3 of 3 settings were left out: more than 0 bytes.\n");
    expect(settingsText(newRegion(), 100)).toBe("\n");
  });

  it("are none, and none is explained, while no consistent state can be had", () => {
    const sources = providerSources({ settings: { a: 1 }, status: {} });
    const { region } = sources;
    expect(explain(sources, "a").code).toBe(0);
    region.store(presentBlock(region) + block.begun, RETIRED);
    expect(settingsText(region, 100)).toBe("\n");
    expect(explain(sources, "a")).toEqual({
      code: 1,
      stderr: "The settings change too fast to be read right now; ask again.\n",
    });
  });
});

it("a flare has the status, the settings that fit beside the rest, what is held, and the last lines of the log", () => {
  const held = [{ key: "a", rule: "must be b", sinceMs: 0, source: "file", sequenceId: 1 }];
  const sources = providerSources({
    settings: { a: "x".repeat(2_000) },
    status: {},
    sources: { logLines: () => ["one", "two"], held: () => [...held, { ...held[0], key: "b" } as (typeof held)[0]] },
  });
  const files = flareFiles(sources, 512 * 1024 + 1_000);
  expect([...files.keys()]).toEqual(["status.txt", "settings.txt", "held.txt", "log.txt"]);
  expect(files.get("status.txt")).toContain("\n\nProcess:\n  pid: ");
  expect(files.get("settings.txt")).toBe("# 1 of 1 settings were left out: more than 1000 bytes.\n");
  expect(
    files
      .get("held.txt")
      ?.split("\n")
      .map((line) => line.split(" ", 1)[0]),
  ).toEqual(["a", "b", ""]);
  expect(files.get("log.txt")).toBe("one\ntwo\n");
  expect(flareFiles(sources, 600 * 1024).get("settings.txt")).toContain("a: ");
  expect(flareFiles(sources, 1_000).get("settings.txt")).toBe("# 1 of 1 settings were left out: more than 0 bytes.\n");
});
