import { describe, expect, it } from "vitest";
import { emptyHoldMs, WatchedFile } from "../../../src/files/watched-file.js";
import { ConfigStreamError } from "../../../src/shared/errors.js";

/** A file whose content and time the test decides; its one setting is its text. */
function setUp(start: string | undefined) {
  const disk = { text: start, failure: undefined as Error | undefined, nowMs: 0 };
  const file = new WatchedFile({
    path: "/etc/conf.yaml",
    monotonic: () => disk.nowMs,
    async read() {
      if (disk.failure !== undefined) throw disk.failure;
      return disk.text === undefined ? undefined : Buffer.from(disk.text);
    },
    parse(bytes) {
      const text = bytes.toString();
      if (text.includes("bad")) throw new ConfigStreamError("invalid_config_file", "It is bad.");
      return new Map(text === "" ? [] : [["text", text]]);
    },
  });
  const text = () => file.leaves.get("text");
  return { disk, file, text };
}

describe("a watched file", () => {
  it("is judged by two looks that read the same", async () => {
    const { disk, file, text } = setUp("one");
    await file.start();
    disk.text = "half";
    expect(await file.look()).toBe("again");
    disk.text = "half of two";
    expect(await file.look()).toBe("again");
    expect(text()).toBe("one");
    expect([await file.look(), text()]).toEqual(["changed", "half of two"]);
    expect(await file.look()).toBe("same");
  });

  it.each<[string, string | undefined]>([
    ["empty", ""],
    ["filled with line breaks", "\n\n"],
    ["away", undefined],
  ])("that is %s keeps its settings until it has been so for 2 s", async (_name, gone) => {
    const { disk, file, text } = setUp("one");
    await file.start();
    disk.text = gone;
    for (const nowMs of [0, 40, 1_000, emptyHoldMs - 1]) {
      disk.nowMs = nowMs;
      expect([await file.look(), text()]).toEqual(["again", "one"]);
    }
    disk.nowMs = emptyHoldMs;
    expect(await file.look()).toBe("changed");
    expect(text()).toBe(gone === undefined || gone === "" ? undefined : gone);
    expect(file.exists).toBe(gone !== undefined);
  });

  it("that comes back within 2 s has its 2 s anew", async () => {
    const { disk, file, text } = setUp("one");
    await file.start();
    disk.text = "";
    await file.look();
    disk.nowMs = 1_500;
    disk.text = "one";
    expect(await file.look()).toBe("same");
    disk.text = "";
    disk.nowMs = 2_500;
    expect([await file.look(), text()]).toEqual(["again", "one"]);
  });

  it("that cannot be used keeps its last good settings, says why once, and heals", async () => {
    const { disk, file, text } = setUp("one");
    await file.start();
    disk.text = "bad";
    expect([await file.look(), await file.look(), await file.look()]).toEqual(["again", "refused", "same"]);
    expect([text(), file.status]).toEqual(["one", { path: "/etc/conf.yaml", state: "refused", reason: "It is bad." }]);
    disk.text = "two";
    expect([await file.look(), await file.look()]).toEqual(["again", "changed"]);
    expect([text(), file.status.state]).toEqual(["two", "read"]);
  });

  it("that cannot be read for a while is well again when it is what it was", async () => {
    const { disk, file, text } = setUp("one");
    await file.start();
    disk.failure = new ConfigStreamError("invalid_config_file", "It cannot be read (EACCES).");
    expect([await file.look(), await file.look()]).toEqual(["refused", "same"]);
    disk.failure = undefined;
    expect([await file.look(), text(), file.status.state]).toEqual(["same", "one", "read"]);
  });
});
