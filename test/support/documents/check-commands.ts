/** Checks the command lines of a page: what they run must exist, down to the options of our own command. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { type Block, root } from "./documents.js";

const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { scripts: Record<string, string> };

/** Commands of the system that pages may use unchecked. */
const known = new Set([
  "cd",
  "mkdir",
  "export",
  "curl",
  "cp",
  "ls",
  "chmod",
  "kill",
  "echo",
  "source",
  "git",
  "docker",
  "etcd",
  "etcdctl",
]);
const lifecycle = new Set(["ci", "install", "i", "init", "pack", "exec"]);

/** What is wrong with a block of `sh`, one line each. */
export function problemsOfCommands(block: Block): string[] {
  return block.code
    .replace(/\\\n/g, " ")
    .split("\n")
    .map((line) => line.replace(/^\$ /, "").replace(/(^|\s)#.*$/, ""))
    .flatMap((line) => line.split(/&&|\|\||[|;&]/))
    .map((command) => command.trim())
    .filter((command) => command !== "")
    .flatMap((command) => {
      const problem = problemOf(command.split(/\s+/).filter((word) => !/^[A-Z_]+=/.test(word)));
      return problem === undefined ? [] : [`${block.at}: ${command}: ${problem}`];
    });
}

function problemOf(words: readonly string[]): string | undefined {
  const [name, ...rest] = words;
  if (name === undefined || known.has(name)) return undefined;
  if (name === "npm") return npmProblem(rest);
  if (name === "npx")
    return rest[0] === "configstream" ? optionsProblem(rest.slice(1)) : `nobody checks npx ${rest[0]}`;
  if (name === "configstream") return optionsProblem(rest);
  if (name === "node") {
    if (rest[0]?.endsWith("cli/main.js")) return optionsProblem(rest.slice(1));
    return fileProblem(rest.find((word) => !word.startsWith("-")));
  }
  return fileProblem(name);
}

function npmProblem(words: readonly string[]): string | undefined {
  const [verb = "", script = ""] = words.filter((word) => !word.startsWith("-"));
  const wanted = verb === "run" ? script : verb;
  return lifecycle.has(verb) || wanted in scripts ? undefined : `package.json has no script "${wanted}"`;
}

/** Files of the reader's own, such as `service.mjs`, have no folder. */
function fileProblem(path = ""): string | undefined {
  return !path.includes("/") || existsSync(`${root}${path}`) ? undefined : `there is no ${path}`;
}

const helps = new Map<string, string>();

function helpOf(args: readonly string[]): string {
  const key = args.join(" ");
  const text =
    helps.get(key) ??
    execFileSync(process.execPath, ["packages/configstream/dist/cli/main.js", ...args], {
      cwd: root,
      encoding: "utf8",
    });
  helps.set(key, text);
  return text;
}

function optionsProblem(words: readonly string[]): string | undefined {
  const [command] = words;
  if (command === undefined || command.startsWith("-")) return missingOption(words, helpOf(["--help"]));
  const commands = [...helpOf(["--help"]).matchAll(/^ {2}([a-z-]+)/gm)].map((match) => match[1]);
  if (!commands.includes(command)) return `configstream has no command "${command}"`;
  // These have commands of their own.
  const own = command === "fleet" || command === "conformance" ? words.slice(0, 2) : [command];
  // What follows `--` is a command of somebody else's.
  const end = words.indexOf("--");
  return missingOption(end < 0 ? words : words.slice(0, end), helpOf([...own, "--help"]));
}

function missingOption(words: readonly string[], help: string): string | undefined {
  const options = words.filter((word) => word.startsWith("-")).map((word) => word.replace(/=.*$/, ""));
  const unknown = options.find((option) => !new RegExp(`(^|[\\s,])${option}(?![\\w-])`, "m").test(help));
  return unknown && `it has no option ${unknown}`;
}
