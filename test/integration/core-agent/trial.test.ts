import fc from "fast-check";
import { expect, it } from "vitest";
import { type CoreAgent, createCoreAgent } from "../../../packages/configstream/src/core-agent/index.js";
import type { ConfigValue } from "../../../src/shared/types.js";

const write = fc.record({
  key: fc.constantFrom("port", "PORT", "api_key", "other"),
  source: fc.constantFrom("agent-runtime", "cli"),
  value: fc.option(fc.constantFrom<ConfigValue>(9_001, "900O", null, "y"), { nil: undefined }),
});
type Write = ReturnType<typeof write.generate>["value"];
const writes = fc.array(write, { maxLength: 5 });

function make(agent: CoreAgent, how: "transaction" | "trial", set: readonly Write[]) {
  return agent[how]((tx) => {
    for (const { key, source, value } of set) {
      if (value === undefined) tx.unset(key, source);
      else tx.set(key, value, source);
    }
  });
}

const all = (agent: CoreAgent) => ({
  settings: [...agent.settings()],
  history: agent.history(),
  historyId: agent.historyId,
  status: agent.status(),
});

it("a trial leaves settings, history and sequence id of a running core agent as they are, also when it is refused", async () => {
  await using agent = createCoreAgent({
    address: "127.0.0.1:0",
    env: {},
    defaults: [{ key: "port", type: "integer", default: 1 }],
  });
  await agent.start();
  fc.assert(
    fc.property(writes, writes, (made, tried) => {
      make(agent, "transaction", made);
      const before = all(agent);
      make(agent, "trial", tried);
      expect(() =>
        agent.trial((tx) => {
          tx.set("port", 5);
          tx.set("", 5);
        }),
      ).toThrow("non-empty dotted name");
      expect(all(agent)).toEqual(before);
    }),
    { numRuns: 50 },
  );
  // It could have been otherwise.
  const { sequenceId, historyId } = agent;
  agent.set("port", 77, "cli");
  expect([agent.sequenceId, agent.historyId]).toEqual([sequenceId + 1, historyId + 1]);
});
