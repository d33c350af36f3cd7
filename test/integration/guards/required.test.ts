/** Waits for required settings in threads that a consumer does not live in. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { liveTest, until } from "../../support/engine/live-consumer.js";

const live = liveTest();
const library = new URL("../../../dist/index.js", import.meta.url).href;
const guards = { "my.port": { type: "integer" }, "my.mode": { oneOf: ["a", "b"] } } as const;
const required = ["my.port", "my.mode", "my.host", "other.host"];

interface Outcome {
  readonly code: string;
  readonly message?: string;
  readonly details?: object;
}

/** A thread that waits as it is told to, and says how each wait has ended: `ok`, or with which error. */
async function waiting(shared: object) {
  const thread = new Worker(
    `const { workerData, parentPort } = require("node:worker_threads");
     import(${JSON.stringify(library)}).then(({ attachReader }) => {
       const cfg = attachReader(workerData);
       parentPort.on("message", async ({ how, options }) => {
         try {
           await cfg[how](options);
           parentPort.postMessage({ code: "ok", message: cfg.getString("my.host") });
         } catch ({ code, message, details }) {
           parentPort.postMessage({ code, message, details });
         }
       });
       parentPort.postMessage("up");
     });`,
    { eval: true, workerData: shared },
  );
  await once(thread, "message");
  live.cleanUp(async () => void (await thread.terminate()));
  return async (how: "waitReady" | "waitReadySync", options?: object): Promise<Outcome> => {
    thread.postMessage({ how, options });
    return ((await once(thread, "message")) as [Outcome])[0];
  };
}

it("a wait in an attached thread fails with all required settings that are missing or held in one error, and not without required", async () => {
  const agent = await live.startAgent();
  agent.setMany({ "my.port": "900O", "my.mode": "c", "my.host": "x" }, "file");
  const consumer = live.newConsumer(agent, { guards, required });
  // One that blocks before there are any settings, and one that comes later.
  const early = await waiting(consumer.share());
  const blocked = early("waitReadySync", { timeoutMs: 30_000 });
  await consumer.start();
  const late = await waiting(consumer.share());
  const failure = {
    code: "required_settings",
    message: expect.stringContaining(
      'missing: "other.host"; held without a good value: "my.port" (must be an integer), "my.mode" (must be one of "a", "b")',
    ),
    details: {
      missing: ["other.host"],
      held: [{ key: "my.port" }, { key: "my.mode" }],
      keepsTrying: true,
    },
  };
  expect(await blocked).toMatchObject(failure);
  for (const how of ["waitReady", "waitReadySync"] as const) {
    expect(await late(how, { timeoutMs: 30_000 }), how).toMatchObject(failure);
    expect(await late(how, { timeoutMs: 30_000, required: false }), how).toEqual({ code: "ok", message: "x" });
  }
  agent.setMany({ "my.port": 9_001, "my.mode": "b", "other.host": "y" }, "file");
  await until(() => consumer.reader().isSet("other.host"));
  for (const how of ["waitReady", "waitReadySync"] as const) expect((await late(how)).code).toBe("ok");
});
