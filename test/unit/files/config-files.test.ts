/** Configuration files that are followed, on a real disk. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { readConfigFile } from "../../../src/files/config-file.js";
import { createConfigFiles } from "../../../src/files/config-files.js";
import { readDefaults } from "../../../src/files/known-keys.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";
import { VirtualClock } from "../../support/engine/virtual-clock.js";

it("an edit that could not be read for a while, as when too many files are open, counts once it can, without another edit", async () => {
  const folder = await mkdtemp(join(tmpdir(), "configstream-files-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "agent.yaml");
  await writeFile(path, "a: 1");
  const clock = new VirtualClock();
  const seen: unknown[] = [];
  let isFull = false;
  const files = createConfigFiles({
    paths: [path],
    known: readDefaults({}).known,
    clock,
    log() {},
    onChange: (leaves) => void seen.push(leaves.get("a")),
    readFile: async (given) => {
      const cause = Object.assign(new Error(), { code: "EMFILE" });
      if (isFull) throw new ConfigStreamError("invalid_config_file", "It cannot be read (EMFILE).", { cause });
      return await readConfigFile(given);
    },
  });
  onTestFinished(() => files.close());
  const passes = (until: () => void) =>
    vi.waitFor(
      async () => {
        await clock.advance(1_000);
        until();
      },
      { timeout: 10_000 },
    );
  await files.read();
  await files.watch();
  // Until the signature that the poll compares with is known.
  await passes(() => expect(seen).toEqual([1]));
  isFull = true;
  await writeFile(path, "a: 2");
  await passes(() => expect(files.status()).toMatchObject([{ state: "refused" }]));
  // Whatever the system reports of that edit has been looked at.
  for (let i = 0; i < 20; i++) {
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  isFull = false;
  await passes(() => expect(seen).toEqual([1, 2]));
  expect(files.status()).toEqual([{ path, state: "read" }]);
});
