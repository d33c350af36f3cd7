import { expect, it } from "vitest";
import { settingsAnswer } from "../../../packages/configstream/src/cli/agent/settings-control.js";
import { createCoreAgent } from "../../../packages/configstream/src/core-agent/index.js";

it("an order whose dryRun is neither true nor false is refused, because it might be meant as a dry run", async () => {
  await using agent = createCoreAgent({ env: {}, defaults: { port: 1 } });
  let changes = 0;
  const ask = (more: object) => {
    const order = { source: "cli", writes: [{ key: "port", value: 2 }], ...more };
    return settingsAnswer(agent, JSON.stringify(order), () => changes++);
  };
  for (const dryRun of ["true", 1, null]) expect(() => ask({ dryRun })).toThrow('"dryRun" must be true or false');
  expect(() => ask({ dryRun: true, others: [1] })).toThrow('"others" must be a list of keys');
  expect(await ask({ dryRun: true, others: ["port", "gone"] })).toMatchObject({
    clients: [],
    results: [{ before: { value: 1 }, after: { value: 2 } }],
    others: [{ value: 1 }, null],
  });
  expect([agent.get("port")?.value, changes]).toEqual([1, 0]);
  await ask({ dryRun: false });
  expect([agent.get("port")?.value, changes]).toEqual([2, 1]);
});
