/** The demo's temporary folder: the core agent's credentials, and a configuration file to edit. */
import { rmSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandFailure } from "../exit.js";
import { packageFile } from "../package-root.js";

export interface Workspace {
  readonly dataDir: string;
  readonly yamlFile: string;
  /** The settings of a real agent with their defaults. */
  readonly defaultsFile: string;
  /** Gives a top-level key of the YAML file another value, as an editor would. */
  editYaml(key: string, value: string): Promise<void>;
  /** When the YAML file was last written, in ms since the epoch. */
  yamlWrittenAtMs(): Promise<number>;
  /** Removes the folder. True when it is gone. */
  remove(): Promise<boolean>;
}

export async function createWorkspace(): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), "configstream-demo-"));
  const options = { recursive: true, force: true, maxRetries: 3 } as const;
  // The folder holds credentials: it is removed even if the process ends unexpectedly.
  const removeNow = (): void => rmSync(directory, options);
  process.once("exit", removeNow);
  const yamlFile = join(directory, "datadog.yaml");
  await copyFile(packageFile("data/datadog.example.yaml"), yamlFile);
  return {
    dataDir: join(directory, "agent"),
    yamlFile,
    defaultsFile: packageFile("data/agent-settings.json"),
    async editYaml(key, value) {
      const text = await readFile(yamlFile, "utf8");
      const edited = withValue(text, key, value);
      if (edited === undefined) throw new CommandFailure(`The file ${yamlFile} has no line for "${key}" to edit.`);
      await writeFile(yamlFile, edited);
    },
    yamlWrittenAtMs: async () => (await stat(yamlFile)).mtimeMs,
    async remove() {
      await rm(directory, options);
      process.off("exit", removeNow);
      return stat(directory).then(
        () => false,
        () => true,
      );
    },
  };
}

/** The text with another value for a top-level key; `undefined` when no line sets it. */
export function withValue(yaml: string, key: string, value: string): string | undefined {
  const lines = yaml.split("\n");
  const at = lines.findIndex((line) => line.startsWith(`${key}:`));
  if (at < 0) return undefined;
  lines[at] = `${key}: ${value}`;
  return lines.join("\n");
}
