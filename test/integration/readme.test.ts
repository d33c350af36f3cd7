import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createCoreAgent } from "configstream-consumer/core-agent";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(`${root}README.md`, "utf8");

/** The first block of code in the README, as a reader would copy it. */
function firstExample(): string {
  const block = /```js\n([\s\S]*?)```/.exec(readme)?.[1];
  if (block === undefined) throw new Error("The README has no example.");
  return block;
}

it("the README's first example runs as it stands, sees a change, and ends by itself", async () => {
  const defaults = { log_level: "info", forwarder_timeout: 30 };
  await using agent = createCoreAgent({ address: "127.0.0.1:0", defaults, env: false });
  await agent.start();
  const [host, port] = agent.address.split(":") as [string, string];
  const child = spawn(process.execPath, ["--input-type=module", "-e", firstExample()], {
    cwd: root,
    env: {
      ...process.env,
      DD_CMD_HOST: host,
      DD_CMD_PORT: port,
      DD_AUTH_TOKEN_FILE_PATH: agent.authTokenFile,
      DD_IPC_CERT_FILE_PATH: agent.ipcCertFile,
    },
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

it.each([
  "README.md",
  "CONTRIBUTING.md",
  "docs/design.md",
  "docs/cli.md",
  "docs/start-up.md",
  "docs/threads.md",
  "docs/testing.md",
  "bench/README.md",
])("%s names only files that exist", (page) => {
  const text = readFileSync(`${root}${page}`, "utf8");
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] as string);
  const missing = links.filter((link) => !link.startsWith("http") && !existsSync(join(root, dirname(page), link)));
  expect(missing).toEqual([]);
});
