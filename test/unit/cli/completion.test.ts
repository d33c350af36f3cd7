import { spawnSync } from "node:child_process";
import { Command, Option } from "commander";
import { describe, expect, it } from "vitest";
import { completable } from "../../../packages/configstream/src/cli/completion/model.js";
import { completionScript } from "../../../packages/configstream/src/cli/completion/scripts.js";
import { createProgram } from "../../../packages/configstream/src/cli/program.js";
import { plainIo } from "../../support/cli/plain-io.js";

const model = completable(await createProgram(plainIo()));

/** What bash offers for a line whose last word is being typed. */
function complete(...words: readonly string[]): readonly string[] {
  const script = `${completionScript("bash", model)}
COMP_WORDS=(${["configstream", ...words].map((word) => `'${word}'`).join(" ")})
COMP_CWORD=${words.length}
_configstream
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
    encoding: "utf8",
    cwd: import.meta.dirname,
  });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0;

describe("what can be completed", () => {
  it("is all that the program knows", () => {
    const names = model.commands.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["watch", "doctor", "types", "completion", "help"]));
    const watch = model.commands.find(({ name }) => name === "watch");
    expect(watch?.options.find(({ long }) => long === "--config")?.value).toBe("file");
    expect(watch?.options.find(({ long }) => long === "--data-dir")?.value).toBe("directory");
    expect(watch?.options.find(({ long }) => long === "--json")?.value).toBe("none");
    expect(watch?.options.find(({ long }) => long === "--prefix")?.value).toBe("text");
    const set = model.commands.find(({ name }) => name === "set");
    expect(set?.options.find(({ long }) => long === "--source")).toMatchObject({ value: "choice" });
  });
});

describe.skipIf(!has("bash"))("completion in bash", () => {
  it("offers commands, their options, choices, and files", () => {
    expect(complete("do")).toEqual(["doctor"]);
    expect(complete("dump", "--ne")).toEqual(["--nested"]);
    expect(complete("completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
    expect(complete("set", "a", "b", "--source", "cl")).toEqual(["cli"]);
    expect(complete("get", "a", "--config", "completion.t")).toEqual(["completion.test.ts"]);
    expect(complete("watch", "--prefix", "")).toEqual([]);
    expect(complete("help", "wat")).toEqual(["watch"]);
  });
});

describe("completion scripts", () => {
  it.each(["bash", "zsh", "fish"] as const)("for %s are read without error where that shell is there", (shell) => {
    const script = completionScript(shell, model);
    for (const { name } of model.commands) expect(script).toContain(name);
    if (!has(shell)) return;
    expect(spawnSync(shell, ["-n"], { input: script, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
  });

  it("keep quotes and brackets in descriptions from ending anything", () => {
    const program = new Command("configstream");
    const odd = new Option("--odd <name>", "it's [odd]: $(touch x) `y`").choices(["a"]);
    program.command("run").description("it's a: test").addOption(odd);
    for (const shell of ["bash", "zsh", "fish"] as const) {
      const script = completionScript(shell, completable(program));
      if (!has(shell)) continue;
      expect(spawnSync(shell, ["-n"], { input: script, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
    }
    expect(completionScript("zsh", completable(program))).toContain(
      "'*--odd[it'\\''s (odd)\\: $(touch x) `y`]:choice:(a)'",
    );
    expect(completionScript("fish", completable(program))).toContain("-d 'it\\'s [odd]: $(touch x) `y`'");
  });
});
