import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import xterm from "@xterm/headless";
import { afterEach, describe, expect, it } from "vitest";
import { Bench, freePort } from "../../support/cli/cli.js";

const bench = new Bench();
const main = fileURLToPath(new URL("../../../packages/configstream/dist/cli/main.js", import.meta.url));
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

// `script` of util-linux gives the command a terminal.
const hasTerminals = /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "");

/** A command in a terminal of its own, with the screen that a person would see. */
class InTerminal {
  readonly #terminal = new xterm.Terminal({ cols: 100, rows: 24, allowProposedApi: true });
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  /** Everything that was written. */
  raw = "";

  constructor(args: readonly string[]) {
    const command = ["stty cols 100 rows 24;", process.execPath, main, ...args].join(" ");
    this.#child = spawn("script", ["-qefc", command, "/dev/null"], {
      env: { PATH: process.env.PATH, TERM: "xterm-256color", SHELL: "/bin/sh", LANG: "C.UTF-8" },
    });
    children.push(this.#child);
    this.#child.stdout?.on("data", (bytes: Buffer) => {
      this.raw += bytes.toString("latin1");
      this.#terminal.write(bytes);
    });
    this.ended = new Promise((resolve) => this.#child.once("close", resolve));
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** The lines on the screen. */
  get screen(): string {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: 24 }, (_, row) =>
      active.getLine(active.viewportY + row)?.translateToString(true),
    );
    return lines.join("\n");
  }

  /** True while a full screen covers the previous one. */
  get isFullScreen(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  /** The same as one text, without borders and line breaks. */
  get text(): string {
    return this.screen.replaceAll(/[│\s]+/g, " ");
  }

  async shows(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.screen, { timeout: 20_000, interval: 50 }).toMatch(text);
  }
}

describe.skipIf(!hasTerminals)("configstream watch in a terminal", () => {
  it("draws a table that follows changes, searches, survives an outage, and leaves the terminal as it was", async () => {
    const { agent, connection, port } = await bench.startAgentProcess();
    const watch = new InTerminal(["watch", ...connection]);
    await watch.shows(/● live {3}3 settings {3}sequence id 0/);
    await watch.shows(/ log_level +"info" +file +>\d+ s /);
    expect(watch.isFullScreen).toBe(true);
    writeFileSync(bench.yamlFile, "log_level: debug\napi_key: other456\nlogs_config:\n  batch_wait: 2.5\n");
    await watch.shows(/▸ log_level +"debug" +file +(now|\d+ s) /);
    await watch.shows(/2 in all/);
    watch.type("/log_l\r");
    await watch.shows(/1–1 of 1 that fit, by key {3}\/log_l/);
    watch.type("\r");
    await watch.shows(/"info" → "debug", (just now|\d+ s ago); 1 change/);
    watch.type("/\u0015api_k\r");
    await watch.shows(/"\*{8}" → "\*{8}", (just now|\d+ s ago); 1 change/);
    watch.type("/\u0015log_l\r");
    agent.kill("SIGKILL");
    await watch.shows(/● stale for (now|\d+ s), the last settings are shown/);
    await watch.shows(/ log_level +"debug"/);
    await bench.startAgent(port);
    await watch.shows(/● live/);
    for (const secret of ["abcdef123", "other456"]) expect(watch.raw).not.toContain(secret);
    watch.type("q");
    expect(await watch.ended).toBe(0);
    expect(watch.isFullScreen).toBe(false);
    expect(watch.screen.trim()).toBe("");
  });

  it("waits for a core agent that is not there yet, telling why, and ends with Ctrl-C", async () => {
    const port = await freePort();
    const watch = new InTerminal(["watch", "--data-dir", bench.dataDir, "--address", `127.0.0.1:${port}`]);
    const why = `The token file ${join(bench.dataDir, "auth_token")} does not exist; check the path, or start`;
    await expect.poll(() => watch.text, { timeout: 20_000 }).toContain(why);
    await bench.startAgent(port);
    await watch.shows(/● live {3}3 settings/);
    watch.type("\u0003");
    expect(await watch.ended).toBe(0);
    expect(watch.isFullScreen).toBe(false);
  });

  it("prints lines with --plain", async () => {
    const { connection } = await bench.startAgent();
    const watch = new InTerminal(["watch", "--plain", ...connection]);
    await watch.shows("connected: Watching 3 settings");
    expect(watch.isFullScreen).toBe(false);
  });
});

describe.skipIf(!hasTerminals)("configstream demo in a terminal", () => {
  it("shows itself until a key is pressed, and ends with 0", async () => {
    const demo = new InTerminal(["demo"]);
    await demo.shows("configstream demo");
    await demo.shows(/ready after/);
    demo.type("x");
    expect(await demo.ended).toBe(0);
    await demo.shows(/seen by subscription and by getter/);
  });
});
