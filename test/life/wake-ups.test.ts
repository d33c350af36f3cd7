import { expect, it } from "vitest";
import { optionsFor, runModule, startAgent } from "./support.js";

it("with no subscriber nothing is sent, and the main thread does not wake up, whatever flows", {
  timeout: 60_000,
}, async ({ onTestFinished: tidy }) => {
  const agent = await startAgent(tidy);
  let stream: ReturnType<typeof setInterval> | undefined;
  tidy(() => clearInterval(stream));
  const { output } = await runModule(
    tidy,
    `
    import { performance } from "node:perf_hooks";
    const consumer = createConsumer(options);
    await consumer.start();
    await consumer.waitReady();
    const sample = async (name) => (await consumer.metrics.getSingleMetric("configstream_consumer_" + name).get()).values[0].value;
    const turns = () => performance.nodeTiming.uvMetricsInfo.loopCount;
    const watch = async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const before = { turns: turns(), updates: await sample("updates_applied"), sent: await sample("changes_sent") };
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      return { turns: turns() - before.turns, updates: (await sample("updates_applied")) - before.updates, sent: (await sample("changes_sent")) - before.sent };
    };
    console.log("ready");
    const without = await watch();
    const subscription = consumer.subscribe({ onChange() {} });
    const during = await watch();
    subscription.unsubscribe();
    const after = await watch();
    console.log("found " + JSON.stringify({ without, during, after }));
    await consumer.stop();
  `,
    optionsFor(agent),
    (text) => {
      if (!text.includes("ready") || stream !== undefined) return;
      let value = 1;
      stream = setInterval(() => agent.set("a.b", ++value), 5);
    },
  );
  const found = JSON.parse(/^found (.*)$/m.exec(output)?.[1] ?? "{}");
  for (const quiet of [found.without, found.after]) {
    expect(quiet.updates).toBeGreaterThan(20);
    expect(quiet.sent).toBe(0);
    // The timer of this test itself, and what Node.js does for itself, such as collecting garbage.
    expect(quiet.turns).toBeLessThan(30);
    expect(quiet.turns).toBeLessThan(found.during.turns / 3);
  }
  // With one it does wake up: the count shows the difference.
  expect(found.during.sent).toBeGreaterThan(20);
});
