// Publishes both packages: node scripts/release.mjs [--dry-run] [--no-provenance] [--tag NAME]. First it checks what must hold;
// with --dry-run it reports all that does not, and publishes nothing.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { companion, root } from "./places.mjs";

/** The obstacles to a release, one sentence each. `facts`: what `readFacts` gives. Pure. */
export function problemsOf({ library, command, changelog, changedFiles, tags }) {
  const problems = [];
  const { version } = library;
  if (changedFiles.length > 0) {
    problems.push(`The working tree has changes that are not committed: ${changedFiles.join(", ")}.`);
  }
  if (command.version !== version) {
    problems.push(`${library.name} has version ${version}, but ${command.name} has ${command.version}.`);
  }
  const needed = command.dependencies?.[library.name];
  if (needed !== version) {
    problems.push(`${command.name} depends on ${library.name} ${needed}, but must on exactly ${version}.`);
  }
  const { title, text } = newestSection(changelog);
  if (title !== version && !title.startsWith(`${version} `)) {
    problems.push(`The newest section of CHANGELOG.md is "${title}", but must be of ${version}.`);
  } else if (/unreleased/i.test(title)) {
    problems.push(`The section "${title}" of CHANGELOG.md must have a date instead of "unreleased".`);
  }
  if (text === "") problems.push(`The section "${title}" of CHANGELOG.md says nothing.`);
  if (tags.includes(`v${version}`)) problems.push(`The tag v${version} exists already, at another commit.`);
  return problems;
}

function newestSection(changelog) {
  const [, section = ""] = changelog.split(/^## /m);
  const [title = "", ...lines] = section.split("\n");
  return { title: title.trim(), text: lines.join("\n").trim() };
}

function readFacts() {
  const manifest = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const lines = (args) =>
    output("git", args)
      .split("\n")
      .filter((line) => line !== "");
  const here = lines(["tag", "--points-at", "HEAD"]);
  return {
    library: manifest(root),
    command: manifest(companion),
    changelog: readFileSync(join(root, "CHANGELOG.md"), "utf8"),
    changedFiles: lines(["status", "--porcelain"]).map((line) => line.slice(3)),
    tags: lines(["tag"]).filter((tag) => !here.includes(tag)),
  };
}

function output(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? stderr}`);
  return stdout;
}

function main(args) {
  const isDry = args.includes("--dry-run");
  const problems = problemsOf(readFacts());
  for (const problem of problems) console.log(problem);
  if (problems.length > 0 && !isDry) return 1;
  // The library first: the other package cannot be installed without it. Its build is that of both.
  for (const which of [[], ["--workspace", "packages/configstream"]]) {
    const flags = args.filter((flag) => flag !== "--no-provenance");
    const provenance = isDry || args.includes("--no-provenance") ? ["--provenance=false"] : [];
    const { status } = spawnSync("npm", ["publish", ...which, ...flags, ...provenance], {
      cwd: root,
      stdio: "inherit",
    });
    if (status !== 0) return 1;
  }
  if (problems.length > 0) console.log(`${problems.length} of what must hold does not; see above.`);
  return problems.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = main(process.argv.slice(2));
