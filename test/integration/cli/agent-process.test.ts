import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

type Module = typeof import("../../../packages/configstream/src/cli/demo/agent-process.js");
const built = new URL("../../../packages/configstream/build/cli/demo/agent-process.js", import.meta.url);
const { startAgentProcess } = (await import(built.href)) as Module;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "configstream-agent-process-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the demo's core agent, in a process of its own", () => {
  it("reports why it ended, when it could not even start", async () => {
    const yamlFile = join(folder, "datadog.yaml");
    await writeFile(yamlFile, "");
    const defaultsFile = join(folder, "missing.json");
    const workspace = {
      dataDir: folder,
      yamlFile,
      defaultsFile,
      editYaml: async () => {},
      yamlWrittenAtMs: async () => 0,
      remove: async () => true,
    };
    const agent = startAgentProcess(workspace, process.env);
    await expect(agent.started).rejects.toThrow(
      `The core agent's process ended. The defaults file ${defaultsFile} does not exist`,
    );
    expect((await agent.died).message).toContain(defaultsFile);
  });
});
