import { init } from "@launchdarkly/node-server-sdk";
import { TestData } from "@launchdarkly/node-server-sdk/integrations";

export async function create(settings) {
  const data = new TestData();
  for (const { key, value } of settings) await data.update(data.flag(key).variations(value).variationForAll(0));
  const quiet = () => {};
  const client = init("bench", {
    updateProcessor: data.getFactory(),
    sendEvents: false,
    diagnosticOptOut: true,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  await client.waitForInitialization({ timeout: 10 });
  const context = { kind: "user", key: "bench" };
  return {
    expression: "await client.variation(key, context, -1)",
    // As in a server that evaluates for the user of each request.
    freshContextExpression: 'await client.variation(key, { kind: "user", key: "bench" }, -1)',
    scope: { client, context },
    close: () => client.close(),
  };
}
