import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isTemporaryOf, writeWholeFile } from "../../../../src/shared/disk/atomic-file.js";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "configstream-atomic-"));
  path = join(folder, "file");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("a whole file", () => {
  it("is written with all its pieces, and nothing beside it is left", async () => {
    await writeWholeFile(path, ["a", "b"], "keep");
    expect(await readFile(path, "utf8")).toBe("ab");
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it.skipIf(process.platform === "win32")(
    "can be read by its owner alone, also where the one before could by all",
    async () => {
      await writeFile(path, "former");
      await chmod(path, 0o644);
      await writeWholeFile(path, ["new"], "replace");
      expect((await stat(path)).mode & 0o777).toBe(0o600);
    },
  );

  it("takes the place of the former one, or leaves it, as is asked", async () => {
    await writeFile(path, "former");
    await writeWholeFile(path, ["new"], "keep");
    expect(await readFile(path, "utf8")).toBe("former");
    await writeWholeFile(path, ["new"], "replace");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("changes nothing and leaves nothing when its content cannot be made to the end", async () => {
    await writeFile(path, "former");
    function* broken() {
      yield "half";
      throw new Error("The rest is missing.");
    }
    await expect(writeWholeFile(path, broken(), "replace")).rejects.toThrow("The rest is missing.");
    expect(await readFile(path, "utf8")).toBe("former");
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("is found again by the name of what was being written", () => {
    expect(isTemporaryOf(path, "file.0123456789ab.tmp")).toBe(true);
    const others = ["file", "file.tmp", "file.0123456789AB.tmp", "other.0123456789ab.tmp", "file.0123456789ab.tmp2"];
    expect(others.filter((name) => isTemporaryOf(path, name))).toEqual([]);
  });
});
