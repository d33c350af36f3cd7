import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { documentedAlerts, firing } from "../../support/cluster/alerts.js";
import { type Child, optionsFor, Workshop } from "../../support/memory/workshop.js";

const main = fileURLToPath(new URL("../../support/cluster/cluster-main.mjs", import.meta.url));

describe("the documented alerts, over the aggregated metrics of a cluster of three processes", {
  timeout: 60_000,
}, () => {
  const workshop = new Workshop(afterAll);
  let agent: Awaited<ReturnType<Workshop["agent"]>>;
  let cluster: Child;
  let place: { readonly dataDir: string; readonly address: string };

  const ask = async (message: object): Promise<{ readonly text: string }> => {
    const answer = cluster.message() as Promise<{ readonly text: string }>;
    cluster.send(message);
    return answer;
  };
  const scrape = async (): Promise<string> => (await ask({ scrape: true })).text;
  /** What fires once this alert does. */
  const fires = async (alert: string, cause: () => unknown): Promise<readonly string[]> => {
    const before = await scrape();
    await cause();
    for (;;) {
      const names = firing(before, await scrape());
      if (names.includes(alert)) return names;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** For ten looks in a row, because what was done last may still be on its way, and may reopen a stream. */
  const silent = async (): Promise<void> => {
    for (let looks = 0; looks < 10; ) {
      const now = await scrape();
      looks = now.includes('state="live"} 1') && firing(now, now).length === 0 ? looks + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  beforeAll(async () => {
    const dataDir = await workshop.folder();
    const first = await workshop.agent({ dataDir });
    const { address } = first;
    await first.stop();
    const options = { ...optionsFor(first), limits: { maxKeys: 5 }, resyncTimeoutMs: 100 };
    cluster = workshop.node([main, JSON.stringify(options)]);
    await cluster.printed("started");
    place = { dataDir, address };
  }, 60_000);

  it("are the ones that are tried here", () => {
    const tried = "Stale NeverArrived Refused SubscriberLost SessionsLost WorkerDies Checksum";
    expect(documentedAlerts().map(({ alert }) => alert)).toEqual(
      tried.split(" ").map((name) => `Configuration${name}`),
    );
  });

  it("ConfigurationNeverArrived fires without a core agent, also once every process has failed, until there is one", async () => {
    for (;;) {
      const now = await scrape();
      if (/state="(starting|registering|connecting)"} 1/.test(now))
        await new Promise((resolve) => setTimeout(resolve, 50));
      else {
        expect(firing(now, now)).toContain("ConfigurationNeverArrived");
        break;
      }
    }
    agent = await workshop.agent({ ...place, defaults: { a: 1, b: 1, damaged: "to-be-damaged" } });
    await silent();
  });

  it("are silent while all is well, and while settings change", async () => {
    const before = await scrape();
    agent.set("a", 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(firing(before, await scrape())).toEqual([]);
  });

  it("ConfigurationRefused fires by a state over a limit", async () => {
    const many = { c: 1, d: 1, e: 1, f: 1 };
    const names = await fires("ConfigurationRefused", () => {
      for (const [key, value] of Object.entries(many)) agent.set(key, value);
    });
    expect(names).toContain("ConfigurationRefused");
    for (const key of Object.keys(many)) agent.unset(key);
    await silent();
  });

  it("ConfigurationSubscriberLost fires by a subscription that overflows, and alone", async () => {
    await ask({ tell: "subscribe" });
    // Until it fires, because subscriptions begin when they begin, and changes that come together are one.
    let value = 10;
    const changing = setInterval(() => agent.set("a", value++), 20);
    const names = await fires("ConfigurationSubscriberLost", () => undefined).finally(() => clearInterval(changing));
    expect(names).toEqual(["ConfigurationSubscriberLost"]);
  });

  it("ConfigurationSessionsLost fires by sessions that are lost again and again", async () => {
    const names = await fires("ConfigurationSessionsLost", async () => {
      for (let round = 0; round < 3; round++) {
        agent.faults.resetSequence();
        await new Promise((resolve) => setTimeout(resolve, 100));
        await silent();
      }
    });
    expect(names).toContain("ConfigurationSessionsLost");
    await silent();
  });

  it("ConfigurationChecksum fires by a value that is damaged in memory", async () => {
    expect(await fires("ConfigurationChecksum", () => ask({ tell: "damage" }))).toContain("ConfigurationChecksum");
  });

  it("ConfigurationWorkerDies fires by the death of worker threads", async () => {
    expect(await fires("ConfigurationWorkerDies", () => ask({ tell: "die" }))).toContain("ConfigurationWorkerDies");
    await silent();
  });

  it("ConfigurationStale fires when the core agent has gone, and alone", async () => {
    expect(await fires("ConfigurationStale", () => agent.stop())).toEqual(["ConfigurationStale"]);
  });
});
