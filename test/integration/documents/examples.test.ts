import { type CoreAgent, createCoreAgent } from "configstream/core-agent";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startExample } from "../../support/documents/example-process.js";

let agent: CoreAgent;

beforeEach(async () => {
  const defaults = {
    log_level: "info",
    my_service: { greeting: "Hi", timeout: "2s", limit: 7, rate: 0.25, banner: false },
  };
  agent = createCoreAgent({ address: "127.0.0.1:0", defaults, env: false });
  await agent.start();
});

afterEach(() => agent.stop());

describe("the examples", { timeout: 60_000 }, () => {
  it("service: answers with the newest settings, and ends when it is asked to", async () => {
    using service = startExample("service", agent);
    const url = (await service.says(/listening on (\S+)/))[1] as string;
    const ask = async () => await (await fetch(url)).json();
    expect(await ask()).toEqual({ greeting: "Hi", timeoutMs: 2_000, tags: [] });
    agent.setMany({ "my_service.greeting": "Good morning", "my_service.tags": ["a", "b"] });
    await vi.waitFor(
      async () => expect(await ask()).toEqual({ greeting: "Good morning", timeoutMs: 2_000, tags: ["a", "b"] }),
      { timeout: 20_000 },
    );
    expect(await service.end()).toBe(0);
    expect(service.errors).toBe("");
  });

  it("fastify: tells that it is alive and ready, gives metrics, and stays ready while its settings are stale", async () => {
    using service = startExample("fastify", agent);
    const url = (await service.says(/"msg":"Server listening at (http:[^"]+)"/))[1] as string;
    const ask = async (path: string) => {
      const response = await fetch(url + path);
      return { code: response.status, type: response.headers.get("content-type"), text: await response.text() };
    };
    expect((await ask("/health/live")).code).toBe(200);
    await vi.waitFor(async () => expect((await ask("/health/ready")).code).toBe(200), { timeout: 20_000 });
    expect(JSON.parse((await ask("/")).text)).toEqual({ limit: 7 });
    const metrics = await ask("/metrics");
    expect(metrics.type).toMatch(/^text\/plain/);
    expect(metrics.text).toContain('configstream_consumer_state{client="fastify-service",state="live"} 1');

    await agent.stop();
    await vi.waitFor(
      async () => {
        const { code, text } = await ask("/health/ready");
        expect(code).toBe(200);
        expect(JSON.parse(text)).toMatchObject({ live: true, ready: true, stale: true });
      },
      { timeout: 20_000 },
    );
    // The consumer's own line, in Fastify's log.
    await service.says(/"level":40,.*"msg":"Configuration updates are interrupted/);
    expect(await service.end()).toBe(0);
  });

  it("openfeature: gives flags with their sources, tells of changes, and keeps the last values when the core agent is gone", async () => {
    using service = startExample("openfeature", agent);
    await service.says(/^banner: false, rate: 0\.25 \(default\)$/m);
    agent.set("my_service.banner", true);
    await service.says(/^banner: true, rate: 0\.25 \(default\)$/m);
    agent.set("my_service.rate", "no number");
    await service.says(/^banner: true, rate: 0\.5 \(TYPE_MISMATCH\)$/m);
    agent.set("my_service.rate", 0.75);
    await service.says(/^banner: true, rate: 0\.75 \(agent-runtime\)$/m);
    await agent.stop();
    await service.says(/the core agent is gone/);
    expect(await service.end()).toBe(0);
    expect(service.errors).toBe("");
  });

  it("log-level: writes more and less as the core agent says, and keeps its level when it does not know the new one", async () => {
    using service = startExample("log-level", agent, { PERIOD_MS: "20" });
    await service.says(/found none/);
    expect(service.output).not.toContain("looked for work");
    agent.set("log_level", "debug");
    await service.says(/looked for work/);
    agent.set("log_level", "loud");
    await service.says(/"name":"loud".*unknown log level/);
    agent.set("log_level", "off");
    await vi.waitFor(
      async () => {
        const before = service.output.length;
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(service.output.length).toBe(before);
      },
      { timeout: 20_000 },
    );
    agent.set("log_level", "critical");
    expect(await service.end()).toBe(0);
    expect(service.errors).toBe("");
  });
});
