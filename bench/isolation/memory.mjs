// What a process takes that has Node.js alone, that has imported the library, or that has a mock consumer with the real settings.
import { readFileSync } from "node:fs";
import { args, report } from "../lib/arguments.mjs";
import { collectAll } from "../lib/collect.mjs";
import { sleep } from "../lib/loop-delay.mjs";
import { memoryNow } from "../lib/memory.mjs";

const { what } = args;
const steps = {
  nothing: () => undefined,
  // What any import of a file takes is no part of what the library does.
  import: () => import("../../dist/index.js"),
  async mock() {
    const { createMockConsumer } = await import("../../dist/testing/index.js");
    const file = new URL("../../packages/configstream/data/agent-settings.json", import.meta.url);
    return createMockConsumer(JSON.parse(readFileSync(file, "utf8")));
  },
};

await import("../lib/distribution.mjs");
await collectAll();
await sleep(100);
const before = memoryNow();
const held = await steps[what]();
await collectAll();
await sleep(300);
const after = memoryNow();
report({ what, isHeld: held !== undefined, pss: after.pss, added: after.resident - before.resident });
