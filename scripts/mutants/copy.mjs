// A copy of the sources and the tests, in which mutations are made and tests run.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../places.mjs";

const copied = ["src", "test", "package.json", "tsconfig.json", "vitest.config.ts"];
/** What no mutation reaches. The tests' support needs both packages as they are built. */
const linked = ["node_modules", "dist", "packages", "proto", "scripts", "docs", "examples"];

/** Gives `use` a copy, which is removed afterwards. */
export async function withCopy(use) {
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  // So that what is to be done at the exit is done.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  try {
    for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true });
    for (const name of linked) symlinkSync(join(root, name), join(folder, name));
    return await use(folder);
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/**
 * Runs `use` while the edits are made in the copy. `undefined`, and nothing is run, when one of them does not find its text; see
 * {@link editedTexts}.
 */
export async function whileEdited(folder, edits, use) {
  const texts = editedTexts(edits, (file) => readFileSync(join(folder, file), "utf8"));
  if (texts === undefined) return undefined;
  const originals = [...texts.keys()].map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  try {
    for (const [file, text] of texts) writeFileSync(join(folder, file), text);
    return await use();
  } finally {
    for (const [file, text] of originals) writeFileSync(join(folder, file), text);
  }
}

/** The files after the edits, each made after those before it; `undefined` when one does not find its text. */
export function editedTexts(edits, read) {
  const texts = new Map();
  for (const [file, from, to] of edits) {
    const text = texts.get(file) ?? read(file);
    if (!text.includes(from)) return undefined;
    texts.set(
      file,
      text.replace(from, () => to),
    );
  }
  return texts;
}

/**
 * Runs test files up to the first failure: the name of the test that failed, or how they ended otherwise, in brackets; `undefined` when
 * all passed. Throws when the tests could not be loaded, which proves nothing.
 */
export async function firstFailure(folder, tests, longestMs) {
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { code, output, isLate } = await run(
    [vitest, "run", "--bail", "1", "--reporter=json", `--outputFile=${report}`, ...tests],
    folder,
    longestMs,
  );
  if (isLate) return "(does not end)";
  if (code === 0) return undefined;
  const suites = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")).testResults : [];
  const failed = suites.flatMap(({ assertionResults }) => assertionResults).find(({ status }) => status === "failed");
  if (failed !== undefined) return failed.fullName;
  const unloaded = suites.find(({ status, message }) => status === "failed" && message !== "");
  if (unloaded !== undefined) throw new Error(`${unloaded.name} could not be loaded: ${unloaded.message}`);
  if (suites.length === 0 && !/Worker|heap/.test(output)) throw new Error(`No test could be run.\n${output}`);
  return "(the process ends)";
}

/** Its processes are a group: what a mutation makes run in circles does not end with its parent. */
function run(args, cwd, longestMs) {
  // A mutation may collect without an end.
  const env = { ...process.env, NODE_OPTIONS: "--max-old-space-size=1024" };
  const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let isLate = false;
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const killGroup = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // All of it has ended.
    }
  };
  const timer = setTimeout(() => {
    isLate = true;
    killGroup();
  }, longestMs);
  process.once("exit", killGroup);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      process.off("exit", killGroup);
      killGroup();
      resolve({ code, output, isLate });
    });
  });
}
