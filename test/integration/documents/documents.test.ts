/** What the pages say about the code is true of the code. */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createCoreAgent } from "configstream/core-agent";
import { createConsumer, errorCodes } from "configstream-consumer";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { problemsOfCommands } from "../../support/documents/check-commands.js";
import { orphans, problemsOfLinks } from "../../support/documents/check-links.js";
import { problemsOfBlocks } from "../../support/documents/compile-blocks.js";
import { allBlocks, type Block, pagePaths, readPage, root } from "../../support/documents/documents.js";
import { environmentOf } from "../../support/documents/example-process.js";

const pages = pagePaths();
const blocks = allBlocks();
const of = (...languages: string[]) => blocks.filter(({ language }) => languages.includes(language));

describe("the blocks of code in the pages", () => {
  it("are in languages that somebody checks, or are no code", () => {
    const known = ["js", "ts", "sh", "yaml", "json", "promql", "text", ""];
    expect(blocks.filter(({ language }) => !known.includes(language)).map(({ at }) => at)).toEqual([]);
  });

  it("compile, when they are TypeScript or JavaScript", { timeout: 120_000 }, () => {
    expect(of("js", "ts").length).toBeGreaterThan(1);
    expect(problemsOfBlocks(of("js", "ts"))).toEqual([]);
  });

  it("run only what exists, when they are commands", { timeout: 120_000 }, () => {
    expect(of("sh").flatMap(problemsOfCommands)).toEqual([]);
  });

  it("can be parsed, when they are YAML or JSON", () => {
    const errors = of("yaml", "json").flatMap(({ at, code, language }) => {
      if (language === "json") return jsonProblem(at, code);
      return parseDocument(code).errors.map(({ message }) => `${at}: ${message}`);
    });
    expect(errors).toEqual([]);
  });

  it.each(
    blocks.filter(({ run, at }) => run && !at.startsWith("README.md")).map((block) => [block.at, block] as const),
  )("of %s runs, ends by itself, and prints what the page says", { timeout: 60_000 }, async (_at, block) => {
    const { code, output } = await run(block);
    expect(output).toBe(expectedOutput(block) ?? output);
    expect(code).toBe(0);
  });
});

describe("the checks of the pages notice", () => {
  const block = (language: string, code: string): Block => ({ at: "page.md:1", language, code, given: "", run: false });

  it("code that does not compile, and code that compiles though it says that it does not", () => {
    const wrong = [
      block("ts", 'import { createConsumer } from "configstream-consumer";\n\ncreateConsumer({ clientNam: "a" });\n'),
      block("js", 'import { createConsummer } from "configstream-consumer";\n'),
      block("ts", 'const a: number = "text"; // does not compile\nconst b: number = 1; // does not compile: why?\n'),
    ];
    expect(problemsOfBlocks(wrong)).toEqual([
      expect.stringMatching(/^page\.md:1, line 3: .*clientNam/),
      "page.md:1, line 2: compiles, though it says that it does not.",
      expect.stringMatching(/^page\.md:1, line 1: .*createConsummer/),
    ]);
  });

  it("what a fragment that imports nothing takes from the package", () => {
    const fragment = 'const other = createConsumer({ clientName: "a" });\nconst port: number = cfg.getInt("port");\n';
    expect(problemsOfBlocks([block("ts", fragment)])).toEqual([]);
    expect(problemsOfBlocks([block("ts", "cfg.getNothing();\nnobody();\n")])).toHaveLength(2);
  });

  it("scripts, files, commands and options that do not exist", () => {
    const code =
      "npm run biuld && node scripts/nothing.mjs\nconfigstream wtach\nconfigstream watch --port 1 --colour\nrm -rf x\n";
    expect(problemsOfCommands(block("sh", code)).map((line) => line.replace(/^page\.md:1: /, ""))).toEqual([
      'npm run biuld: package.json has no script "biuld"',
      "node scripts/nothing.mjs: there is no scripts/nothing.mjs",
      'configstream wtach: configstream has no command "wtach"',
      expect.stringMatching(/^configstream watch --port 1 --colour: it has no option --(port|colour)$/),
    ]);
  });
});

describe("the links in the pages", () => {
  it.each([...pages, ...apiPages()])("of %s lead to files and headings that exist", (path) => {
    expect(problemsOfLinks(path)).toEqual([]);
  });

  it("lead to every page", () => {
    expect(orphans(pages)).toEqual([]);
  });
});

describe("the page on operations", () => {
  const text = readPage("docs/operations.md");

  it("names every metric, and every page names only metrics that there are", async () => {
    const consumer = createConsumer({ clientName: "pages", authTokenFile: "a", ipcCertFile: "b" });
    const store = { endpoints: ["localhost:1"], layers: { "remote-config": "/fleet/" } };
    const agent = createCoreAgent({ env: false, store });
    const ours = metricNames(await consumer.metrics.metrics());
    const all = [...ours, ...metricNames(await agent.metrics.metrics())];
    expect(ours.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
    const named = pages.flatMap((path) => readPage(path).match(/\bconfigstream_[a-z_]+/g) ?? []);
    const exists = (name: string) =>
      all.includes(name) || (name.endsWith("_") && all.some((each) => each.startsWith(name)));
    expect(named.filter((name) => !exists(name))).toEqual([]);
    await Promise.all([consumer.stop(), agent.stop()]);
  });

  it("names every state and every error code", () => {
    const states = ["starting", "registering", "connecting", "live", "stale", "failed", "stopped"];
    const names = [...states, ...Object.keys(errorCodes)];
    expect(names.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
  });
});

/** The generated pages: one for each entry of either package. */
function apiPages(): string[] {
  return readdirSync(`${root}docs/api`, { recursive: true, encoding: "utf8" })
    .map((name) => `docs/api/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".md"));
}

function metricNames(text: string): string[] {
  return [...text.matchAll(/^# TYPE (configstream_\S+)/gm)].map((match) => match[1] as string);
}

function jsonProblem(at: string, code: string): string[] {
  try {
    JSON.parse(code);
    return [];
  } catch (error) {
    return [`${at}: ${(error as Error).message}`];
  }
}

/** What the page says that a program prints: the next block, when it is one of text. */
function expectedOutput(block: Block): string | undefined {
  const next = blocks[blocks.indexOf(block) + 1];
  return next?.language === "text" && next.at.split(":")[0] === block.at.split(":")[0] ? next.code : undefined;
}

/** Runs a block against a core agent, whose log level changes from `info` to `debug` after the first line of output. */
async function run({ code }: Block): Promise<{ code: number | null; output: string }> {
  const defaults = { log_level: "info", forwarder_timeout: 30, "my_agent.port": 8126 };
  await using agent = createCoreAgent({ address: "127.0.0.1:0", defaults, env: false });
  await agent.start();
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    cwd: root,
    env: { ...process.env, ...environmentOf(agent) },
  });
  let output = "";
  const take = (chunk: Buffer): void => {
    if (output === "") setTimeout(() => agent.set("log_level", "debug"), 100);
    output += chunk.toString();
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code: exitCode, output };
}
