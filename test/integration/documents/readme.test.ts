import { spawn } from "node:child_process";
import { createCoreAgent } from "configstream/core-agent";
import { expect, it } from "vitest";
import { blocksOf, readPage, root } from "../../support/documents/documents.js";
import { environmentOf } from "../../support/documents/example-process.js";

it("the README's first example runs as it stands, sees a change, and ends by itself", { timeout: 60_000 }, async () => {
  const example = blocksOf("README.md", readPage("README.md")).find(({ run }) => run);
  if (example === undefined) throw new Error("The README has no example.");
  const defaults = { log_level: "info", forwarder_timeout: 30 };
  await using agent = createCoreAgent({ address: "127.0.0.1:0", defaults, env: false });
  await agent.start();
  const child = spawn(process.execPath, ["--input-type=module", "-e", example.code], {
    cwd: root,
    env: { ...process.env, ...environmentOf(agent) },
  });
  let output = "";
  const take = (chunk: Buffer): void => {
    output += chunk.toString();
    // The subscription is made in the same turn as this line is printed.
    if (output.includes("log level: info") && agent.get("log_level")?.value === "info") {
      setTimeout(() => agent.set("log_level", "debug"), 100);
    }
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(output).toBe("log level: info\nlog_level: info -> debug (agent-runtime)\n");
  expect(code).toBe(0);
});
