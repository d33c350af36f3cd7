import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfigFile } from "../../../src/files/config-file.js";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "config-file-"));
});
afterAll(() => rm(directory, { recursive: true }));

it("a configuration file of more than 64 MiB is refused before it is read, with its path and size", async () => {
  const path = join(directory, "large.yaml");
  await writeFile(path, "");
  // Sparse: it takes no space on the disk.
  await truncate(path, 2 ** 26 + 1);
  await expect(readConfigFile(path)).rejects.toMatchObject({
    code: "invalid_config_file",
    message: `The configuration file ${path} has 67108865 bytes, more than 67108864.`,
  });
});

it("a configuration file that does not exist is nothing, and one of no bytes is empty", async () => {
  expect(await readConfigFile(join(directory, "none.yaml"))).toBeUndefined();
  const path = join(directory, "empty.yaml");
  await writeFile(path, "");
  expect(await readConfigFile(path)).toHaveLength(0);
});
