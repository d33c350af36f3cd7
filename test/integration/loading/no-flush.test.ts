/** Yarn's Plug'n'Play gives file handles without `sync`, and some file systems refuse to flush. */
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureCredentials } from "../../../packages/configstream/src/core-agent/credentials/credentials.js";
import { diskFiles } from "../../../src/worker/cache/file.js";

interface Handles {
  sync: unknown;
}

let folder: string;
let handles: Handles;
let sync: unknown;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "configstream-no-flush-"));
  const file = await open(join(folder, "any"), "w");
  handles = Object.getPrototypeOf(file) as Handles;
  await file.close();
  sync = handles.sync;
});

afterEach(async () => {
  handles.sync = sync;
  await rm(folder, { recursive: true, force: true });
});

const ways: [string, unknown][] = [
  ["have no sync", undefined],
  ["refuse to flush", () => Promise.reject(Object.assign(new Error("EINVAL"), { code: "EINVAL" }))],
];

describe.each(ways)("where file handles %s", (_name, replacement) => {
  it("the cache is written all the same", async () => {
    handles.sync = replacement;
    await diskFiles.write(join(folder, "settings.cache"), ["a", "b"]);
    expect(await readFile(join(folder, "settings.cache"), "utf8")).toBe("ab");
  });

  it("the core agent makes its credentials all the same", async () => {
    handles.sync = replacement;
    const { token } = await ensureCredentials(folder);
    expect(await readFile(join(folder, "auth_token"), "utf8")).toContain(token);
  });
});
