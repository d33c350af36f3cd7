import { execFileSync } from "node:child_process";
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { diskFiles } from "../../../../src/worker/cache/file.js";

const mebibyte = 2 ** 20;
const isRoot = process.geteuid?.() === 0;
const onPosix = process.platform !== "win32";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "configstream-cache-"));
  path = join(folder, "settings.cache");
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(text: string, mode = 0o600): Promise<void> {
  await writeFile(path, text);
  await chmod(path, mode);
}

const read = async (maxBytes = mebibyte) => {
  const bytes = await diskFiles.read(path, maxBytes);
  return bytes && Buffer.from(bytes).toString();
};

describe("writing", () => {
  test("puts a file in place that only its owner can read, whatever the umask and whatever stood there", async () => {
    const umask = process.umask(0);
    try {
      await put("old", 0o666);
      await diskFiles.write(path, ["new ", "and ", "complete"]);
    } finally {
      process.umask(umask);
    }
    expect(await read()).toBe("new and complete");
    if (onPosix) expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["settings.cache"]);
  });

  test("that fails half-way leaves the former file, and nothing else", async () => {
    await put("old");
    function* failing(): Generator<string> {
      yield "half";
      throw new Error("no more");
    }
    await expect(diskFiles.write(path, failing())).rejects.toThrow("no more");
    expect(await read()).toBe("old");
    expect(await readdir(folder)).toEqual(["settings.cache"]);
  });

  test("never shows a reader a part of a file", async () => {
    const whole = (letter: string) => letter.repeat(100_000);
    await diskFiles.write(path, [whole("a")]);
    let writing = true;
    const writes = (async () => {
      for (const letter of "bcdefghij") await diskFiles.write(path, whole(letter).match(/.{1,9999}/g) as string[]);
      writing = false;
    })();
    while (writing) {
      const text = (await read()) as string;
      expect(text === whole(text[0] as string)).toBe(true);
    }
    await writes;
  });

  test("into a folder that does not exist, or over a folder, fails with the system's code", async () => {
    await expect(diskFiles.write(join(folder, "no", "x"), ["y"])).rejects.toMatchObject({ code: "ENOENT" });
    await mkdir(path);
    await expect(diskFiles.write(path, ["y"])).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
    expect(await readdir(folder)).toEqual(["settings.cache"]);
  });
});

describe("reading", () => {
  test("gives nothing where there is no file", async () => {
    expect(await read()).toBeUndefined();
  });

  test.runIf(onPosix)("refuses a file that others may read or write, and names the mode", async () => {
    for (const mode of [0o644, 0o640, 0o602, 0o666, 0o601]) {
      await put("x", mode);
      await expect(read()).rejects.toThrow(`has mode 0${mode.toString(8)}`);
    }
    await put("x", 0o400);
    expect(await read()).toBe("x");
  });

  test.runIf(onPosix && isRoot)("refuses a file of another user", async () => {
    await put("x");
    await chown(path, 12_345, 12_345);
    await expect(read()).rejects.toThrow("belongs to user 12345");
  });

  test.runIf(onPosix)("refuses what is no file, and does not wait for it", async () => {
    execFileSync("mkfifo", ["-m", "600", path]);
    await expect(read()).rejects.toThrow("not a regular file");
    await rm(path);
    await symlink("/dev/zero", path);
    await expect(read()).rejects.toThrow("not a regular file");
  });

  test("takes a file that is as large as all settings could be, and says what else is in the way of one", async () => {
    await put("12345");
    expect(await read(5)).toBe("12345");
    await expect(diskFiles.read(join(path, "below"), 5)).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  test.runIf(process.platform === "linux")("leaves no file open, also one that was refused", async () => {
    const opened = async () => (await readdir("/proc/self/fd")).length;
    await put("12345");
    const before = await opened();
    for (let times = 0; times < 5; times++) {
      await read();
      await read(4).catch(() => {});
    }
    expect(await opened()).toBeLessThan(before + 5);
  });

  test("refuses a file that is larger than all settings could be", async () => {
    await put("x".repeat(1_001));
    await expect(read(1_000)).rejects.toThrow("1001 bytes");
  });
});

describe("leftovers of killed processes", () => {
  test("are removed when they are old; other files, and those just being written, stay", async () => {
    const names = [
      "settings.cache.0123456789ab.tmp",
      "settings.cache.aaaaaaaaaaaa.tmp",
      "settings.cache.tmp",
      "other.0123456789ab.tmp",
    ];
    for (const name of names) await writeFile(join(folder, name), "");
    const long = new Date(Date.now() - 3_600_000);
    for (const name of names.filter((name) => !name.includes("aaaa"))) await utimes(join(folder, name), long, long);
    await diskFiles.removeLeftovers(path, Date.now());
    expect((await readdir(folder)).sort()).toEqual(names.slice(1).sort());
    await diskFiles.removeLeftovers(join(folder, "no", "folder"), Date.now());
    expect(await readFile(join(folder, "settings.cache.tmp"), "utf8")).toBe("");
  });
});
